import { answerOf } from "../api/answer";
import type { Result, UiError } from "../api/client";

/** Something the window asks for when it is looked at. What is here stays on screen while it is asked for again. */
export class Loaded<T> {
  #ask: () => Promise<Result<T>>;
  #value = $state.raw<T>();
  #error = $state.raw<UiError>();
  #asked = 0;

  constructor(ask: () => Promise<Result<T>>) {
    this.#ask = ask;
  }

  get value(): T | undefined {
    return this.#value;
  }

  get error(): UiError | undefined {
    return this.#error;
  }

  get state(): "loading" | "failed" | "ready" {
    if (this.#value !== undefined) return "ready";
    return this.#error ? "failed" : "loading";
  }

  /** Before anybody looks. Nobody is told if it fails: who looks asks again. */
  async loadEarly(): Promise<void> {
    if (this.#value !== undefined) return;
    const asked = ++this.#asked;
    const result = await answerOf(this.#ask());
    if (asked === this.#asked && result.status === "ok") this.#value = result.data;
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    this.#error = undefined;
    const result = await answerOf(this.#ask());
    if (asked !== this.#asked) return;
    if (result.status === "ok") this.#value = result.data;
    else this.#error = result.error;
  }

  /** Takes in what is known without asking. */
  change(change: (value: T) => T): void {
    if (this.#value !== undefined) this.#value = change(this.#value);
  }

  /** Another person must not see it. */
  forget(): void {
    this.#asked += 1;
    this.#value = undefined;
    this.#error = undefined;
  }
}
