import type { Api, Contact, Result, Switch, UiError } from "../api/client";
import { Call } from "./call.svelte";
import type { ShopState } from "./shop.svelte";

type Step = "contact" | Exclude<Switch["step"], "idle">;
type Busy = "sending" | "confirming" | "signing_in" | "opening" | "cancelling";

/** Signing in to an account that exists. Where it stands comes from the snapshot, so a restart shows the same step. */
export class SwitchFlow {
  #api: Api;
  #shop: ShopState;
  #call = new Call<Busy>();
  #asked = $state(false);
  /** The step the person walked away from. */
  #left = $state<Switch["step"]>();
  /** What an answer promised, until the first snapshot after the question. */
  #promised = $state.raw<{ revision: number | undefined; state: Switch }>();
  #contact = $state.raw<Contact>({ kind: "email", value: "" });
  /** Counts codes that were refused, so that the field can empty itself. */
  refusals = $state(0);
  resent = $state(false);

  constructor(api: Api, shop: ShopState) {
    this.#api = api;
    this.#shop = shop;
  }

  get state(): Switch {
    const told = this.#shop.switch;
    const fresh = this.#promised?.revision === this.#shop.snapshot?.revision;
    return told.step === "idle" && this.#promised && fresh ? this.#promised.state : told;
  }

  get open(): boolean {
    const { step } = this.state;
    // A member is where they wanted to be, even if the answer to the last step is still on its way.
    if (step === "idle") return this.#asked && this.#shop.identity.kind !== "member";
    // The browser may still fail while it is being given up.
    return step !== this.#left && !(step === "failed" && this.#left === "in_browser");
  }

  get step(): Step {
    if (this.busy === "confirming" && this.state.step === "idle") return "code_sent";
    return this.state.step === "idle" ? "contact" : this.state.step;
  }

  get busy(): Busy | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  /** Where the code went, or what was typed last. */
  get contact(): Contact {
    return this.state.step === "code_sent" ? this.state.contact : this.#contact;
  }

  /** Asks who it is. What is known already is filled in. */
  show(contact?: Contact): void {
    if (contact) this.#contact = contact;
    this.#call.error = undefined;
    this.resent = false;
    this.#left = undefined;
    this.#asked = true;
  }

  async sendCode(contact: Contact): Promise<UiError | undefined> {
    this.#contact = contact;
    this.resent = false;
    const sent = { step: "code_sent", contact, resend_at: 0, expires_at: Infinity } as const;
    return this.#begin("sending", sent, () => this.#api.requestSignInCode(contact));
  }

  async resend(): Promise<void> {
    this.resent = (await this.sendCode(this.contact)) === undefined;
  }

  async confirm(code: string): Promise<void> {
    this.#contact = this.contact;
    this.resent = false;
    const error = await this.#begin("confirming", undefined, () => this.#api.confirmSignInCode(code));
    if (error?.code === "wrong_code") this.refusals += 1;
  }

  async signIn(contact: Contact, password: string): Promise<UiError | undefined> {
    this.#contact = contact;
    const proven = { step: "claiming" } as const;
    return this.#begin("signing_in", proven, () => this.#api.signInWithPassword(contact, password));
  }

  async signInWith(provider: string): Promise<UiError | undefined> {
    const waiting = { step: "in_browser", provider } as const;
    return this.#begin("opening", waiting, () => this.#api.signInWithProvider(provider));
  }

  async openAgain(): Promise<void> {
    await this.#call.run("opening", () => this.#api.openBrowserAgain());
  }

  /** Back to the question who it is. */
  async useOther(): Promise<void> {
    this.#contact = this.contact;
    this.resent = false;
    const result = await this.#call.run("cancelling", () => this.#api.cancelSwitch());
    if (result?.status === "ok") this.#asked = true;
  }

  /** Not now: the guest stays as they are. Answers what the shell refused. */
  async cancel(): Promise<UiError | undefined> {
    const { step } = this.state;
    this.#asked = false;
    if (step === "idle") return undefined;
    this.#left = step;
    const result = await this.#call.run("cancelling", () => this.#api.cancelSwitch());
    if (result?.status !== "error") return undefined;
    // What is being handed over goes on behind; everything else is shown again.
    if (step !== "claiming") this.#left = undefined;
    return result.error;
  }

  async #begin(
    busy: Busy,
    promise: Switch | undefined,
    call: () => Promise<Result<unknown>>,
  ): Promise<UiError | undefined> {
    const revision = this.#shop.snapshot?.revision;
    this.#left = undefined;
    const result = await this.#call.run(busy, call);
    if (result?.status === "error") return result.error;
    if (result && promise) this.#promised = { revision, state: promise };
    if (result) this.#asked = false;
    return undefined;
  }
}
