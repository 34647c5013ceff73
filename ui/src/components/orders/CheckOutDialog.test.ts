import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { ErrorCode, Order } from "../../lib/api/client";
import { EUR, failed, line } from "../../lib/test/fixtures";
import { chooseFromMenu, email, member, openShop, teapots } from "../../lib/test/shop";

const order: Order = {
  id: "o1",
  placed_at: 0,
  total: EUR(7200),
  lines: [{ product_id: "teapot", name: "Round teapot", quantity: 2, price: EUR(3600) }],
};
const placed = { status: "ok", data: order } as const;

test("a guest is led over the upgrade back to the order, and orders", async () => {
  const answers = [failed("members_only"), placed];
  const checkOut = vi.fn(() => Promise.resolve(answers.shift() ?? failed("server")));
  const { tell } = await openShop({}, { checkOut });
  await userEvent.click(screen.getByTestId("checkout-open"));
  expect(await screen.findByTestId("checkout-total")).toHaveTextContent("€72.00");
  await userEvent.click(screen.getByTestId("checkout-confirm"));

  expect(await screen.findByRole("dialog", { name: "Become a member to order" })).toBeVisible();
  expect(screen.getByText(/Only members can order/)).toBeVisible();
  await userEvent.type(screen.getByTestId("upgrade-email"), "ana@example.com{Enter}");
  const expires_at = Date.now() + 600_000;
  tell({ upgrade: { step: "code_sent", contact: email, resend_at: 0, expires_at } });
  await userEvent.type(await screen.findByTestId("upgrade-code"), "123456");
  tell({ upgrade: { step: "idle" }, identity: member });

  expect(await screen.findByText(/You're a member now. Look at your order once more/)).toBeVisible();
  await userEvent.click(screen.getByTestId("checkout-confirm"));
  expect(await screen.findByTestId("checkout-done")).toHaveTextContent("Your order is placed.");
  expect(checkOut).toHaveBeenCalledTimes(2);
});

test("who switches to an account on the way is back at the order as well", async () => {
  const { tell } = await openShop({}, { checkOut: () => Promise.resolve(failed("members_only")) });
  await userEvent.click(screen.getByTestId("checkout-open"));
  await userEvent.click(await screen.findByTestId("checkout-confirm"));
  await userEvent.click(await screen.findByTestId("upgrade-have-account"));
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.type(screen.getByTestId("switch-password"), "correct horse{Enter}");
  tell({ switch: { step: "claiming" } });
  tell({ switch: { step: "idle" }, identity: member });
  expect(await screen.findByTestId("checkout-summary")).toHaveTextContent("You're a member now.");
});

test("giving the upgrade up leads back to the order of the guest", async () => {
  await openShop({}, { checkOut: () => Promise.resolve(failed("members_only")) });
  await userEvent.click(screen.getByTestId("checkout-open"));
  await userEvent.click(await screen.findByTestId("checkout-confirm"));
  await userEvent.click(await screen.findByTestId("upgrade-close"));
  expect(await screen.findByTestId("checkout-summary")).not.toHaveTextContent("You're a member now.");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test.each<[ErrorCode, string]>([
  ["out_of_stock", "just been sold out"],
  ["price_changed", "A price has just changed"],
  ["cart_changed", "The cart changed meanwhile"],
  ["over_limit", "more of something than one order may"],
  ["cart_empty", "The cart is empty"],
])("%s is said, and the order can be tried again", async (code, words) => {
  const answers = [failed(code), placed];
  const checkOut = () => Promise.resolve(answers.shift() ?? failed("server"));
  await openShop({ identity: member }, { checkOut });
  await userEvent.click(screen.getByTestId("checkout-open"));
  await userEvent.click(await screen.findByTestId("checkout-confirm"));
  expect(await screen.findByRole("alert")).toHaveTextContent(words);
  await userEvent.click(screen.getByTestId("checkout-confirm"));
  expect(await screen.findByTestId("checkout-done")).toBeVisible();
});

test("the summary follows the cart, prices that change meanwhile included", async () => {
  const { tell } = await openShop({ identity: member });
  await userEvent.click(screen.getByTestId("checkout-open"));
  expect(await screen.findByTestId("checkout-total")).toHaveTextContent("€72.00");
  tell({ cart: { ...teapots, total: EUR(8000) } }, { changed: [line({ line_total: EUR(8000) })] });
  await waitFor(() => expect(screen.getByTestId("checkout-total")).toHaveTextContent("€80.00"));
});

test("an empty cart offers no check-out", async () => {
  const { tell } = await openShop();
  tell({ cart: { lines: 0, items: 0, total: null, unsaved: 0 } }, { removed: ["teapot"] });
  await waitFor(() => expect(screen.queryByTestId("checkout-open")).toBeNull());
});

test("orders are listed, or that there are none", async () => {
  const lists = [[], [order]];
  await openShop(
    { identity: member },
    { orders: () => Promise.resolve({ status: "ok", data: lists.shift() ?? [] }) },
  );
  await chooseFromMenu("account-orders");
  expect(await screen.findByText("No orders yet")).toBeVisible();
  await userEvent.click(screen.getByTestId("account-back"));
  await userEvent.click(await screen.findByTestId("account-orders"));
  expect(await screen.findByTestId("order-o1")).toHaveTextContent("€72.00");
});
