import { vi } from "vitest";

import type {
  Account,
  Api,
  CartLine,
  Changed,
  ErrorCode,
  HandOff,
  Order,
  Patch,
  Plan,
  PlanLine,
  Product,
  Result,
  Review,
  Snapshot,
  UiError,
  View,
} from "../api/client";

export const EUR = (minor: number) => ({ minor, currency: "EUR" });

/** A product with what the test cares about. */
export function product(change: Partial<Product> = {}): Product {
  return {
    id: "teapot",
    category_id: "coffee",
    name: "Round teapot",
    description: "Holds four cups.",
    price: EUR(3600),
    stock: 22,
    max_per_order: 4,
    picture: "teapot",
    ...change,
  };
}

/** A line of the cart with what the test cares about. */
export function line(change: Partial<CartLine> = {}): CartLine {
  return {
    product_id: "teapot",
    position: 0,
    name: "Round teapot",
    picture: "teapot",
    quantity: 2,
    limit: 4,
    unit_price: EUR(3600),
    seen_price: null,
    line_total: EUR(7200),
    sync: "synced",
    ...change,
  };
}

/** A snapshot with what the test cares about. */
export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1,
    identity: { kind: "visitor" },
    cart: { lines: 0, items: 0, total: null, unsaved: 0 },
    save: "nothing",
    catalog: { state: "loading", revision: 0 },
    upgrade: { step: "idle" },
    switch: { step: "idle" },
    notices: [],
    backend: "sandbox",
    ...change,
  };
}

export function uiError(change: Partial<UiError> = {}): UiError {
  return { code: "server", message: "", next_step: null, retry_after_seconds: null, ...change };
}

const ok = { status: "ok", data: null } as const;

/** A snapshot with the lines of its cart. */
export function view(change: Partial<Snapshot> = {}, lines: CartLine[] = []): View {
  return { snapshot: snapshot(change), lines };
}

/** What changed since the snapshot before. */
export function patch(change: Partial<Snapshot>, lines: Partial<Omit<Patch, "snapshot">> = {}): Patch {
  const next = snapshot(change);
  return { since: next.revision - 1, snapshot: next, changed: [], removed: [], ...lines };
}

/** A change that is on disk, shown by the snapshot of this revision. */
export function changed(revision = 1, undo: number | null = 1): Result<Changed> {
  return { status: "ok", data: { revision, undo, reduced: false } };
}

/** A line of the plan with what the test cares about. */
export function planLine(change: Partial<PlanLine> = {}): PlanLine {
  return {
    product_id: "teapot",
    name: "Round teapot",
    picture: "teapot",
    guest: 2,
    account: 3,
    result: 5,
    unit_price: EUR(3600),
    line_total: EUR(18000),
    differs: true,
    reasons: [{ code: "summed" }],
    ...change,
  };
}

/** What an answer makes of the two carts, with the lines the test cares about. */
export function plan(lines: PlanLine[] = [planLine()]): Plan {
  const items = lines.reduce((sum, line) => sum + line.result, 0);
  const minor = lines.reduce((sum, line) => sum + (line.line_total?.minor ?? 0), 0);
  return { lines, items, total: EUR(minor), differing: lines.filter((line) => line.differs).length };
}

/** Two carts with what the test cares about. */
export function handOff(change: Partial<HandOff> = {}): HandOff {
  return {
    account_name: "ana@example.com",
    guest: { items: 2, lines: 1, total: EUR(7200), updated_at: null },
    account: { items: 3, lines: 1, total: EUR(10800), updated_at: null },
    plan: plan(),
    ...change,
  };
}

function signingIn() {
  const options = { email: true, phone: true, providers: ["google", "github"] };
  return {
    requestCode: vi.fn(() => Promise.resolve(ok)),
    confirmCode: vi.fn(() => Promise.resolve(ok)),
    cancelUpgrade: vi.fn(() => Promise.resolve(ok)),
    linkProvider: vi.fn(() => Promise.resolve(ok)),
    openBrowserAgain: vi.fn(() => Promise.resolve(ok)),
    signInOptions: vi.fn(() => Promise.resolve({ status: "ok" as const, data: options })),
    requestSignInCode: vi.fn(() => Promise.resolve(ok)),
    confirmSignInCode: vi.fn(() => Promise.resolve(ok)),
    signInWithPassword: vi.fn(() => Promise.resolve(ok)),
    signInWithProvider: vi.fn(() => Promise.resolve(ok)),
    cancelSwitch: vi.fn(() => Promise.resolve(ok)),
  };
}

