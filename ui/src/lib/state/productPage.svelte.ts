import type { Api, Review, UiError } from "../api/client";
import { Call } from "./call.svelte";
import { Loaded } from "./loaded.svelte";
import type { UpgradeFlow } from "./upgrade.svelte";

/** One product, looked at closely, and what people say of it. */
export class ProductPage {
  #api: Api;
  #upgrade: UpgradeFlow;
  #call = new Call<"posting" | "deleting">();
  #id = $state<string>();
  #who: string | undefined;
  readonly reviews: Loaded<Review[]>;
  /** What was done last. */
  done = $state<"posted" | "deleted">();
  /** A guest wanted to write, and becomes a member for it. */
  #invited = $state(false);

  constructor(api: Api, upgrade: UpgradeFlow) {
    this.#api = api;
    this.#upgrade = upgrade;
    this.reviews = new Loaded(() => api.reviews(this.#id ?? ""));
  }

  /** Which product it is. */
  get id(): string | undefined {
    return this.#id;
  }

  get busy(): "posting" | "deleting" | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  get invited(): boolean {
    return this.#invited;
  }

  show(id: string): void {
    this.#id = id;
    this.#reset();
  }

  close(): void {
    this.#id = undefined;
    this.#reset();
  }

  /** Asks for the reviews as this person sees them. What one person wrote is not shown as another's. */
  async load(who: string | undefined): Promise<void> {
    if (this.#who !== undefined && this.#who !== who) this.reviews.forget();
    this.#who = who;
    await this.reviews.load();
  }

  becomeMember(): void {
    this.#invited = true;
    this.#upgrade.show("review");
  }

  /** Answers whether it is there now. */
  async post(stars: number, body: string): Promise<boolean> {
    const id = this.#id;
    if (id === undefined) return false;
    this.done = undefined;
    const result = await this.#call.run("posting", () => this.#api.postReview(id, stars, body));
    if (result?.status !== "ok" || id !== this.#id) return false;
    this.done = "posted";
    this.reviews.change((reviews) => [result.data, ...reviews]);
    return true;
  }

  /** Answers whether it is gone now. */
  async remove(reviewId: string): Promise<boolean> {
    const id = this.#id;
    this.done = undefined;
    const result = await this.#call.run("deleting", () => this.#api.deleteReview(reviewId));
    if (result?.status !== "ok" || id !== this.#id) return false;
    this.done = "deleted";
    this.reviews.change((reviews) => reviews.filter((review) => review.id !== reviewId));
    return true;
  }

  #reset(): void {
    this.#call.error = undefined;
    this.#invited = false;
    this.done = undefined;
    this.reviews.forget();
  }
}
