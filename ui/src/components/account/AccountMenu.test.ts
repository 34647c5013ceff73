import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Identity } from "../../lib/api/client";
import AccountMenu from "./AccountMenu.svelte";

const items: [Identity, string[]][] = [
  [{ kind: "visitor" }, ["Keep my cart", "I have an account", "Export my data", "Forget me …"]],
  [
    { kind: "guest", user_id: "7d1c" },
    ["Keep my cart", "I have an account", "Export my data", "Sign out …", "Forget me …"],
  ],
  [
    { kind: "member", user_id: "7d1c", email: "ana@example.com", phone: null },
    ["My account", "My orders", "Earlier carts", "Export my data"],
  ],
];

function handlers() {
  return { onkeep: vi.fn(), onsignin: vi.fn(), onpage: vi.fn(), onexport: vi.fn(), onleave: vi.fn() };
}

test.each(items)("%o is offered what makes sense for them", async (identity, expected) => {
  const on = handlers();
  render(AccountMenu, { identity, ...on });
  const badge = screen.getByTestId("identity-badge");
  expect(badge).toHaveAttribute("data-kind", identity.kind);
  badge.focus();
  await userEvent.keyboard("{Enter}");
  const options = await screen.findAllByTestId(/^account-/);
  expect(options.map((option) => option.textContent)).toEqual(expected);
  for (const option of options) expect(option).toHaveAttribute("role", "menuitem");
  await userEvent.click(screen.getByTestId("account-export"));
  expect(on.onexport).toHaveBeenCalledOnce();
});

test("who one is, is said when it changes", async () => {
  const on = handlers();
  const { rerender } = render(AccountMenu, { identity: { kind: "visitor" }, ...on });
  expect(screen.getByRole("status")).toHaveTextContent("Visitor");
  await rerender({ identity: { kind: "guest", user_id: "7d1c" } });
  expect(screen.getByRole("status")).toHaveTextContent("Guest");
});

test.each<[Identity, string, RegExp]>([
  [{ kind: "visitor" }, "Nothing is stored online yet", /stays on this device/],
  [{ kind: "guest", user_id: "7d1c" }, "Saved, for this device only", /reached from this device only/],
  [
    { kind: "member", user_id: "7d1c", email: "ana@example.com", phone: null },
    "ana@example.com",
    /reached wherever you sign in/,
  ],
])("%o reads plainly where the cart is", async (identity, words, more) => {
  render(AccountMenu, { identity, ...handlers() });
  const badge = screen.getByTestId("identity-badge");
  expect(badge).toHaveTextContent(words);
  expect(badge).toHaveAccessibleName(expect.stringContaining(words));
  expect(badge).toHaveAccessibleDescription(more);
  badge.focus();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("menu", { hidden: true })).toHaveTextContent(more);
});
