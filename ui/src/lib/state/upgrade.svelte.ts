import type { Api, Contact, ErrorCode, UiError } from "../api/client";
import { Call } from "./call.svelte";
import type { ShopState } from "./shop.svelte";
import type { SwitchFlow } from "./switch.svelte";

type Step = "contact" | "code" | "browser" | "failed" | "taken" | "done";
type Busy = "sending" | "confirming" | "opening" | "cancelling";
/** What for: to keep the cart, to order it, or to write a review. */
export type Why = "keep" | "check_out" | "review";
/** What belongs to an account already. */
export type Taken = { contact: Contact } | { provider: string };

const takenCodes: ErrorCode[] = ["email_taken", "phone_taken", "identity_taken"];

/** Linking an address, a number or a provider to the person who is here. Where it stands comes from the snapshot. */
export class UpgradeFlow {
  #api: Api;
  #shop: ShopState;
  #switching: SwitchFlow;
  #call = new Call<Busy>();
  #open = $state(false);
  #confirmed = $state(false);
  #contact = $state.raw<Contact>({ kind: "email", value: "" });
  #refused = $state.raw<Taken>();
  why = $state<Why>("keep");
  /** Counts codes that were refused, so that the field can empty itself. */
  refusals = $state(0);
  resent = $state(false);

  constructor(api: Api, shop: ShopState, switching: SwitchFlow) {
    this.#api = api;
    this.#shop = shop;
    this.#switching = switching;
  }

  /** Who wanted to order or to write goes on with it as soon as they are a member. */
  get open(): boolean {
    return this.#open && !(this.why !== "keep" && this.#member);
  }

  get step(): Step {
    const { step } = this.#shop.upgrade;
    if (this.busy === "confirming") return "code";
    if (this.#confirmed) return "done";
    if (this.taken) return "taken";
    if (step === "code_sent") return "code";
    if (step === "in_browser") return "browser";
    if (step === "failed") return "failed";
    return this.#member ? "done" : "contact";
  }

  /** The last code was right. */
  get confirmed(): boolean {
    return this.#confirmed;
  }

  get busy(): Busy | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  /** Where the code went, or what was typed last. */
  get contact(): Contact {
    return this.#shop.upgrade.step === "code_sent" ? this.#shop.upgrade.contact : this.#contact;
  }

  /** What there is an account of already: then a switch leads on. */
  get taken(): Taken | undefined {
    const upgrade = this.#shop.upgrade;
    const failed = upgrade.step === "failed" && takenCodes.includes(upgrade.code);
    return failed ? { provider: upgrade.provider } : this.#refused;
  }

  show(why: Why = "keep"): void {
    this.why = why;
    this.reset();
    this.#open = true;
  }

  close(): void {
    this.#open = false;
  }

  /** Forgets what the last look left behind. */
  reset(): void {
    this.#call.error = undefined;
    this.#refused = undefined;
    this.#confirmed = this.resent = false;
  }

  async send(contact: Contact): Promise<void> {
    this.#contact = contact;
    this.#refused = undefined;
    this.#confirmed = this.resent = false;
    await this.#call.run("sending", () => this.#api.requestCode(contact));
    this.#noticeTaken({ contact });
  }

  async resend(): Promise<void> {
    await this.send(this.contact);
    this.resent = this.error === undefined;
  }

  async confirm(code: string): Promise<void> {
    const contact = this.contact;
    this.#contact = contact;
    this.resent = false;
    await this.#call.run("confirming", async () => {
      const result = await this.#api.confirmCode(code);
      this.#confirmed = result.status === "ok";
      return result;
    });
    this.#noticeTaken({ contact });
    if (this.error?.code === "wrong_code") this.refusals += 1;
  }

  async link(provider: string): Promise<void> {
    this.#refused = undefined;
    this.#confirmed = false;
    await this.#call.run("opening", () => this.#api.linkProvider(provider));
    this.#noticeTaken({ provider });
  }

  async openAgain(): Promise<void> {
    await this.#call.run("opening", () => this.#api.openBrowserAgain());
  }

  /** Back to the choice; guest and cart stay. */
  async useOther(): Promise<void> {
    this.#contact = this.contact;
    this.#refused = undefined;
    this.resent = false;
    this.#call.error = undefined;
    if (this.#shop.upgrade.step === "idle") return;
    await this.#call.run("cancelling", () => this.#api.cancelUpgrade());
  }

  /** To the account that was met, with nothing typed again. */
  async switchOver(): Promise<void> {
    const { taken } = this;
    if (!taken) return;
    const error = await ("contact" in taken
      ? this.#switching.sendCode(taken.contact)
      : this.#switching.signInWith(taken.provider));
    if (!error) this.close();
  }

  get #member(): boolean {
    return this.#shop.identity.kind === "member";
  }

  #noticeTaken(what: Taken): void {
    if (this.error && takenCodes.includes(this.error.code)) this.#refused = what;
  }
}
