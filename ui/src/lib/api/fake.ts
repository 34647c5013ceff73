/**
 * A stand-in for the shell, for looking at the window in a browser: `npm run preview:fake`.
 * States are reached by query parameters, for example `?identity=guest&cart=some&save=offline&theme=dark`.
 */
import type {
  Api,
  CartLine,
  CartTotals,
  Changed,
  ErrorCode,
  Identity,
  Patch,
  Preferences,
  Result,
  Snapshot,
  UiError,
} from "./client";
import { fakeCatalog } from "./fakeCatalog";

const USER_ID = "00000000-0000-4000-8000-000000000001";
const RIGHT_CODE = "123456";

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

function identityNamed(kind: string | null): Identity {
  if (kind === "guest") return { kind, user_id: USER_ID };
  if (kind === "member") return { kind, user_id: USER_ID, email: "someone.with.a.long.name@example.com" };
  return { kind: "visitor" };
}

/** Lines that show every mark, with `?marks`. */
const marks: Record<string, Partial<CartLine>> = {
  "gooseneck-kettle": { sync: "pending" },
  "chef-knife": { sync: "refused" },
  "house-blend": { seen_price: { minor: 1180, currency: "EUR" } },
};

function lineOf(id: string, quantity: number, position: number): CartLine {
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

function noticesNamed(names: string | null): Snapshot["notices"] {
  const kinds = (names ?? "").split(",").filter(Boolean) as Snapshot["notices"][number]["kind"][];
  const file = "carryover.db.damaged-1700000000000";
  return kinds.map((kind, id) => ({ id, kind, product: "teapot", quantity: 2, file }));
}

const ok: Result<null> = { status: "ok", data: null };

function failure(code: ErrorCode): { status: "error"; error: UiError } {
  return { status: "error", error: { code, message: code, next_step: null, retry_after_seconds: null } };
}

/** The state that the query parameters ask for. */
class Fake {
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
    const codeSent = {
      step: "code_sent",
      email: "someone@example.com",
      resend_at: Date.now() + 42_000,
      expires_at: Date.now() + 600_000,
    } as const;
    this.snapshot = {
      revision: 1,
      identity: identityNamed(query.get("identity")),
      cart: totalsOf(this.lines, Number(query.get("unsaved") ?? 0)),
      save: (query.get("save") ?? (cart === "empty" ? "nothing" : "all_saved")) as Snapshot["save"],
      catalog: { state: (query.get("catalog") ?? "ready") as "ready", revision: 1 },
      upgrade: query.get("upgrade") === "code" ? codeSent : { step: "idle" },
      notices: noticesNamed(query.get("notices")),
      backend: (query.get("backend") ?? "sandbox") as Snapshot["backend"],
    };
    this.preferences = {
      theme: (query.get("theme") ?? "system") as Preferences["theme"],
      language: (query.get("lang") ?? "system") as Preferences["language"],
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

  forget(): void {
    const removed = [...this.quantities.keys()];
    this.quantities = new Map();
    this.change({ identity: { kind: "visitor" }, cart: totalsOf([], 0), save: "nothing" }, removed);
  }
}

function soon<T>(value: () => T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value()), 500));
}

/** Becoming a member, and leaving. */
function account(
  fake: Fake,
): Pick<Api, "requestEmailCode" | "confirmEmailCode" | "cancelUpgrade" | "forgetMe" | "exportData"> {
  return {
    requestEmailCode: (email) => {
      if (!/^\S+@\S+\.\S+$/.test(email)) return soon(() => failure("invalid_email"));
      const sent = {
        step: "code_sent",
        email,
        resend_at: Date.now() + 60_000,
        expires_at: Date.now() + 600_000,
      };
      return soon(() => {
        fake.change({ upgrade: sent as Snapshot["upgrade"] });
        return ok;
      });
    },
    confirmEmailCode: (code) =>
      soon(() => {
        if (code !== RIGHT_CODE) return failure("wrong_code");
        fake.change({ upgrade: { step: "idle" }, identity: identityNamed("member") });
        return ok;
      }),
    cancelUpgrade: () => {
      fake.change({ upgrade: { step: "idle" } });
      return Promise.resolve(ok);
    },
    forgetMe: () =>
      soon(() => {
        if (fake.snapshot.save === "offline") return failure("offline");
        fake.forget();
        return ok;
      }),
    exportData: () => Promise.resolve({ status: "ok", data: "Downloads/carryover-2024-05-06-070809.json" }),
  };
}

/** The API over made-up answers. */
export function createFake(query: URLSearchParams): Api {
  const fake = new Fake(query);
  return {
    startupProblem: () =>
      Promise.resolve(query.has("problem") ? failure(query.get("problem") as ErrorCode).error : null),
    snapshot: () => Promise.resolve({ snapshot: fake.snapshot, lines: fake.lines }),
    catalog: () => Promise.resolve(query.has("bare") ? { categories: [], products: [] } : fakeCatalog),
    catalogPainted: () => Promise.resolve(null),
    addToCart: (id) => Promise.resolve(fake.set(id, (fake.quantities.get(id) ?? 0) + 1)),
    setQuantity: (id, quantity) =>
      Promise.resolve(query.has("fail") ? failure("disk_full") : fake.set(id, quantity)),
    clearCart: () => Promise.resolve(fake.put(new Map())),
    undo: (undo) => Promise.resolve(fake.undo(undo)),
    ...account(fake),
    dismissNotice: (id) => {
      fake.change({ notices: fake.snapshot.notices.filter((notice) => notice.id !== id) });
      return Promise.resolve(ok);
    },
    retryNow: () => {
      fake.change({ save: "all_saved", catalog: { state: "ready", revision: 2 } });
      return Promise.resolve(null);
    },
    preferences: () => Promise.resolve(fake.preferences),
    setPreferences: (preferences) => {
      fake.preferences = preferences;
      return Promise.resolve(ok);
    },
    openInbox: () => Promise.resolve(failure("starting")),
    onPatch: (callback) => {
      fake.listeners.add(callback);
      return Promise.resolve(() => void fake.listeners.delete(callback));
    },
  };
}
