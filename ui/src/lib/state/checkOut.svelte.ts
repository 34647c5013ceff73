import type { Api, Order, UiError } from "../api/client";
import { Call } from "./call.svelte";
import type { UpgradeFlow } from "./upgrade.svelte";

/** Ordering what is in the cart. Who is no member yet becomes one on the way, and is back here afterwards. */
export class CheckOut {
  #api: Api;
  #upgrade: UpgradeFlow;
  #call = new Call<"placing">();
  #open = $state(false);
  #order = $state.raw<Order>();
  #refused = $state(false);

  constructor(api: Api, upgrade: UpgradeFlow) {
    this.#api = api;
    this.#upgrade = upgrade;
  }

  get open(): boolean {
    return this.#open;
  }

  get busy(): boolean {
    return this.#call.busy !== undefined;
  }

  get order(): Order | undefined {
    return this.#order;
  }

  /** Members only may order: said once it was tried. */
  get refused(): boolean {
    return this.#refused;
  }

  get error(): UiError | undefined {
    return this.#call.error?.code === "members_only" ? undefined : this.#call.error;
  }

  show(): void {
    this.#call.error = undefined;
    this.#order = undefined;
    this.#refused = false;
    this.#open = true;
  }

  close(): void {
    this.#open = false;
    this.#upgrade.close();
  }

  async place(): Promise<void> {
    const result = await this.#call.run("placing", () => this.#api.checkOut());
    if (result?.status === "ok") this.#order = result.data;
    if (result?.status !== "error" || result.error.code !== "members_only") return;
    this.#refused = true;
    this.#upgrade.show("check_out");
  }
}
