import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import InWindow from "../../lib/test/InWindow.svelte";
import CartButton from "./CartButton.svelte";

test.each(["all_saved", "syncing", "on_this_device", "nothing"] as const)(
  "says only how much is in it: %s",
  (save) => {
    render(CartButton, { items: 3, save, onclick: () => undefined });
    expect(screen.getByRole("button")).toHaveAccessibleName("Open the cart, 3 items");
  },
);

test("says what keeps the cart from the server", async () => {
  render(InWindow, {
    part: CartButton,
    with: { items: 3, save: "offline", onclick: () => undefined },
  });
  const button = screen.getByRole("button", { name: /^Open the cart, 3 items\. Offline\./ });
  await userEvent.tab();
  expect(button).toHaveFocus();
  expect(await screen.findByRole("tooltip", { hidden: true })).toHaveTextContent(/^Offline/);
});
