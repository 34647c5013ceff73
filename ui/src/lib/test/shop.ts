import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";

import App from "../../App.svelte";
import type { Api, CartLine, Snapshot } from "../api/client";
import { EUR, fakeApi, line, patch, view } from "./fixtures";

export const guest = { kind: "guest", user_id: "7d1c" } as const;
export const member = { kind: "member", user_id: "7d1c", email: "ana@example.com", phone: null } as const;
export const email = { kind: "email", value: "ana@example.com" } as const;
export const phone = { kind: "phone", value: "+15550100" } as const;
/** A cart with two teapots. */
export const teapots = { lines: 1, items: 2, total: EUR(7200), unsaved: 0 };

/** The whole window of a guest with two teapots. `tell` is what the shell tells next. */
export async function openShop(now: Partial<Snapshot> = {}, calls: Partial<Api> = {}) {
  let state: Partial<Snapshot> = { identity: guest, cart: teapots, ...now };
  const lines = [line()];
  const { api, emit } = fakeApi({ snapshot: () => Promise.resolve(view(state, lines)), ...calls });
  render(App, { api });
  await screen.findByTestId("identity-badge");
  let revision = 1;
  function tell(
    change: Partial<Snapshot>,
    changed: Partial<{ changed: CartLine[]; removed: string[] }> = {},
  ) {
    state = { ...state, ...change };
    revision += 1;
    emit(patch({ ...state, revision }, changed));
  }
  return { api, tell };
}

/** What the shell will wait with until it is told to answer. */
export function held<T>() {
  let answer: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (answer = resolve));
  return { promise, answer: (value: T) => answer(value) };
}

/** Chooses from the account's menu, by the keyboard. */
export async function chooseFromMenu(testid: string): Promise<void> {
  screen.getByTestId("identity-badge").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByTestId(testid));
}
