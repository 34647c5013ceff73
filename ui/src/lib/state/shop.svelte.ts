import { createContext, untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";

import { answerOf } from "../api/answer";
import type {
  Api,
  CartLine,
  Catalog,
  Changed,
  Patch,
  Product,
  Result,
  SaveState,
  Snapshot,
  UiError,
  View,
} from "../api/client";
import { Lines } from "./lines.svelte";

type CatalogState = Snapshot["catalog"]["state"];
type OnError = (error: UiError) => void;

/** So many changes the shell can take back. */
const UNDOS_KEPT = 20;

/** What the shop's window shows: the newest snapshot, the cart's lines, the catalog, and quantities that are on their way. */
export class ShopState {
  #api: Api;
  #onError: OnError;
  #snapshot = $state.raw<Snapshot>();
  #lines = new Lines();
  #catalog = $state.raw<Catalog>();
  #products = $derived(Object.fromEntries(this.products.map((product) => [product.id, product])));
  #catalogRevision: number | undefined;
  #painted = false;
  /** The newest revision that was told of. */
  #told = 0;
  #asking: Promise<void> | undefined;
  /** Who waits for a revision to be on screen. */
  #waiting: { revision: number; reached: () => void }[] = [];
  /** Asked for and not answered yet, so that quick clicks count from what was asked last. */
  #wanted = new SvelteMap<string, number>();
  #calls: Record<string, number> = {};
  /** What can be taken back, newest last. */
  #undos: number[] = [];

  constructor(api: Api, onError: OnError) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Listens before it asks, so that nothing is missed. Answers how to stop. */
  async start(): Promise<() => void> {
    const stop = await this.#api.onPatch((patch) => this.patch(patch));
    await this.#ask();
    return stop;
  }

  /** Takes a whole view in, unless a newer one is here already. */
  show({ snapshot, lines }: View): void {
    if (this.#snapshot && snapshot.revision < this.#snapshot.revision) return;
    this.#lines.replace(lines);
    this.#take(snapshot);
  }

  /** Takes a change in. One that does not fit what is here, because another was missed, leads to the whole view. */
  patch(patch: Patch): void {
    this.#told = Math.max(this.#told, patch.snapshot.revision);
    const held = untrack(() => this.#snapshot?.revision);
    if (held === undefined || patch.snapshot.revision <= held) return;
    if (patch.since !== held) {
      void this.#ask();
      return;
    }
    this.#lines.patch(patch);
    this.#take(patch.snapshot);
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

  get switch() {
    return this.#snapshot?.switch ?? ({ step: "idle" } as const);
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

  /** Where the cart is saved. A wish that is on its way to the shell is saved nowhere yet, whatever the snapshot says. */
  get save(): SaveState {
    const save = this.#snapshot?.save ?? "nothing";
    return this.#wanted.size > 0 && save === "all_saved" ? "syncing" : save;
  }

  product(id: string): Product | undefined {
    return this.#products[id];
  }

  /** The cart's lines with the quantities last asked for. */
  get lines(): CartLine[] {
    if (this.#wanted.size === 0) return this.#lines.inOrder;
    return this.#lines.inOrder
      .map((line) => {
        const quantity = this.#wanted.get(line.product_id);
        return quantity === undefined ? line : { ...line, quantity };
      })
      .filter((line) => line.quantity > 0);
  }

  quantityOf(productId: string): number {
    return this.#wanted.get(productId) ?? this.#lines.of(productId)?.quantity ?? 0;
  }

  async add(productId: string): Promise<void> {
    await this.#want(productId, this.quantityOf(productId) + 1, () => this.#api.addToCart(productId));
  }

  /** Exactly so many; 0 takes the product out. Answers what takes it back, if anything changed. */
  async setQuantity(productId: string, quantity: number): Promise<number | undefined> {
    return this.#want(productId, quantity, () => this.#api.setQuantity(productId, quantity));
  }

  /** Takes everything out. Answers what takes it back, if anything changed. */
  async clear(): Promise<number | undefined> {
    return this.#change(this.#api.clearCart());
  }

  /** Takes one change back. */
  async undo(undo: number): Promise<void> {
    this.#undos = this.#undos.filter((kept) => kept !== undo);
    const result = await answerOf(this.#api.undo(undo));
    if (result.status === "ok") await this.#reached(result.data.revision);
    else this.#onError(result.error);
  }

  /** Takes the newest change back that is not taken back yet; false if there is none. */
  undoLast(): boolean {
    const last = this.#undos.at(-1);
    if (last !== undefined) void this.undo(last);
    return last !== undefined;
  }

  /** Deletes all there is of the person; answers what went wrong. */
  async forgetMe(): Promise<UiError | undefined> {
    const result = await answerOf(this.#api.forgetMe());
    if (result.status === "error") return result.error;
    this.#undos = [];
    return undefined;
  }

  /** Writes the person's data to a file; answers which. */
  async exportData(): Promise<string | undefined> {
    const result = await answerOf(this.#api.exportData());
    if (result.status === "ok") return result.data;
    this.#onError(result.error);
    return undefined;
  }

  async dismissNotice(id: number): Promise<void> {
    const result = await answerOf(this.#api.dismissNotice(id));
    if (result.status === "error") this.#onError(result.error);
  }

  retryNow(): void {
    void this.#api.retryNow();
  }

  async openConsole(): Promise<void> {
    const result = await answerOf(this.#api.openConsole());
    if (result.status === "error") this.#onError(result.error);
  }

  /** Tells the shell once that products are on screen: after the second frame, the first has been painted. */
  catalogInDom(): void {
    if (this.#painted) return;
    this.#painted = true;
    requestAnimationFrame(() => requestAnimationFrame(() => void this.#api.catalogPainted()));
  }

  #take(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    const { state, revision } = snapshot.catalog;
    if (state === "ready" && revision !== this.#catalogRevision) {
      this.#catalogRevision = revision;
      void this.#loadCatalog(revision);
    }
    const reached = this.#waiting.filter((waiting) => waiting.revision <= snapshot.revision);
    this.#waiting = this.#waiting.filter((waiting) => waiting.revision > snapshot.revision);
    for (const waiting of reached) waiting.reached();
  }

  /** Asks for the whole view, until it is as new as what was told. Once at a time. */
  #ask(): Promise<void> {
    this.#asking ??= (async () => {
      do this.show(await this.#api.snapshot());
      while ((this.#snapshot?.revision ?? 0) < this.#told);
    })().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #loadCatalog(revision: number): Promise<void> {
    const catalog = await this.#api.catalog().catch(() => undefined);
    if (revision !== this.#catalogRevision) return;
    if (catalog) this.#catalog = catalog;
    // The next snapshot asks again.
    else this.#catalogRevision = undefined;
  }

  /** Shows a wish at once, and what became of it when that is known. */
  async #want(
    productId: string,
    quantity: number,
    ask: () => Promise<Result<Changed>>,
  ): Promise<number | undefined> {
    const call = (this.#calls[productId] ?? 0) + 1;
    this.#calls[productId] = call;
    this.#wanted.set(productId, quantity);
    const undo = await this.#change(ask());
    if (this.#calls[productId] === call) this.#wanted.delete(productId);
    return undo;
  }

  /** Waits until a change is on screen. Answers what takes it back. */
  async #change(call: Promise<Result<Changed>>): Promise<number | undefined> {
    const result = await answerOf(call);
    if (result.status === "error") {
      this.#onError(result.error);
      return undefined;
    }
    const { revision, undo } = result.data;
    if (undo !== null) this.#undos = [...this.#undos, undo].slice(-UNDOS_KEPT);
    await this.#reached(revision);
    return undo ?? undefined;
  }

  #reached(revision: number): Promise<void> {
    if ((this.#snapshot?.revision ?? 0) >= revision) return Promise.resolve();
    return new Promise((reached) => this.#waiting.push({ revision, reached }));
  }
}

export const [getShop, setShop] = createContext<ShopState>();
