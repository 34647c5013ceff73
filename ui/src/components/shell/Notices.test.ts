import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { HandOffDone, Notice } from "../../lib/api/client";
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

describe("after a hand-off", () => {
  const day = 86_400_000;
  const done = (change: Partial<HandOffDone> = {}) =>
    notice("handed_over", {
      hand_off: { claim_id: "c1", outcome: "merged", changed: 2, undo_until: Date.now() + day, ...change },
    });

  test.each<[Partial<HandOffDone>, string]>([
    [{}, "Your two carts are one now. 2 lines of the account's cart changed."],
    [{ changed: 1 }, "1 line of the account's cart changed."],
    [{ changed: 0 }, "No line of the account's cart changed."],
    [{ outcome: "kept_guest" }, "This device's cart is your account's now."],
    [{ outcome: "kept_account" }, "This device's cart is kept for 30 days under earlier carts."],
    [{ outcome: "brought_along" }, "your cart came along."],
    [{ outcome: "kept_account", changed: 1 }, "1 line is now fewer: there is no more to buy."],
    [{ outcome: "nothing_to_do", changed: 0 }, "There was nothing to decide"],
    [{ outcome: "nothing_to_do", changed: 2 }, "2 lines are now fewer: there is no more to buy."],
  ])("%o is said", (change, words) => {
    show(done(change), true);
    expect(screen.getByTestId("notice-handed_over")).toHaveTextContent(words);
  });

  test("it can be undone, and the earlier carts are one click away", async () => {
    const { onundo, onearlier } = show(done(), true);
    await userEvent.click(screen.getByTestId("notice-undo"));
    expect(onundo).toHaveBeenCalledExactlyOnceWith("c1");
    await userEvent.click(screen.getByTestId("notice-earlier"));
    expect(onearlier).toHaveBeenCalledOnce();
  });

  test.each<[string, Partial<HandOffDone>]>([
    ["when the time is over", { undo_until: Date.now() - day }],
    ["when nothing was done", { outcome: "nothing_to_do", changed: 0 }],
  ])("no undo is offered %s", (_, change) => {
    show(done(change), true);
    expect(screen.queryByTestId("notice-undo")).toBeNull();
  });
});

test.each(["cart_moved", "sign_in_ended"] as const)("%s offers a guest to sign in", async (kind) => {
  const { onsignin } = show(notice(kind));
  await userEvent.click(screen.getByTestId("notice-sign-in"));
  expect(onsignin).toHaveBeenCalledOnce();
});

test("a notice arrives in a region that was there before", async () => {
  const handlers = {
    ondismiss: vi.fn(),
    onretry: vi.fn(),
    onundo: vi.fn(),
    onearlier: vi.fn(),
    onsignin: vi.fn(),
  };
  const props = { nameOf: () => undefined, member: false, undoing: false, ...handlers };
  const { rerender } = render(Notices, { ...props, notices: [] });
  const region = screen.getByRole("region", { name: "Notices" });
  expect(region).toHaveAttribute("aria-live", "polite");
  await rerender({ ...props, notices: [notice("identity_lost")] });
  expect(region).toContainElement(screen.getByTestId("notice-identity_lost"));
});
