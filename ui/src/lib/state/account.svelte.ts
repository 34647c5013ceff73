import type { Account, Api, Result, UiError } from "../api/client";
import { Call } from "./call.svelte";
import { Loaded } from "./loaded.svelte";

type Busy = "unlinking" | "signing_out_here" | "signing_out_others" | "closing";

/** The member's account: the ways in, and the ways out. */
export class AccountState {
  #api: Api;
  #call = new Call<Busy>();
  #account: Loaded<Account>;
  #unsaved = $state(false);
  #signedOutOthers = $state(false);

  constructor(api: Api) {
    this.#api = api;
    this.#account = new Loaded(() => api.account());
  }

  get account(): Loaded<Account> {
    return this.#account;
  }

  get busy(): Busy | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error?.code === "unsaved" ? undefined : this.#call.error;
  }

  /** Some changes are on this device only: signing out would lose them. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  get signedOutOthers(): boolean {
    return this.#signedOutOthers;
  }

  reset(): void {
    this.#call.error = undefined;
    this.#unsaved = this.#signedOutOthers = false;
  }

  async unlink(id: string): Promise<void> {
    if (await this.#do("unlinking", () => this.#api.unlinkIdentity(id))) await this.#account.load();
  }

  async signOutOthers(): Promise<void> {
    this.#signedOutOthers = await this.#do("signing_out_others", () => this.#api.signOut("others", false));
  }

  /** Answers whether it happened. */
  async signOutHere(evenUnsaved: boolean): Promise<boolean> {
    const done = await this.#do("signing_out_here", () => this.#api.signOut("here", evenUnsaved));
    this.#unsaved = this.#call.error?.code === "unsaved";
    return done;
  }

  /** Answers whether it happened. */
  async close(): Promise<boolean> {
    return this.#do("closing", () => this.#api.closeAccount());
  }

  async #do(busy: Busy, command: () => Promise<Result<unknown>>): Promise<boolean> {
    return (await this.#call.run(busy, command))?.status === "ok";
  }
}
