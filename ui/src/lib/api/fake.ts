/**
 * A stand-in for the shell, for looking at the window in a browser: `npm run preview:fake`.
 * States are reached by query parameters, for example `?identity=guest&cart=some&save=offline&theme=dark`.
 */
import type {
  Api,
  CartLine,
  CartView,
  ErrorCode,
  Identity,
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

function lineOf(id: string, quantity: number): CartLine {
  const product = fakeCatalog.products.find((product) => product.id === id);
  if (!product) {
    const nothing = { picture: id, limit: 0, unit_price: null, line_total: null };
    return { product_id: id, name: id, quantity, sync: "synced", ...nothing };
  }
  const { name, picture, price, stock, max_per_order } = product;
  return {
    product_id: id,
    name,
    picture,
    quantity,
    limit: Math.min(stock, max_per_order),
    unit_price: price,
    line_total: { ...price, minor: price.minor * quantity },
    sync: "synced",
  };
}

function cartOf(quantities: Map<string, number>): CartView {
  const lines = [...quantities].map(([id, quantity]) => lineOf(id, quantity));
  const minor = lines.reduce((sum, line) => sum + (line.line_total?.minor ?? 0), 0);
  const items = lines.reduce((sum, line) => sum + line.quantity, 0);
  return { lines, items, total: lines.length > 0 ? { minor, currency: "EUR" } : null };
}

function noticesNamed(names: string | null): Snapshot["notices"] {
  const kinds = (names ?? "").split(",").filter(Boolean) as Snapshot["notices"][number]["kind"][];
  return kinds.map((kind, id) => ({ id, kind, product: "teapot", allowed: 2 }));
}

const ok: Result<null> = { status: "ok", data: null };

function failure(code: ErrorCode): { status: "error"; error: UiError } {
  return { status: "error", error: { code, message: code, next_step: null, retry_after_seconds: null } };
}

/** The state that the query parameters ask for. */
class Fake {
  quantities: Map<string, number>;
  snapshot: Snapshot;
  preferences: Preferences;
  listeners = new Set<(snapshot: Snapshot) => void>();

  constructor(query: URLSearchParams) {
    const cart = query.get("cart") ?? "empty";
    this.quantities = new Map(Object.entries(carts[cart] ?? {}));
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
      cart: cartOf(this.quantities),
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

  change(change: Partial<Snapshot>): Snapshot {
    this.snapshot = { ...this.snapshot, ...change, revision: this.snapshot.revision + 1 };
    for (const listener of this.listeners) listener(this.snapshot);
    return this.snapshot;
  }

  put(id: string, quantity: number): Snapshot {
    if (quantity > 0) this.quantities.set(id, quantity);
    else this.quantities.delete(id);
    setTimeout(() => this.change({ save: "all_saved" }), 900);
    const was = this.snapshot.identity;
    const identity = was.kind === "visitor" ? identityNamed("guest") : was;
    return this.change({ cart: cartOf(this.quantities), save: "syncing", identity });
  }
}

/** The API over made-up answers. */
export function createFake(query: URLSearchParams): Api {
  const fake = new Fake(query);
  const soon = <T>(value: () => T, ms = 500): Promise<T> =>
    new Promise((resolve) => setTimeout(() => resolve(value()), ms));
  return {
    snapshot: () => Promise.resolve(fake.snapshot),
    catalog: () => Promise.resolve(query.has("bare") ? { categories: [], products: [] } : fakeCatalog),
    catalogPainted: () => Promise.resolve(null),
    addToCart: (id) =>
      Promise.resolve({ status: "ok", data: fake.put(id, (fake.quantities.get(id) ?? 0) + 1) }),
    setQuantity: (id, quantity) =>
      Promise.resolve(
        query.has("fail") ? failure("storage") : { status: "ok", data: fake.put(id, quantity) },
      ),
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
    dismissNotice: (id) =>
      Promise.resolve(fake.change({ notices: fake.snapshot.notices.filter((notice) => notice.id !== id) })),
    retryNow: () =>
      Promise.resolve(fake.change({ save: "all_saved", catalog: { state: "ready", revision: 2 } })),
    preferences: () => Promise.resolve(fake.preferences),
    setPreferences: (preferences) => {
      fake.preferences = preferences;
      return Promise.resolve(ok);
    },
    openInbox: () => Promise.resolve(failure("starting")),
    onSnapshot: (callback) => {
      fake.listeners.add(callback);
      return Promise.resolve(() => void fake.listeners.delete(callback));
    },
  };
}
