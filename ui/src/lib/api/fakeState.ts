/** What the stand-in for the shell holds: the snapshot and the cart that the query parameters ask for. */
import type {
  Answer,
  CartLine,
  CartTotals,
  Changed,
  Contact,
  ErrorCode,
  HandOffDone,
  Identity,
  Order,
  Patch,
  Plan,
  Preferences,
  Result,
  Snapshot,
  Switch,
  UiError,
  Upgrade,
} from "./client";
import { fakeCatalog } from "./fakeCatalog";

/** The member's address. */
export const ADDRESS = "someone.with.a.long.name@example.com";
const USER_ID = "00000000-0000-4000-8000-000000000001";

const carts: Record<string, Record<string, number>> = {
  empty: {},
  some: { "gooseneck-kettle": 1, "chef-knife": 2, "house-blend": 3 },
  full: {
    "gooseneck-kettle": 1,
    "extra-long-shelf": 1,
    "chef-knife": 2,
    "house-blend": 3,
    "seed-mix": 25,
    "rain-umbrella": 1,
    teapot: 2,
    "linen-towel": 4,
  },
};

export function identityNamed(kind: string | null): Identity {
  if (kind === "guest") return { kind, user_id: USER_ID };
  if (kind === "member") return { kind, user_id: USER_ID, email: ADDRESS, phone: null };
  return { kind: "visitor" };
}

/** Lines that show every mark, with `?marks`. */
const marks: Record<string, Partial<CartLine>> = {
  "gooseneck-kettle": { sync: "pending" },
  "chef-knife": { sync: "refused" },
  "house-blend": { seen_price: { minor: 1180, currency: "EUR" } },
};

export function lineOf(id: string, quantity: number, position: number): CartLine {
  const product = fakeCatalog.products.find((product) => product.id === id);
  if (!product) {
    const nothing = { picture: id, limit: 0, unit_price: null, seen_price: null, line_total: null };
    return { product_id: id, position, name: id, quantity, sync: "synced", ...nothing };
  }
  const { name, picture, price, stock, max_per_order } = product;
  return {
    product_id: id,
    position,
    name,
    picture,
    quantity,
    limit: Math.min(stock, max_per_order),
    unit_price: price,
    seen_price: null,
    line_total: { ...price, minor: price.minor * quantity },
    sync: "synced",
  };
}

function totalsOf(lines: CartLine[], unsaved: number): CartTotals {
  const minor = lines.reduce((sum, line) => sum + (line.line_total?.minor ?? 0), 0);
  const items = lines.reduce((sum, line) => sum + line.quantity, 0);
  return { lines: lines.length, items, total: lines.length > 0 ? { minor, currency: "EUR" } : null, unsaved };
}

export function noticesNamed(names: string | null, outcome: string | null): Snapshot["notices"] {
  const kinds = (names ?? "").split(",").filter(Boolean) as Snapshot["notices"][number]["kind"][];
  const file = "carryover.db.damaged-1700000000000";
  return kinds.map((kind, id) => ({
    id,
    kind,
    product: "teapot",
    quantity: 2,
    file,
    hand_off: kind === "handed_over" ? handOffDone(outcome) : null,
  }));
}

function handOffDone(outcome: string | null): HandOffDone {
  const known = (outcome ?? "merged") as HandOffDone["outcome"];
  return { claim_id: "claim-1", outcome: known, changed: 2, undo_until: Date.now() + 30 * 86_400_000 };
}

/** The steps that the upgrade and the switch have in common. */
function stepNamed(name: string | null, query: URLSearchParams) {
  const [resend_at, expires_at] = [Date.now() + 42_000, Date.now() + 600_000];
  const provider = query.get("provider") ?? "google";
  const code = (query.get("code") ?? "denied") as ErrorCode;
  const email: Contact = { kind: "email", value: "someone@example.com" };
  const phone: Contact = { kind: "phone", value: "+15550100" };
  const steps: Record<string, Upgrade> = {
    code: { step: "code_sent", contact: email, resend_at, expires_at },
    phone: { step: "code_sent", contact: phone, resend_at, expires_at },
    browser: { step: "in_browser", provider },
    failed: { step: "failed", provider, code },
  };
  return steps[name ?? ""] ?? ({ step: "idle" } as const);
}

function switchNamed(name: string | null, query: URLSearchParams): Switch {
  if (name === "choosing") return { step: "choosing", account: query.has("nameless") ? null : ADDRESS };
  return name === "claiming" ? { step: "claiming" } : stepNamed(name, query);
}

export const ok: Result<null> = { status: "ok", data: null };

export function failure(code: ErrorCode): { status: "error"; error: UiError } {
  return { status: "error", error: { code, message: code, next_step: null, retry_after_seconds: null } };
}

