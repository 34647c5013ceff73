import { answerOf } from "../api/answer";
import type { Result, UiError } from "../api/client";

/** One command of a flow at a time: which is under way, and what went wrong with the last. */
export class Call<Name extends string> {
  #busy = $state<Name>();
  error = $state.raw<UiError>();

  get busy(): Name | undefined {
    return this.#busy;
  }

  /** Answers nothing if another is under way: then the command is not given at all. */
  async run<T>(name: Name, command: () => Promise<Result<T>>): Promise<Result<T> | undefined> {
    if (this.#busy) return undefined;
    this.#busy = name;
    this.error = undefined;
    const result = await answerOf(command());
    this.#busy = undefined;
    if (result.status === "error") this.error = result.error;
    return result;
  }
}
