import { createContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";

import type { Api, CartLine, Catalog, Product, Result, Snapshot, UiError } from "../api/client";

type CatalogState = Snapshot["catalog"]["state"];
type OnError = (error: UiError) => void;

/** What the shop's window shows: the newest snapshot, the catalog, and quantities that are on their way. */
export class ShopState {
  #api: Api;
  #onError: OnError;
  #snapshot = $state.raw<Snapshot>();
  #catalog = $state.raw<Catalog>();
  #products = $derived(Object.fromEntries(this.products.map((product) => [product.id, product])));
  #catalogRevision: number | undefined;
  #painted = false;
  /** Asked for and not answered yet, so that quick clicks count from what was asked last. */
  #wanted = new SvelteMap<string, number>();
  #calls: Record<string, number> = {};

  constructor(api: Api, onError: OnError) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Listens before it asks, so that no snapshot is missed. Answers how to stop. */
  async start(): Promise<() => void> {
    const stop = await this.#api.onSnapshot((snapshot) => this.apply(snapshot));
    this.apply(await this.#api.snapshot());
    return stop;
  }

  /** Takes a snapshot in, unless a newer one is here already. */
  apply(snapshot: Snapshot): void {
    if (this.#snapshot && snapshot.revision < this.#snapshot.revision) return;
    this.#snapshot = snapshot;
    const { state, revision } = snapshot.catalog;
    if (state === "ready" && revision !== this.#catalogRevision) {
      this.#catalogRevision = revision;
      void this.#loadCatalog(revision);
    }
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get identity() {
    return this.#snapshot?.identity ?? ({ kind: "visitor" } as const);
  }

  get upgrade() {
    return this.#snapshot?.upgrade ?? ({ step: "idle" } as const);
  }

  get sandbox(): boolean {
    return this.#snapshot?.backend === "sandbox";
  }

  get categories() {
    return this.#catalog?.categories ?? [];
  }

  get products() {
    return this.#catalog?.products ?? [];
  }

  /** Products that are here win over a server that is not. */
  get catalogState(): CatalogState {
    const state = this.#snapshot?.catalog.state ?? "loading";
    if (this.#catalog) return "ready";
    return state === "ready" ? "loading" : state;
  }

  product(id: string): Product | undefined {
    return this.#products[id];
  }

  /** The cart's lines with the quantities last asked for. */
  get lines(): CartLine[] {
    const lines = this.#snapshot?.cart.lines ?? [];
    return lines
      .map((line) => ({ ...line, quantity: this.#wanted.get(line.product_id) ?? line.quantity }))
      .filter((line) => line.quantity > 0);
  }

  quantityOf(productId: string): number {
    const line = this.#snapshot?.cart.lines.find((line) => line.product_id === productId);
    return this.#wanted.get(productId) ?? line?.quantity ?? 0;
  }

  async add(productId: string): Promise<void> {
    this.#take(await this.#answer(this.#api.addToCart(productId)));
  }

  /** Exactly so many; 0 takes the product out. */
  async setQuantity(productId: string, quantity: number): Promise<void> {
    const call = (this.#calls[productId] ?? 0) + 1;
    this.#calls[productId] = call;
    this.#wanted.set(productId, quantity);
    const result = await this.#answer(this.#api.setQuantity(productId, quantity));
    this.#take(result);
    if (this.#calls[productId] === call) this.#wanted.delete(productId);
  }

  dismissNotice(id: number): void {
    void this.#api.dismissNotice(id);
  }

  retryNow(): void {
    void this.#api.retryNow();
  }

  async openInbox(): Promise<void> {
    const result = await this.#answer(this.#api.openInbox());
    if (result?.status === "error") this.#onError(result.error);
  }

  /** Tells the shell once that products are on screen: after the second frame, the first has been painted. */
  catalogInDom(): void {
    if (this.#painted) return;
    this.#painted = true;
    requestAnimationFrame(() => requestAnimationFrame(() => void this.#api.catalogPainted()));
  }

  async #loadCatalog(revision: number): Promise<void> {
    const catalog = await this.#api.catalog().catch(() => undefined);
    if (revision !== this.#catalogRevision) return;
    if (catalog) this.#catalog = catalog;
    // The next snapshot asks again.
    else this.#catalogRevision = undefined;
  }

  #take(result: Result<Snapshot> | undefined): void {
    if (result?.status === "ok") this.apply(result.data);
    else if (result) this.#onError(result.error);
  }

  /** A command that breaks instead of failing is told as an error of the server. */
  async #answer<T>(call: Promise<Result<T>>): Promise<Result<T>> {
    return call.catch((): Result<T> => ({ status: "error", error: unexpected }));
  }
}

const unexpected: UiError = { code: "server", message: "", next_step: null, retry_after_seconds: null };

export const [getShop, setShop] = createContext<ShopState>();
