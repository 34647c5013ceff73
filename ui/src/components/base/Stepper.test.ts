import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import Stepper from "./Stepper.svelte";

function show(quantity: number, limit: number) {
  const onchange = vi.fn();
  render(Stepper, {
    quantity,
    limit,
    reason: "At most 3 per order.",
    labels: {
      group: "Quantity",
      less: "Less",
      more: "More",
      remove: "Remove",
      value: `Quantity: ${quantity}`,
    },
    testids: { less: "less", quantity: "quantity", more: "more" },
    onchange,
  });
  return onchange;
}

test("goes up and down by one", async () => {
  const onchange = show(2, 3);
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  await userEvent.click(screen.getByRole("button", { name: "Less" }));
  expect(onchange.mock.calls).toEqual([[3], [1]]);
});

test("stops at the limit and says why", async () => {
  const onchange = show(3, 3);
  const more = screen.getByRole("button", { name: "More" });
  expect(more).toHaveAttribute("aria-disabled", "true");
  expect(more).toHaveAccessibleDescription("At most 3 per order.");
  expect(screen.getByText("At most 3 per order.")).toBeVisible();
  await userEvent.click(more);
  expect(onchange).not.toHaveBeenCalled();
  expect(more).toHaveFocus();
});

test("more than the limit can still be taken down", async () => {
  const onchange = show(5, 3);
  await userEvent.click(screen.getByRole("button", { name: "Less" }));
  expect(onchange.mock.calls).toEqual([[4]]);
});

test("the last one is removed, in so many words", async () => {
  const onchange = show(1, 3);
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(onchange.mock.calls).toEqual([[0]]);
});
