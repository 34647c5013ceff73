/** The one door to the shell. Nothing else imports the Tauri API or the generated bindings. */
import { commands, events } from "./bindings";
import type { Catalog, Changed, Patch, Preferences, UiError, View } from "./bindings";

export type {
  Backend,
  Catalog,
  CartLine,
  CartTotals,
  Category,
  Changed,
  ErrorCode,
  Identity,
  Money,
  Notice,
  Patch,
  Preferences,
  Product,
  SaveState,
  Snapshot,
  UiError,
  Upgrade,
  View,
} from "./bindings";

/** The answer of a command that can fail. */
export type Result<T> = { status: "ok"; data: T } | { status: "error"; error: UiError };

/** What the window can ask of the shell. */
export type Api = {
  /** Why the shop could not be opened: then nothing else may be asked. */
  startupProblem: () => Promise<UiError | null>;
  snapshot: () => Promise<View>;
  catalog: () => Promise<Catalog>;
  catalogPainted: () => Promise<unknown>;
  addToCart: (productId: string) => Promise<Result<Changed>>;
  setQuantity: (productId: string, quantity: number) => Promise<Result<Changed>>;
  clearCart: () => Promise<Result<Changed>>;
  undo: (undo: number) => Promise<Result<Changed>>;
  requestEmailCode: (email: string) => Promise<Result<unknown>>;
  confirmEmailCode: (code: string) => Promise<Result<unknown>>;
  cancelUpgrade: () => Promise<Result<unknown>>;
  forgetMe: () => Promise<Result<unknown>>;
  /** Writes the person's data to a file and answers where it is. */
  exportData: () => Promise<Result<string>>;
  dismissNotice: (id: number) => Promise<Result<unknown>>;
  retryNow: () => Promise<unknown>;
  preferences: () => Promise<Preferences>;
  setPreferences: (preferences: Preferences) => Promise<Result<unknown>>;
  openInbox: () => Promise<Result<unknown>>;
  /** Calls back with what changed since the call before it; answers how to stop. */
  onPatch: (callback: (patch: Patch) => void) => Promise<() => void>;
};

/** The shell, or in a preview build a stand-in with made-up answers. */
export async function connect(): Promise<Api> {
  if (import.meta.env.MODE === "preview") {
    const { createFake } = await import("./fake");
    return createFake(new URLSearchParams(location.search));
  }
  return {
    ...commands,
    onPatch: (callback) => events.snapshotChanged.listen((event) => callback(event.payload)),
  };
}