function handingOver() {
  return {
    previewHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data: handOff() })),
    planHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data: plan() })),
    claimHandOff: vi.fn(() => Promise.resolve(ok)),
    undoHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data: { kind: "done" as const } })),
    earlierCarts: vi.fn(() => Promise.resolve({ status: "ok" as const, data: [] })),
    restoreEarlierCart: vi.fn(() => Promise.resolve(ok)),
  };
}

function membership() {
  const account: Account = { email: "ana@example.com", phone: null, identities: [], providers: ["google"] };
  const order: Order = { id: "o1", placed_at: 0, total: EUR(7200), lines: [] };
  return {
    checkOut: vi.fn(() => Promise.resolve({ status: "ok" as const, data: order })),
    orders: vi.fn(() => Promise.resolve({ status: "ok" as const, data: [] })),
    account: vi.fn(() => Promise.resolve({ status: "ok" as const, data: account })),
    unlinkIdentity: vi.fn(() => Promise.resolve(ok)),
    requestNonce: vi.fn(() => Promise.resolve(ok)),
    setPassword: vi.fn(() => Promise.resolve(ok)),
    signOut: vi.fn(() => Promise.resolve(ok)),
    closeAccount: vi.fn(() => Promise.resolve(ok)),
  };
}

/** A review with what the test cares about. */
export function review(change: Partial<Review> = {}): Review {
  return {
    id: "r1",
    product_id: "teapot",
    stars: 4,
    body: "Pours well.",
    mine: false,
    at: Date.UTC(2024, 4, 20, 12),
    ...change,
  };
}

function reviewing() {
  return {
    reviews: vi.fn(() => Promise.resolve({ status: "ok" as const, data: [] as Review[] })),
    postReview: vi.fn((product_id: string, stars: number, body: string) =>
      Promise.resolve({
        status: "ok" as const,
        data: review({ id: "new", product_id, stars, body, mine: true }),
      }),
    ),
    deleteReview: vi.fn(() => Promise.resolve(ok)),
  };
}

function choosingBackend() {
  const sandbox = { kind: "sandbox" } as const;
  const ways = { email: true, phone: false, providers: ["github"] };
  const tried = { anonymous_sign_ins: true, ways, products: 28 };
  return {
    backend: vi.fn(() => Promise.resolve({ chosen: sandbox, in_use: sandbox, fixed: false })),
    tryBackend: vi.fn(() => Promise.resolve({ status: "ok" as const, data: tried })),
    setBackend: vi.fn(() => Promise.resolve(ok)),
    restart: vi.fn(() => Promise.resolve(null)),
  };
}

/** What did not happen. */
export function failed(code: ErrorCode): { status: "error"; error: UiError } {
  return { status: "error", error: uiError({ code }) };
}

/** A shell that agrees to everything. `emit` sends a patch. */
export function fakeApi(change: Partial<Api> = {}) {
  let listener: (patch: Patch) => void = () => undefined;
  const api: Api = {
    startupProblem: vi.fn(() => Promise.resolve(null)),
    snapshot: vi.fn(() => Promise.resolve({ snapshot: snapshot(), lines: [] })),
    catalog: vi.fn(() => Promise.resolve({ categories: [], products: [product()] })),
    catalogPainted: vi.fn(() => Promise.resolve(null)),
    addToCart: vi.fn(() => Promise.resolve(changed())),
    setQuantity: vi.fn(() => Promise.resolve(changed())),
    clearCart: vi.fn(() => Promise.resolve(changed())),
    undo: vi.fn(() => Promise.resolve(changed())),
    ...signingIn(),
    ...handingOver(),
    ...membership(),
    forgetMe: vi.fn(() => Promise.resolve(ok)),
    exportData: vi.fn(() => Promise.resolve({ status: "ok" as const, data: "Downloads/data.json" })),
    dismissNotice: vi.fn(() => Promise.resolve(ok)),
    retryNow: vi.fn(() => Promise.resolve(null)),
    preferences: vi.fn(() =>
      Promise.resolve({ theme: "system" as const, language: "en" as const, two_carts: "ask" as const }),
    ),
    setPreferences: vi.fn(() => Promise.resolve(ok)),
    ...reviewing(),
    ...choosingBackend(),
    openConsole: vi.fn(() => Promise.resolve(ok)),
    onPatch: vi.fn((callback: (patch: Patch) => void) => {
      listener = callback;
      return Promise.resolve(() => undefined);
    }),
    ...change,
  };
  return { api, emit: (next: Patch) => listener(next) };
}
