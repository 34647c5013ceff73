import type { Api, EarlierCart, UiError } from "../api/client";
import { Call } from "./call.svelte";
import { Loaded } from "./loaded.svelte";

/** The carts that were not kept, for as long as they are. */
export class EarlierCarts {
  #api: Api;
  #call = new Call<"restoring">();
  #carts: Loaded<EarlierCart[]>;
  #restored = $state(false);
  #restoring = $state<string>();

  constructor(api: Api) {
    this.#api = api;
    this.#carts = new Loaded(() => api.earlierCarts());
  }

  get carts(): Loaded<EarlierCart[]> {
    return this.#carts;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  get restored(): boolean {
    return this.#restored;
  }

  /** Which one is being brought back. */
  get restoring(): string | undefined {
    return this.#call.busy && this.#restoring;
  }

  async load(): Promise<void> {
    this.#call.error = undefined;
    this.#restored = false;
    await this.#carts.load();
  }

  async restore(id: string): Promise<void> {
    if (this.#call.busy) return;
    this.#restoring = id;
    this.#restored = false;
    const result = await this.#call.run("restoring", () => this.#api.restoreEarlierCart(id));
    this.#restored = result?.status === "ok";
    const gone = result?.status === "error" && result.error.code === "earlier_cart_gone";
    if (this.#restored || gone) await this.#carts.load();
  }
}
