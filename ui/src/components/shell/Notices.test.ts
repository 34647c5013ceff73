import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Notice } from "../../lib/api/client";
import Notices from "./Notices.svelte";

const notice = (kind: Notice["kind"], change: Partial<Notice> = {}): Notice => ({
  id: 7,
  kind,
  product: null,
  quantity: null,
  file: null,
  hand_off: null,
  ...change,
});

function show(told: Notice, member = false) {
  const handlers = {
    ondismiss: vi.fn(),
    onretry: vi.fn(),
    onundo: vi.fn(),
    onearlier: vi.fn(),
    onsignin: vi.fn(),
  };
  const nameOf = (id: string) => (id === "teapot" ? "Round teapot" : undefined);
  render(Notices, { notices: [told], nameOf, member, undoing: false, ...handlers });
  return handlers;
}

const teapot = { product: "teapot", quantity: 3 };

test.each<[Notice, string]>([
  [notice("limit_reduced", teapot), "Round teapot: only 3 are still available, so your cart now holds 3."],
  [notice("unavailable", teapot), "Round teapot is no longer available and left your cart."],
  [notice("changed_elsewhere", teapot), "Another device of yours set Round teapot to 3."],
  [notice("removed_elsewhere", teapot), "Another device of yours took Round teapot out of the cart."],
  [notice("database_recovered", { file: "carryover.db.damaged-1" }), "set aside as carryover.db.damaged-1."],
])("%o is said in words and put away", async (told, words) => {
  const { ondismiss } = show(told);
  expect(screen.getByTestId(`notice-${told.kind}`)).toHaveTextContent(words);
  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(ondismiss).toHaveBeenCalledWith(7);
});
