import { vi } from "vitest";

import type { Api, CartLine, Product, Snapshot, UiError } from "../api/client";

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
    name: "Round teapot",
    picture: "teapot",
    quantity: 2,
    limit: 4,
    unit_price: EUR(3600),
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
    cart: { lines: [], items: 0, total: null },
    save: "nothing",
    catalog: { state: "loading", revision: 0 },
    upgrade: { step: "idle" },
    notices: [],
    backend: "sandbox",
    ...change,
  };
}

export function uiError(change: Partial<UiError> = {}): UiError {
  return { code: "server", message: "", next_step: null, retry_after_seconds: null, ...change };
}

const ok = { status: "ok", data: null } as const;

/** A shell that agrees to everything. `emit` sends a snapshot. */
export function fakeApi(change: Partial<Api> = {}) {
  let listener: (snapshot: Snapshot) => void = () => undefined;
  const api: Api = {
    snapshot: vi.fn(() => Promise.resolve(snapshot())),
    catalog: vi.fn(() => Promise.resolve({ categories: [], products: [product()] })),
    catalogPainted: vi.fn(() => Promise.resolve(null)),
    addToCart: vi.fn(() => Promise.resolve({ status: "ok" as const, data: snapshot() })),
    setQuantity: vi.fn(() => Promise.resolve({ status: "ok" as const, data: snapshot() })),
    requestEmailCode: vi.fn(() => Promise.resolve(ok)),
    confirmEmailCode: vi.fn(() => Promise.resolve(ok)),
    cancelUpgrade: vi.fn(() => Promise.resolve(ok)),
    dismissNotice: vi.fn(() => Promise.resolve(null)),
    retryNow: vi.fn(() => Promise.resolve(null)),
    preferences: vi.fn(() => Promise.resolve({ theme: "system" as const, language: "en" as const })),
    setPreferences: vi.fn(() => Promise.resolve(ok)),
    openInbox: vi.fn(() => Promise.resolve(ok)),
    onSnapshot: vi.fn((callback: (snapshot: Snapshot) => void) => {
      listener = callback;
      return Promise.resolve(() => undefined);
    }),
    ...change,
  };
  return { api, emit: (next: Snapshot) => listener(next) };
}
