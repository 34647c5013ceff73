import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import InWindow from "../../lib/test/InWindow.svelte";
import { openShop } from "../../lib/test/shop";
import Stepper from "./Stepper.svelte";

function show(quantity = 2) {
  const labels = { group: "Quantity", less: "Less", more: "More", remove: "Remove", value: `${quantity}` };
  const testids = { less: "less", quantity: "quantity", more: "more" };
  const onchange = vi.fn();
  const given = { quantity, limit: 3, reason: "At most 3 per order.", labels, testids, onchange };
  render(InWindow, { part: Stepper, with: given });
  return { onchange, less: screen.getByTestId("less"), more: screen.getByTestId("more") };
}

// Without layout, what floats stays hidden.
test("the keyboard's focus shows the words, and the next control's in their place", async () => {
  const { less, more } = show();
  await userEvent.tab();
  expect(less).toHaveFocus();
  expect(await screen.findByRole("tooltip", { hidden: true })).toHaveTextContent("Less");
  await userEvent.tab();
  expect(more).toHaveFocus();
  await waitFor(() => expect(screen.getByRole("tooltip", { hidden: true })).toHaveTextContent("More"));
  await userEvent.tab();
  await waitFor(() => expect(screen.queryByRole("tooltip", { hidden: true })).toBeNull());
});

test("the pointer shows them after a while, and takes them away", async () => {
  const { more } = show();
  await userEvent.hover(more);
  expect(screen.queryByRole("tooltip", { hidden: true })).toBeNull();
  expect(await screen.findByRole("tooltip", { hidden: true })).toHaveTextContent("More");
  await userEvent.click(more);
  await waitFor(() => expect(screen.queryByRole("tooltip", { hidden: true })).toBeNull());
});

test("why no more can be had is shown, and the name stays the name", async () => {
  const { onchange, more } = show(3);
  await userEvent.tab();
  await userEvent.tab();
  expect(await screen.findByRole("tooltip", { hidden: true })).toHaveTextContent("At most 3 per order.");
  expect(more).toHaveAccessibleName("More");
  expect(more).toHaveAccessibleDescription("At most 3 per order.");
  expect(more).not.toHaveAttribute("title");
  await userEvent.keyboard("{Enter}");
  expect(onchange).not.toHaveBeenCalled();
});

test("Escape closes the dialog with the words over it", async () => {
  await openShop();
  await userEvent.click(screen.getByTestId("keep-my-cart"));
  const close = await screen.findByTestId("upgrade-close");
  await waitFor(() => expect(screen.getByTestId("upgrade-email")).toHaveFocus());
  for (let tabs = 0; tabs < 12 && document.activeElement !== close; tabs += 1) await userEvent.tab();
  expect(await screen.findByRole("tooltip", { hidden: true })).toHaveTextContent("Close");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.queryByRole("tooltip", { hidden: true })).toBeNull();
});

test("a menu's button keeps what makes it one", async () => {
  await openShop();
  const settings = screen.getByTestId("settings");
  settings.focus();
  await userEvent.keyboard("{Enter}");
  const menu = await screen.findByRole("menu", { hidden: true });
  expect(settings).toHaveAttribute("aria-expanded", "true");
  expect(menu.getAttribute("aria-labelledby") ?? settings.id).toBe(settings.id);
  await waitFor(() => expect(screen.queryByRole("tooltip", { hidden: true })).toBeNull());
});
