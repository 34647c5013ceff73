import { answerOf } from "../api/answer";
import type { Answer, Api, ByHand, HandOff, Plan, Rule, UiError } from "../api/client";
import { Call } from "./call.svelte";

export type Keep = Answer["keep"];

/** Two carts and the person's answer. What the answer makes of them comes from the shell, for every answer anew. */
export class Conflict {
  #api: Api;
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
  /** Another look is to follow the one under way. */
  #again = false;
  /** A cart was changed while the person was deciding. */
  changed = $state(false);

  constructor(api: Api) {
    this.#api = api;
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

  /** A first look. */
  async enter(): Promise<void> {
    if (this.#call.busy === "claiming") return;
    this.#handOff = this.#plan = this.#merged = undefined;
    this.#keep = "merge";
    this.#both = "sum";
    this.#byHand = {};
    this.#claimed = this.changed = false;
    await this.look();
  }

  /** Asks for both carts as they are now. The answer stays as far as its lines are still there. */
  async look(): Promise<void> {
    if (this.#call.busy === "looking") {
      // The one under way may have begun too early: another follows it.
      this.#again = true;
      return;
    }
    const asked = ++this.#asked;
    const result = await this.#call.run("looking", () => this.#api.previewHandOff());
    if (this.#again) {
      this.#again = false;
      await this.look();
      return;
    }
    // What was seen before holds no longer: there is nothing to confirm, and a way to look again.
    if (result?.status === "error") this.#handOff = this.#plan = this.#merged = undefined;
    if (result?.status !== "ok" || asked !== this.#asked) return;
    this.#handOff = result.data;
    const here = Object.fromEntries(result.data.plan.lines.map((line) => [line.product_id, true]));
    this.#byHand = Object.fromEntries(Object.entries(this.#byHand).filter(([id]) => here[id]));
    if (this.#isPlain) this.#merged = result.data.plan;
    if (this.#isPlain && this.#keep === "merge") this.#take(asked, result.data.plan);
    else await this.#replan();
  }

  async choose(keep: Keep): Promise<void> {
    this.#keep = keep;
    await this.#replan();
  }

  async setRule(rule: Rule): Promise<void> {
    this.#both = rule;
    await this.#replan();
  }

  async setLine(productId: string, byHand: ByHand | undefined): Promise<void> {
    const others = Object.entries(this.#byHand).filter(([id]) => id !== productId);
    this.#byHand = Object.fromEntries(byHand ? [...others, [productId, byHand]] : others);
    await this.#replan();
  }

  /** Hands over what is on screen. */
  async claim(): Promise<void> {
    if (!this.ready) return;
    const result = await this.#call.run("claiming", () => this.#api.claimHandOff(this.answer));
    this.#claimed = result?.status === "ok";
    if (this.error?.code !== "cart_changed") return;
    this.changed = true;
    await this.look();
  }

  /** A merge would be the one that comes with the preview. */
  get #isPlain(): boolean {
    return this.#both === "sum" && Object.keys(this.#byHand).length === 0;
  }

  /** An answer that was changed again meanwhile is no longer asked about. */
  async #replan(): Promise<void> {
    const asked = ++this.#asked;
    const result = await answerOf(this.#api.planHandOff(this.answer));
    if (asked !== this.#asked) return;
    if (result.status === "error") this.#call.error = result.error;
    else this.#take(asked, result.data);
  }

  #take(asked: number, plan: Plan): void {
    this.#plan = plan;
    if (this.#keep === "merge") this.#merged = plan;
    this.#planned = asked;
  }
}
