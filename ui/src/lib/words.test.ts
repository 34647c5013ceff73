import { describe, expect, test } from "vitest";

import { limitReason } from "./limits";
import { formatMoney } from "./money";
import { findProducts } from "./search";
import { EUR, product } from "./test/fixtures";

test.each([
  [{ minor: 1250, currency: "EUR" }, "en", "€12.50"],
  [{ minor: 1250, currency: "EUR" }, "de", "12,50\u00a0€"],
  [{ minor: 1250, currency: "JPY" }, "en", "¥1,250"],
])("%j in %s is %s", (money, locale, words) => {
  expect(formatMoney(money, locale)).toBe(words);
});

describe("search", () => {
  const coffee = { id: "coffee", name: "Coffee & tea" };
  const pot = product({ id: "pot", name: "Café pot" });
  const lamp = product({
    id: "lamp",
    category_id: "desk",
    name: "Lamp",
    description: "Warm light.",
    price: EUR(1),
  });
  const find = (category: string | undefined, query: string) =>
    findProducts([pot, lamp], [coffee], category, query).map(({ id }) => id);

  test.each([
    ["everything for nothing", undefined, " ", ["pot", "lamp"]],
    ["without accents", undefined, "cafe", ["pot"]],
    ["in descriptions, words in any order", undefined, "light WARM", ["lamp"]],
    ["in the names of categories", undefined, "tea", ["pot"]],
    ["within a category", "desk", "", ["lamp"]],
    ["nothing when one word is missing", undefined, "warm tea", []],
  ])("finds %s", (_, category, query, ids) => {
    expect(find(category, query)).toEqual(ids);
  });
});

test("the reason of a limit is the stock or the rule", () => {
  expect(limitReason(4, product())).toBe("At most 4 per order.");
  expect(limitReason(3, product({ stock: 3 }))).toBe("We have only 3 of these.");
  expect(limitReason(4, undefined)).toBe("At most 4 per order.");
});
