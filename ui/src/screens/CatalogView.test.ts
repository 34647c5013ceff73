import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { Api, Catalog, Product } from "../lib/api/client";
import { changed, EUR, line, product } from "../lib/test/fixtures";
import { openShop } from "../lib/test/shop";

const categories = [
  { id: "coffee", name: "Coffee & tea" },
  { id: "desk", name: "Desk" },
];
const few = [
  product({ id: "teapot", name: "Teapot", price: EUR(3600) }),
  product({ id: "aeropress", name: "Äropress", price: EUR(900) }),
  product({ id: "lamp", name: "Lamp", price: EUR(7200), category_id: "desk" }),
];

async function open(products: Product[], calls: Partial<Api> = {}) {
  const catalog: Catalog = { categories, products };
  const shop = await openShop(
    { catalog: { state: "ready", revision: 1 } },
    { catalog: () => Promise.resolve(catalog), ...calls },
  );
  await screen.findByTestId("sort");
  return shop;
}

function shown(): string[] {
  return screen.getAllByTestId(/^product-card-/).map((card) => card.dataset.testid?.slice(13) ?? "");
}

test.each([
  ["featured", ["teapot", "aeropress", "lamp"]],
  ["price_up", ["aeropress", "teapot", "lamp"]],
  ["price_down", ["lamp", "teapot", "aeropress"]],
  ["name", ["aeropress", "lamp", "teapot"]],
])("products are sorted by %s", async (sort, ids) => {
  await open(few);
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Sort by" }), sort);
  expect(shown()).toEqual(ids);
});

test("the order is kept while categories and searches change", async () => {
  await open(few);
  await userEvent.selectOptions(screen.getByTestId("sort"), "price_up");
  await userEvent.click(screen.getByTestId("category-coffee"));
  expect(shown()).toEqual(["aeropress", "teapot"]);
  await userEvent.click(screen.getByTestId("category-all"));
  await userEvent.type(screen.getByTestId("search"), "p");
  expect(shown()).toEqual(["aeropress", "teapot", "lamp"]);
  expect(screen.getByTestId("sort")).toHaveValue("price_up");
});

test("how many a search finds is said in a region that was there before", async () => {
  await open(few);
  const region = screen.getByText("3 products");
  expect(region).toHaveRole("status");
  await userEvent.type(screen.getByTestId("search"), "lamp");
  expect(region).toHaveTextContent("1 product");
  await userEvent.type(screen.getByTestId("search"), "xyz");
  expect(region).toHaveTextContent("0 products");
  expect(region).toBeVisible();
});

test("one more product is one", async () => {
  await open(Array.from({ length: 16 }, (_, index) => product({ id: `p${index}`, name: `No. ${index}` })));
  expect(screen.getByTestId("more-products")).toHaveTextContent(/^Show 1 more product$/);
});

test("a large shop is shown in steps, and every product is counted", async () => {
  await open(Array.from({ length: 100 }, (_, index) => product({ id: `p${index}`, name: `No. ${index}` })));
  expect(screen.getByText("100 products")).toBeVisible();
  expect(shown()).toHaveLength(15);
  expect(screen.getByTestId("product-card-p14").closest("li")).toHaveAttribute("aria-setsize", "100");
  await userEvent.click(screen.getByRole("button", { name: "Show 30 more products" }));
  await userEvent.click(screen.getByTestId("more-products"));
  await userEvent.click(screen.getByRole("button", { name: "Show 25 more products" }));
  expect(shown()).toHaveLength(100);
  expect(screen.queryByTestId("more-products")).toBeNull();
  await userEvent.selectOptions(screen.getByTestId("sort"), "name");
  expect(shown()).toHaveLength(15);
});

test("what leaves the cart from its card can be put back", async () => {
  const undo = vi.fn(() => Promise.resolve(changed(1)));
  const setQuantity = vi.fn(() => Promise.resolve(changed(1, 7)));
  const { tell } = await open([product()], { setQuantity, undo });
  tell({}, { changed: [line({ quantity: 1 })] });
  await waitFor(() => expect(screen.getByTestId("card-quantity-teapot")).toHaveTextContent("1"));
  await userEvent.click(screen.getByTestId("card-decrease-teapot"));
  expect(setQuantity).toHaveBeenCalledExactlyOnceWith("teapot", 0);
  await userEvent.click(await screen.findByTestId("toast-action"));
  expect(undo).toHaveBeenCalledExactlyOnceWith(7);
});
