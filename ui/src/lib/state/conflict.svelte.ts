import { answerOf } from "../api/answer";
import type {
  Answer,
  Api,
  ByHand,
  ErrorCode,
  HandOff,
  Plan,
  PlanLine,
  Result,
  Rule,
  UiError,
} from "../api/client";
import { changedLines, isSame } from "../plans";
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
  /** The person was asked, walked away, or the remembered answer came to nothing: until the switch is over they decide. */
  #asking = false;
  #looking: Promise<void> = Promise.resolve();
  /** What the lines that changed under the person's eyes were. */
  #was = $state.raw<Record<string, PlanLine>>({});
  /** A look is wanted while something else is under way: it follows. */
  #again = false;
  /** Counts the times that somebody came to decide, or left. */
  #visits = 0;
  /** What there is to say about an answer that was not carried out: a cart changed, or it came too late. */
  #news = $state<"changed" | "too_late">();
  /** Why the answer was not carried out, once it is known that nothing came of it. */
  #unheard = $state.raw<UiError>();

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

  get news(): "changed" | "too_late" | undefined {
    return this.#news;
  }

  get unheard(): UiError | undefined {
    return this.#unheard;
  }

  /** What a line was before it changed while the person was deciding. */
  was(productId: string): PlanLine | undefined {
    return this.#was[productId];
  }

  /** What was chosen for one line; nothing: the rule for all holds. */
  byHand(productId: string): ByHand | undefined {
    return this.#byHand[productId];
  }

  /** A first look, and the remembered answer if there is one and nothing is short or dearer. */
  async enter(): Promise<void> {
    this.#stop();
    const visit = this.#visits;
    const remembered = this.#asking ? "ask" : this.#remembered();
    this.#unasked = remembered !== "ask";
    await this.look();
    if (remembered !== "ask" && visit === this.#visits) await this.#giveUnasked(remembered, visit);
    if (visit !== this.#visits || this.#claimed) return;
    this.#unasked = false;
    this.#asking = true;
  }

  /** What became of the claim is being found out. If nothing did, the person meets their answer again, and is told why. */
  pause(): void {
    this.#unheard = this.error;
    this.#asking = true;
    this.#stop();
  }

  /** The person walks away. What is still asked for comes to nothing. */
  leave(): void {
    this.#stop();
    this.#asking = true;
    this.#keep = "merge";
    this.#both = "sum";
    this.#byHand = {};
    this.#forgetNews();
  }

  /** The switch is over: the next one begins anew. */
  end(): void {
    this.leave();
    this.#asking = false;
  }

  /** Asks for both carts as they are now. The answer stays as far as its lines are still there. */
  look(): Promise<void> {
    this.#again = this.#call.busy !== undefined;
    if (!this.#again) this.#looking = this.#lookUntilStill();
    return this.#looking;
  }

  async #lookUntilStill(): Promise<void> {
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

  /** For all lines: what was chosen for one is chosen no longer. */
  async setRule(rule: Rule): Promise<void> {
    this.#both = rule;
    this.#byHand = {};
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
    const seen = this.#handOff;
    if (!this.ready || !seen) return false;
    const visit = this.#visits;
    this.#forgetNews();
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
    const looked = code === "cart_changed" || code === "no_hand_off" ? this.look() : undefined;
    this.#claimed = false;
    await looked;
    if (code === "cart_changed" && visit === this.#visits) this.#tellChange(seen);
    return false;
  }

  /** Beside carts that are still the same, only the time for the answer has run out. */
  #tellChange({ plan: seen }: HandOff): void {
    const now = this.#handOff?.plan;
    this.#news = now && isSame(seen, now) ? "too_late" : "changed";
    this.#was = now ? changedLines(seen, now) : {};
  }

  /** Where a line would be short or dearer, the person decides after all. */
  async #giveUnasked(keep: Keep, visit: number): Promise<void> {
    if (this.#handOff) await this.choose(keep);
    const costs = this.#plan?.lines.some((line) => line.reasons.some(isConsequence));
    if (costs === false && visit === this.#visits) await this.claim();
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
    const inBoth = Object.fromEntries(
      handOff.plan.lines.map(({ product_id: id, guest, account }) => [id, guest > 0 && account > 0]),
    );
    // Of a line that is in one cart only, one can't take the larger number.
    this.#byHand = Object.fromEntries(
      Object.entries(this.#byHand).filter(
        ([id, byHand]) => inBoth[id] !== undefined && (inBoth[id] || byHand === "leave_out"),
      ),
    );
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

  /** Nothing is left of the carts; the answer is. */
  #stop(): void {
    this.#visits += 1;
    this.#again = false;
    this.#forgetCarts();
    this.#claimed = this.#met = this.#unasked = false;
    this.#call.error = undefined;
  }

  #forgetNews(): void {
    this.#news = this.#unheard = undefined;
    this.#was = {};
  }

  #forgetCarts(): void {
    this.#asked += 1;
    this.#handOff = this.#plan = this.#merged = undefined;
  }
}
