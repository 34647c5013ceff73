import { answerOf } from "../api/answer";
import type { Answer, Api, ByHand, ErrorCode, HandOff, Plan, Result, Rule, UiError } from "../api/client";
import { isConsequence } from "../reasons";
import { Call } from "./call.svelte";

export type Keep = Answer["keep"];

/** Nobody is asked again: what becomes of two carts was said before. */
export type Remembered = Keep | "ask";

/** Two carts and the person's answer. What the answer makes of them comes from the shell, for every answer anew. */
export class Conflict {
  #api: Api;
  #remembered: () => Remembered;
  #call = new Call<"looking" | "claiming">();
  #handOff = $state.raw<HandOff>();
  #plan = $state.raw<Plan>();
  /** The newest plan of a merge, for its card while another is chosen. */
  #merged = $state.raw<Plan>();
  #keep = $state<Keep>("merge");
  #both = $state<Rule>("sum");
  #byHand = $state.raw<Record<string, ByHand>>({});
  #asked = $state(0);
  #planned = $state(0);
  #claimed = $state(false);
  #met = $state(false);
  /** The remembered answer is being given. */
  #unasked = $state(false);
  /** A look is wanted while something else is under way: it follows. */
  #again = false;
  /** Counts the times that somebody came to decide, or left. */
  #visits = 0;
  /** A cart was changed while the person was deciding. */
  changed = $state(false);

  constructor(api: Api, remembered: () => Remembered) {
    this.#api = api;
    this.#remembered = remembered;
  }

  get handOff(): HandOff | undefined {
    return this.#handOff;
  }

  get plan(): Plan | undefined {
    return this.#plan;
  }

  get merged(): Plan | undefined {
    return this.#merged;
  }

  get keep(): Keep {
    return this.#keep;
  }

  get both(): Rule {
    return this.#both;
  }