/** The state that the query parameters ask for. */
export class Fake {
  quantities: Map<string, number>;
  #before: Map<string, number>[] = [];
  #marked: boolean;
  snapshot: Snapshot;
  preferences: Preferences;
  listeners = new Set<(patch: Patch) => void>();

  constructor(query: URLSearchParams) {
    const cart = query.get("cart") ?? "empty";
    this.quantities = new Map(Object.entries(carts[cart] ?? {}));
    this.#marked = query.has("marks");
    if (query.has("gone")) this.quantities.set("a-lamp-of-last-year", 1);
    this.snapshot = {
      revision: 1,
      identity: identityNamed(query.get("identity")),
      cart: totalsOf(this.lines, Number(query.get("unsaved") ?? 0)),
      save: (query.get("save") ?? (cart === "empty" ? "nothing" : "all_saved")) as Snapshot["save"],
      catalog: { state: (query.get("catalog") ?? "ready") as "ready", revision: 1 },
      upgrade: stepNamed(query.get("upgrade"), query),
      switch: switchNamed(query.get("switch"), query),
      notices: noticesNamed(query.get("notices"), query.get("outcome")),
      backend: (query.get("backend") ?? "sandbox") as Snapshot["backend"],
    };
    this.preferences = {
      theme: (query.get("theme") ?? "system") as Preferences["theme"],
      language: (query.get("lang") ?? "system") as Preferences["language"],
      two_carts: "ask",
    };
  }

  get lines(): CartLine[] {
    const lines = [...this.quantities].map(([id, quantity], position) => lineOf(id, quantity, position));
    return this.#marked ? lines.map((line) => ({ ...line, ...marks[line.product_id] })) : lines;
  }

  /** A patch with every line in it is right as well. */
  change(change: Partial<Snapshot>, removed: string[] = []): void {
    const since = this.snapshot.revision;
    this.snapshot = { ...this.snapshot, ...change, revision: since + 1 };
    for (const listener of this.listeners) {
      listener({ since, snapshot: this.snapshot, changed: this.lines, removed });
    }
  }

  put(quantities: Map<string, number>): Result<Changed> {
    const removed = [...this.quantities.keys()].filter((id) => !quantities.has(id));
    const undo = this.#before.push(this.quantities) - 1;
    this.quantities = quantities;
    setTimeout(() => this.change({ cart: totalsOf(this.lines, 0), save: "all_saved" }), 900);
    const was = this.snapshot.identity;
    const identity = was.kind === "visitor" ? identityNamed("guest") : was;
    this.change({ cart: totalsOf(this.lines, 1), save: "syncing", identity }, removed);
    return { status: "ok", data: { revision: this.snapshot.revision, undo, reduced: false } };
  }

  set(id: string, quantity: number): Result<Changed> {
    const quantities = new Map(this.quantities).set(id, quantity);
    if (quantity === 0) quantities.delete(id);
    return this.put(quantities);
  }

  undo(undo: number): Result<Changed> {
    const before = this.#before[undo];
    return before ? this.put(before) : failure("nothing_to_undo");
  }

  /** Orders what is in the cart. */
  order(): Order {
    const lines = this.lines.flatMap(({ product_id, name, quantity, unit_price: price }) =>
      price ? [{ product_id, name, quantity, price }] : [],
    );
    const total = this.snapshot.cart.total ?? { minor: 0, currency: "EUR" };
    const removed = [...this.quantities.keys()];
    this.quantities = new Map();
    this.change({ cart: totalsOf([], 0) }, removed);
    return { id: `order-${this.snapshot.revision}`, placed_at: Date.now(), total, lines };
  }

  /** The account is the one who is here now, with the cart that was decided on. */
  handOver(plan: Plan, keep: Answer["keep"]): void {
    const outcome = { merge: "merged", guest: "kept_guest", account: "kept_account" }[keep];
    const removed = [...this.quantities.keys()];
    this.quantities = new Map(plan.lines.map((line) => [line.product_id, line.result]));
    for (const [id, quantity] of this.quantities) if (quantity === 0) this.quantities.delete(id);
    this.change(
      {
        identity: identityNamed("member"),
        switch: { step: "idle" },
        cart: totalsOf(this.lines, 0),
        save: "all_saved",
        notices: noticesNamed("handed_over", outcome),
      },
      removed,
    );
  }

  forget(): void {
    const removed = [...this.quantities.keys()];
    this.quantities = new Map();
    this.change({ identity: { kind: "visitor" }, cart: totalsOf([], 0), save: "nothing" }, removed);
  }
}

/** As slow as a server nearby. */
export function soon<T>(value: () => T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value()), 500));
}
