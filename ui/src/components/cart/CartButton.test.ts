import { render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";

import CartButton from "./CartButton.svelte";

test.each(["all_saved", "syncing", "on_this_device", "nothing"] as const)(
  "says only how much is in it: %s",
  (save) => {
    render(CartButton, { items: 3, save, onclick: () => undefined });
    expect(screen.getByRole("button")).toHaveAccessibleName("Open the cart, 3 items");
  },
);

test("says what keeps the cart from the server", () => {
  render(CartButton, { items: 3, save: "offline", onclick: () => undefined });
  const button = screen.getByRole("button", { name: /^Open the cart, 3 items\. Offline\./ });
  expect(button).toHaveAttribute("title", expect.stringMatching(/^Offline/));
});
