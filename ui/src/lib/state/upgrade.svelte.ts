import { createContext } from "svelte";

import type { Api, Result, UiError } from "../api/client";
import type { ShopState } from "./shop.svelte";

type Step = "email" | "code" | "done";

/** The dialog in which a guest becomes a member. Where it stands comes from the snapshot. */
export class UpgradeFlow {
  #api: Api;
  #shop: ShopState;
  #busy = $state<"sending" | "confirming">();
  #confirmed = $state(false);
  #address = $state("");
  open = $state(false);
  error = $state.raw<UiError>();
  /** Counts codes that were refused, so that the field can empty itself. */
  refusals = $state(0);
  resent = $state(false);

  constructor(api: Api, shop: ShopState) {
    this.#api = api;
    this.#shop = shop;
  }

  get step(): Step {
    if (this.#busy === "confirming") return "code";
    if (this.#confirmed || this.#shop.identity.kind === "member") return "done";
    return this.#shop.upgrade.step === "code_sent" ? "code" : "email";
  }

  get busy() {
    return this.#busy;
  }

  /** The address the code went to, or was typed last. */
  get address(): string {
    return this.#shop.upgrade.step === "code_sent" ? this.#shop.upgrade.email : this.#address;
  }

  get resendAt(): number {
    return this.#shop.upgrade.step === "code_sent" ? this.#shop.upgrade.resend_at : 0;
  }

  get expiresAt(): number {
    return this.#shop.upgrade.step === "code_sent" ? this.#shop.upgrade.expires_at : Infinity;
  }

  show(): void {
    this.error = undefined;
    this.resent = false;
    this.#confirmed = false;
    this.open = true;
  }

  async send(email: string): Promise<void> {
    this.#address = email;
    this.resent = false;
    await this.#run("sending", () => this.#api.requestEmailCode(email));
  }

  async resend(): Promise<void> {
    await this.send(this.address);
    this.resent = this.error === undefined;
  }

  async confirm(code: string): Promise<void> {
    this.#address = this.address;
    this.resent = false;
    await this.#run("confirming", async () => {
      const result = await this.#api.confirmEmailCode(code);
      this.#confirmed = result.status === "ok";
      return result;
    });
    if (this.error?.code === "wrong_code") this.refusals += 1;
  }

  /** Back to the address; guest and cart stay. */
  async useOtherAddress(): Promise<void> {
    this.#address = this.address;
    this.resent = false;
    await this.#run("sending", () => this.#api.cancelUpgrade());
  }

  async #run(busy: "sending" | "confirming", call: () => Promise<Result<unknown>>): Promise<void> {
    if (this.#busy) return;
    this.#busy = busy;
    this.error = undefined;
    try {
      const result = await call();
      if (result.status === "error") this.error = result.error;
    } catch {
      this.error = { code: "server", message: "", next_step: null, retry_after_seconds: null };
    } finally {
      this.#busy = undefined;
    }
  }
}

export const [getUpgrade, setUpgrade] = createContext<UpgradeFlow>();
