/**
 * Two carts meeting. `?lines=200` makes them long, `?conflict=changed` lets the first claim meet a cart that has changed,
 * `?undo=ask` one that has changed since.
 */
import type { Answer, Api, ByHand, HandOff, Money, Plan, PlanLine, Product, Reason } from "./client";
import { fakeCatalog } from "./fakeCatalog";
import { ADDRESS, type Fake, failure, noticesNamed, ok, soon } from "./fakeState";

type Quantities = Record<string, number>;
type Carts = { guest: Quantities; account: Quantities; products: Product[] };

const euro = (minor: number): Money => ({ minor, currency: "EUR" });

function fewLines(): Carts {
  return {
    guest: { teapot: 3, "linen-towel": 2, "house-blend": 2, "a-lamp-of-last-year": 1 },
    account: { teapot: 3, "linen-towel": 2, "chef-knife": 1, "gooseneck-kettle": 1, "house-blend": 1 },
    products: fakeCatalog.products,
  };
}

function manyLines(count: number): Carts {
  const products = Array.from({ length: count }, (_, index) => {
    const like = fakeCatalog.products[index % fakeCatalog.products.length] as Product;
    return { ...like, id: `${like.id}-${index}`, name: `${like.name} no. ${index + 1}` };
  });
  const some = (keep: (index: number) => number) =>
    Object.fromEntries(
      products.map(({ id }, index) => [id, keep(index)] as const).filter(([, quantity]) => quantity > 0),
    );
  return { products, guest: some((index) => index % 4), account: some((index) => (index * 7) % 5) };
}

function wanted(guest: number, account: number, by: ByHand): { quantity: number; reason: Reason } {
  if (by === "leave_out") return { quantity: 0, reason: { code: "left_out" } };
  if (account === 0) return { quantity: guest, reason: { code: "only_guest" } };
  if (guest === 0) return { quantity: account, reason: { code: "only_account" } };
  switch (by) {
    case "sum":
      return { quantity: guest + account, reason: { code: "summed" } };
    case "larger":
      return { quantity: Math.max(guest, account), reason: { code: "larger_taken" } };
    case "guest":
      return { quantity: guest, reason: { code: "guest_taken" } };
    case "account":
      return { quantity: account, reason: { code: "account_taken" } };
  }
}

function answered(answer: Answer, id: string, guest: number, account: number) {
  if (answer.keep === "merge") return wanted(guest, account, answer.by_hand[id] ?? answer.both);
  const quantity = answer.keep === "guest" ? guest : account;
  if (quantity === 0) return { quantity, reason: { code: "left_out" } as const };
  return { quantity, reason: { code: answer.keep === "guest" ? "guest_taken" : "account_taken" } as const };
}

function planLine(carts: Carts, answer: Answer, id: string): PlanLine {
  const product = carts.products.find((product) => product.id === id);
  const [guest, account] = [carts.guest[id] ?? 0, carts.account[id] ?? 0];
  const { quantity, reason } = answered(answer, id, guest, account);
  const reasons: Reason[] = [reason];
  const allowed = product ? Math.min(product.stock, product.max_per_order) : 0;
  if (!product) reasons.splice(0, 1, { code: "unavailable" });
  else if (quantity > allowed) {
    const by = product.stock < product.max_per_order ? "stock" : "max_per_order";
    reasons.push({ code: "reduced", wanted: quantity, allowed, by });
  }
  if (product && id === "house-blend") {
    reasons.push({ code: "repriced", seen: euro(product.price.minor - 115), now: product.price });
  }
  const result = Math.min(quantity, allowed);
  return {
    product_id: id,
    name: product?.name ?? "A lamp of last year",
    picture: product?.picture ?? id,
    guest,
    account,
    result,
    unit_price: product?.price ?? null,
    line_total: product ? euro(product.price.minor * result) : null,
    differs: guest !== account,
    reasons,
  };
}

function planOf(carts: Carts, answer: Answer): Plan {
  const ids = [...new Set([...Object.keys(carts.guest), ...Object.keys(carts.account)])];
  const lines = ids.map((id) => planLine(carts, answer, id));
  return {
    lines,
    items: lines.reduce((sum, line) => sum + line.result, 0),
    total: euro(lines.reduce((sum, line) => sum + (line.line_total?.minor ?? 0), 0)),
    differing: lines.filter((line) => line.differs).length,
  };
}

function sideOf(carts: Carts, side: "guest" | "account", ago: number) {
  const quantities = Object.entries(carts[side]);
  const price = (id: string) => carts.products.find((product) => product.id === id)?.price.minor ?? 0;
  return {
    items: quantities.reduce((sum, [, quantity]) => sum + quantity, 0),
    lines: quantities.length,
    total: euro(quantities.reduce((sum, [id, quantity]) => sum + price(id) * quantity, 0)),
    updated_at: Date.now() - ago,
  };
}

type HandingOver = "previewHandOff" | "planHandOff" | "claimHandOff" | "undoHandOff";

/** The hand-off over the carts that the query parameters ask for. */
export function handingOver(fake: Fake, query: URLSearchParams): Pick<Api, HandingOver> {
  const count = Number(query.get("lines") ?? 0);
  const carts = count > 0 ? manyLines(count) : fewLines();
  let stale = query.get("conflict") === "changed";
  let changed = query.get("undo") === "ask";
  return {
    previewHandOff: () =>
      soon(() => {
        if (query.get("conflict") === "offline") return failure("offline");
        const data: HandOff = {
          account_name: query.has("nameless") ? null : ADDRESS,
          guest: sideOf(carts, "guest", 5 * 60_000),
          account: sideOf(carts, "account", 2 * 86_400_000),
          plan: planOf(carts, { keep: "merge", both: "sum", by_hand: {} }),
        };
        return { status: "ok" as const, data };
      }),
    planHandOff: (answer) => Promise.resolve({ status: "ok", data: planOf(carts, answer) }),
    claimHandOff: (answer) =>
      soon(() => {
        if (stale) {
          stale = false;
          carts.account["pepper-mill"] = 1;
          return failure("cart_changed");
        }
        fake.handOver(planOf(carts, answer), answer.keep);
        return ok;
      }),
    undoHandOff: (_, seen) =>
      soon(() => {
        if (changed && seen === null) {
          const current = [
            { product_id: "teapot", name: "Round teapot", quantity: 5 },
            { product_id: "desk-lamp", name: "Desk lamp", quantity: 1 },
          ];
          const before = [{ product_id: "teapot", name: "Round teapot", quantity: 3 }];
          return { status: "ok" as const, data: { kind: "changed" as const, version: 7, current, before } };
        }
        changed = false;
        fake.change({ notices: noticesNamed("hand_off_undone", null) });
        return { status: "ok" as const, data: { kind: "done" as const } };
      }),
  };
}
