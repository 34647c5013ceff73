import { describe, expect, test } from "vitest";

import { limitReason } from "./limits";
import { formatMoney } from "./money";
import { providerName } from "./providers";
import { isConsequence, reasonSentence } from "./reasons";
import type { Reason } from "./api/client";
import { findProducts } from "./search";
import { EUR, planLine, product } from "./test/fixtures";
import { formatAgo } from "./time";
import { m } from "../paraglide/messages";

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

describe("how long ago", () => {
  const now = Date.UTC(2024, 4, 20, 12);
  test.each([
    [-5, "en", "now"],
    [59, "en", "now"],
    [5 * 60, "en", "5 minutes ago"],
    [5 * 60, "de", "vor 5 Minuten"],
    [3 * 3600, "en", "3 hours ago"],
    [26 * 3600, "en", "yesterday"],
    [10 * 86_400, "en", "May 10, 2024"],
  ])("%i seconds in %s: %s", (seconds, locale, words) => {
    expect(formatAgo(now - seconds * 1000, now, locale)).toBe(words);
  });
});

test.each([
  ["github", "GitHub"],
  ["keycloak", "Keycloak"],
])("%s writes itself %s", (provider, name) => {
  expect(providerName(provider)).toBe(name);
});

test.each<[Reason, string, boolean]>([
  [{ code: "same" }, "", false],
  [{ code: "summed" }, "Added up: 2 and 3.", false],
  [{ code: "left_out" }, "Left out.", false],
  [{ code: "unavailable" }, "No longer sold, left out.", true],
  [
    { code: "reduced", wanted: 5, allowed: 4, by: "max_per_order" },
    "At most 4 per order, so 4 instead of 5.",
    true,
  ],
  [{ code: "repriced", seen: EUR(800), now: EUR(950) }, "Price now €9.50, was €8.00.", true],
])("the reason %o is said, and what costs something stands out", (reason, sentence, consequence) => {
  expect(reasonSentence(reason, planLine(), "en")).toBe(sentence);
  expect(isConsequence(reason)).toBe(consequence);
});

test.each([
  ["en", 1, "Show 1 more product"],
  ["en", 2, "Show 2 more products"],
  ["de", 1, "1 weiteres Produkt zeigen"],
  ["de", 2, "2 weitere Produkte zeigen"],
] as const)("%s: %i more", (locale, count, words) => {
  expect(m.show_more_products({ count }, { locale })).toBe(words);
});

test.each([
  ["en", "Wait one second,"],
  ["de", "Warten Sie eine Sekunde "],
] as const)("%s: one second is one", (locale, words) => {
  expect(m.error_rate_limited_for({ seconds: 1 }, { locale })).toContain(words);
});