  get busy(): "looking" | "claiming" | undefined {
    return this.#claimed ? "claiming" : this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  /** There is something to decide, or it can't be found out: not known before the first look has ended. */
  get met(): boolean {
    return this.#met && !this.#unasked;
  }

  /** Nothing was chosen but a card. */
  get plain(): boolean {
    return this.#keep !== "merge" || this.#isPlain;
  }

  /** What is on screen is what the answer makes. */
  get ready(): boolean {
    return this.#plan !== undefined && this.#planned === this.#asked && this.busy === undefined;
  }

  get answer(): Answer {
    if (this.#keep !== "merge") return { keep: this.#keep };
    return { keep: "merge", both: this.#both, by_hand: this.#byHand };
  }

  /** What was chosen for one line; nothing: the rule for all holds. */
  byHand(productId: string): ByHand | undefined {
    return this.#byHand[productId];
  }

  /** A first look, and the remembered answer if there is one that costs nothing. */
  async enter(): Promise<void> {
    this.leave();
    const visit = this.#visits;
    const remembered = this.#remembered();
    this.#unasked = remembered !== "ask";
    await this.look();
    if (remembered !== "ask" && visit === this.#visits) await this.#giveUnasked(remembered);
    if (visit === this.#visits) this.#unasked = false;
  }

  /** Nothing is left of the carts and the answer; what is still asked for comes to nothing. */
  leave(): void {
    this.#visits += 1;
    this.#again = false;
    this.#forgetCarts();
    this.#keep = "merge";
    this.#both = "sum";
    this.#byHand = {};
    this.#claimed = this.#met = this.#unasked = this.changed = false;
    this.#call.error = undefined;
  }

  /** Asks for both carts as they are now. The answer stays as far as its lines are still there. */
  async look(): Promise<void> {
    this.#again = this.#call.busy !== undefined;
    if (this.#again) return;
    let result = await this.#lookOnce();
    // The carts changed under the very look.
    if (result?.status === "error" && result.error.code === "cart_changed") result = await this.#lookOnce();
    while (this.#again) result = await this.#lookOnce();
    if (result?.status === "ok") await this.#show(result.data);
    if (result?.status === "error") this.#failed(result.error.code);
  }

  async choose(keep: Keep): Promise<void> {
    this.#keep = keep;
    await this.#chosen();
  }

  async setRule(rule: Rule): Promise<void> {
    this.#both = rule;
    await this.#chosen();
  }

  async setLine(productId: string, byHand: ByHand | undefined): Promise<void> {
    const others = Object.entries(this.#byHand).filter(([id]) => id !== productId);
    this.#byHand = Object.fromEntries(byHand ? [...others, [productId, byHand]] : others);
    await this.#chosen();
  }

  /** Every line by the rule again. */
  async clearLines(): Promise<void> {
    if (Object.keys(this.#byHand).length === 0) return;
    this.#byHand = {};
    await this.#chosen();
  }

  /** Hands over what is on screen. Whether that was done. */
  async claim(): Promise<boolean> {
    if (!this.ready) return false;
    const visit = this.#visits;
    // Without a gap between this and the look that may follow: the dialog stays for as long as something is under way.
    this.#claimed = true;
    const result = await this.#call.run("claiming", () => this.#api.claimHandOff(this.answer));
    if (visit !== this.#visits) {
      this.#call.error = undefined;
      if (this.#again) await this.look();
      return result?.status === "ok";
    }
    if (result?.status === "ok") return true;
    const code = this.error?.code;
    if (code === "cart_changed") this.changed = true;
    const looked = code === "cart_changed" || code === "no_hand_off" ? this.look() : undefined;
    this.#claimed = false;
    await looked;
    return false;
  }

  /** Where a line would be less, dearer or gone, the person decides after all. */
  async #giveUnasked(keep: Keep): Promise<void> {
    if (this.#handOff) await this.choose(keep);
    const costs = this.#plan?.lines.some((line) => line.reasons.some(isConsequence));
    if (costs === false) await this.claim();
  }

  /** A merge would be the one that comes with the preview. */
  get #isPlain(): boolean {
    return this.#both === "sum" && Object.keys(this.#byHand).length === 0;
  }

  /** Nothing if the person has left meanwhile, or a newer look is wanted. */
  async #lookOnce(): Promise<Result<HandOff> | undefined> {
    this.#again = false;
    const visit = this.#visits;
    this.#asked += 1;
    const result = await this.#call.run("looking", () => this.#api.previewHandOff());
    if (visit === this.#visits && !this.#again) return result;
    this.#call.error = undefined;
    return undefined;
  }

  async #show(handOff: HandOff): Promise<void> {
    this.#met = true;
    this.#handOff = handOff;
    const here = Object.fromEntries(handOff.plan.lines.map((line) => [line.product_id, true]));
    this.#byHand = Object.fromEntries(Object.entries(this.#byHand).filter(([id]) => here[id]));
    if (this.#isPlain) this.#merged = handOff.plan;
    if (this.#isPlain && this.#keep === "merge") this.#take(++this.#asked, handOff.plan);
    else await this.#replan();
  }

  /** What was seen before holds no longer: there is nothing to confirm. */
  #failed(code: ErrorCode): void {
    this.#forgetCarts();
    // Nothing had to be decided, and it is done already: the next snapshot says so.
    if (code === "no_hand_off") this.#call.error = undefined;
    else this.#met = true;
  }

  /** While both carts are being looked at, the answer waits for what comes of that. */
  async #chosen(): Promise<void> {
    this.#asked += 1;
    if (this.#call.busy === "looking") return;
    if ((await this.#replan()) === "no_hand_off") await this.look();
  }

  /** An answer that was changed again meanwhile is no longer asked about. */
  async #replan(): Promise<ErrorCode | undefined> {
    const asked = ++this.#asked;
    const result = await answerOf(this.#api.planHandOff(this.answer));
    if (asked !== this.#asked) return undefined;
    this.#call.error = result.status === "error" ? result.error : undefined;
    if (result.status === "error") return result.error.code;
    this.#take(asked, result.data);
    return undefined;
  }

  #take(asked: number, plan: Plan): void {
    this.#plan = plan;
    if (this.#keep === "merge") this.#merged = plan;
    this.#planned = asked;
  }

  #forgetCarts(): void {
    this.#asked += 1;
    this.#handOff = this.#plan = this.#merged = undefined;
  }
}
