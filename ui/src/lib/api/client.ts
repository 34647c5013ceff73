/** The one door to the shell. Nothing else imports the Tauri API or the generated bindings. */
import { commands, events } from "./bindings";
import type {
  Account,
  Answer,
  BackendChoice,
  BackendSettings,
  BackendTried,
  Catalog,
  Changed,
  Contact,
  EarlierCart,
  HandOff,
  HandOffUndo,
  Order,
  Patch,
  Plan,
  Preferences,
  Review,
  SignInOptions,
  UiError,
  View,
} from "./bindings";

export type {
  Account,
  Answer,
  Backend,
  BackendChoice,
  BackendSettings,
  BackendTried,
  ByHand,
  Catalog,
  CartLine,
  CartLineBrief,
  CartTotals,
  Category,
  Changed,
  Contact,
  EarlierCart,
  ErrorCode,
  HandOff,
  HandOffDone,
  HandOffUndo,
  Identity,
  LinkedIdentity,
  Money,
  Notice,
  Order,
  Patch,
  Plan,
  PlanLine,
  Preferences,
  Product,
  Reason,
  Review,
  Rule,
  SaveState,
  Side,
  SignInOptions,
  Snapshot,
  Switch,
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
  /** Becoming a member: the user stays the same. */
  requestCode: (contact: Contact) => Promise<Result<unknown>>;
  confirmCode: (code: string) => Promise<Result<unknown>>;
  cancelUpgrade: () => Promise<Result<unknown>>;
  linkProvider: (provider: string) => Promise<Result<unknown>>;
  /** For the upgrade or the switch, whichever waits for the browser. */
  openBrowserAgain: () => Promise<Result<unknown>>;
  signInOptions: () => Promise<Result<SignInOptions>>;
  /** Signing in to an account that exists: the guest stays until the person has decided. */
  requestSignInCode: (contact: Contact) => Promise<Result<unknown>>;
  confirmSignInCode: (code: string) => Promise<Result<unknown>>;
  signInWithPassword: (contact: Contact, password: string) => Promise<Result<unknown>>;
  signInWithProvider: (provider: string) => Promise<Result<unknown>>;
  cancelSwitch: () => Promise<Result<unknown>>;
  previewHandOff: () => Promise<Result<HandOff>>;
  /** At once, without the network. */
  planHandOff: (answer: Answer) => Promise<Result<Plan>>;
  claimHandOff: (answer: Answer) => Promise<Result<unknown>>;
  undoHandOff: (claimId: string, seenVersion: number | null) => Promise<Result<HandOffUndo>>;
  earlierCarts: () => Promise<Result<EarlierCart[]>>;
  restoreEarlierCart: (id: string) => Promise<Result<unknown>>;
  checkOut: () => Promise<Result<Order>>;
  orders: () => Promise<Result<Order[]>>;
  account: () => Promise<Result<Account>>;
  unlinkIdentity: (id: string) => Promise<Result<unknown>>;
  requestNonce: () => Promise<Result<unknown>>;
  setPassword: (password: string, nonce: string | null) => Promise<Result<unknown>>;
  signOut: (scope: "here" | "others", evenUnsaved: boolean) => Promise<Result<unknown>>;
  closeAccount: () => Promise<Result<unknown>>;
  forgetMe: () => Promise<Result<unknown>>;
  /** Writes the person's data to a file and answers where it is. */
  exportData: () => Promise<Result<string>>;
  dismissNotice: (id: number) => Promise<Result<unknown>>;
  retryNow: () => Promise<unknown>;
  preferences: () => Promise<Preferences>;
  setPreferences: (preferences: Preferences) => Promise<Result<unknown>>;
  /** Newest first. */
  reviews: (productId: string) => Promise<Result<Review[]>>;
  postReview: (productId: string, stars: number, body: string) => Promise<Result<Review>>;
  deleteReview: (id: string) => Promise<Result<unknown>>;
  backend: () => Promise<BackendSettings>;
  /** Asks a project what it offers; nothing is saved. */
  tryBackend: (url: string, publishableKey: string) => Promise<Result<BackendTried>>;
  /** Tried before it is saved; counts from the next start. */
  setBackend: (choice: BackendChoice) => Promise<Result<unknown>>;
  restart: () => Promise<unknown>;
  /** Codes, people and scenarios of the sandbox. */
  openConsole: () => Promise<Result<unknown>>;
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
