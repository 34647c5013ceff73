/** The one door to the shell. Nothing else imports the Tauri API or the generated bindings. */
import { commands, events } from "./bindings";
import type { Catalog, Preferences, Snapshot, UiError } from "./bindings";

export type {
  Backend,
  Catalog,
  CartLine,
  CartView,
  Category,
  ErrorCode,
  Identity,
  Money,
  Notice,
  Preferences,
  Product,
  SaveState,
  Snapshot,
  UiError,
  Upgrade,
} from "./bindings";

/** The answer of a command that can fail. */
export type Result<T> = { status: "ok"; data: T } | { status: "error"; error: UiError };

/** What the window can ask of the shell. */
export type Api = {
  snapshot: () => Promise<Snapshot>;
  catalog: () => Promise<Catalog>;
  catalogPainted: () => Promise<unknown>;
  addToCart: (productId: string) => Promise<Result<Snapshot>>;
  setQuantity: (productId: string, quantity: number) => Promise<Result<Snapshot>>;
  requestEmailCode: (email: string) => Promise<Result<unknown>>;
  confirmEmailCode: (code: string) => Promise<Result<unknown>>;
  cancelUpgrade: () => Promise<Result<unknown>>;
  dismissNotice: (id: number) => Promise<unknown>;
  retryNow: () => Promise<unknown>;
  preferences: () => Promise<Preferences>;
  setPreferences: (preferences: Preferences) => Promise<Result<unknown>>;
  openInbox: () => Promise<Result<unknown>>;
  /** Calls back with every new snapshot; answers how to stop. */
  onSnapshot: (callback: (snapshot: Snapshot) => void) => Promise<() => void>;
};

/** The shell, or in a preview build a stand-in with made-up answers. */
export async function connect(): Promise<Api> {
  if (import.meta.env.MODE === "preview") {
    const { createFake } = await import("./fake");
    return createFake(new URLSearchParams(location.search));
  }
  return {
    ...commands,
    onSnapshot: (callback) => events.snapshotChanged.listen((event) => callback(event.payload)),
  };
}
