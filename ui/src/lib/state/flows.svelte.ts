import { createContext } from "svelte";

import type { Api, Order, SignInOptions, UiError } from "../api/client";
import { AccountState } from "./account.svelte";
import { BackendState } from "./backend.svelte";
import { CheckOut } from "./checkOut.svelte";
import { Conflict, type Remembered } from "./conflict.svelte";
import { EarlierCarts } from "./earlierCarts.svelte";
import { Loaded } from "./loaded.svelte";
import { PasswordFlow } from "./password.svelte";
import { ProductPage } from "./productPage.svelte";
import type { ShopState } from "./shop.svelte";
import { SwitchFlow } from "./switch.svelte";
import { UndoHandOff } from "./undoHandOff.svelte";
import { UpgradeFlow } from "./upgrade.svelte";

/** A part of the member's own dialog. */
export type Page = "account" | "orders" | "earlier";
type Front = "conflict" | "switch" | "upgrade" | "undo" | "check_out" | "product" | Page;

/** Everything that happens in dialogs. One is in front at most; what lies beneath shows again when it closes. */
export class Flows {
  #shop: ShopState;
  #page = $state.raw<{ page: Page; userId: string }>();
  readonly options: Loaded<SignInOptions>;
  readonly switching: SwitchFlow;
  readonly upgrade: UpgradeFlow;
  readonly conflict: Conflict;
  readonly undoing: UndoHandOff;
  readonly checkOut: CheckOut;
  readonly account: AccountState;
  readonly password: PasswordFlow;
  readonly orders: Loaded<Order[]>;
  readonly earlier: EarlierCarts;
  readonly product: ProductPage;
  readonly backend: BackendState;

  constructor(api: Api, shop: ShopState, remembered: () => Remembered, onError: (error: UiError) => void) {
    this.#shop = shop;
    this.options = new Loaded(() => api.signInOptions());
    this.switching = new SwitchFlow(api, shop);
    this.upgrade = new UpgradeFlow(api, shop, this.switching);
    // On the way to an order nothing comes into the cart unseen.
    this.conflict = new Conflict(api, () => (this.checkOut.open ? "ask" : remembered()));
    this.undoing = new UndoHandOff(api, onError);
    this.checkOut = new CheckOut(api, this.upgrade);
    this.account = new AccountState(api);
    this.password = new PasswordFlow(api);
    this.orders = new Loaded(() => api.orders());
    this.earlier = new EarlierCarts(api);
    this.product = new ProductPage(api, this.upgrade);
    this.backend = new BackendState(api);
  }

  /** Whether there are two carts to decide about, or what becomes of the decision, is open. */
  get deciding(): boolean {
    const { step } = this.switching.state;
    const claiming = step === "claiming" && this.conflict.busy !== undefined;
    return this.switching.open && (step === "choosing" || claiming);
  }

  get front(): Front | undefined {
    // Where nothing has to be decided, nobody sees the question.
    if (this.deciding && this.conflict.met) return "conflict";
    if (this.switching.open) return "switch";
    if (this.upgrade.open) return "upgrade";
    if (this.undoing.question) return "undo";
    if (this.checkOut.open) return "check_out";
    if (this.product.id !== undefined) return "product";
    return this.page;
  }

  /** Shown to the member who opened it, and to nobody after them. */
  get page(): Page | undefined {
    const { identity } = this.#shop;
    const theirs = identity.kind === "member" && identity.user_id === this.#page?.userId;
    return theirs ? this.#page?.page : undefined;
  }

  showPage(page: Page): void {
    const { identity } = this.#shop;
    if (identity.kind !== "member") return;
    if (this.#page?.userId !== identity.user_id) this.#forget();
    this.#page = { page, userId: identity.user_id };
  }

  closePage(): void {
    this.#page = undefined;
  }

  #forget(): void {
    this.account.account.forget();
    this.orders.forget();
    this.earlier.carts.forget();
  }
}

export const [getFlows, setFlows] = createContext<Flows>();
