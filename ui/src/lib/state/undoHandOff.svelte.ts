import type { Api, HandOffUndo, UiError } from "../api/client";
import { Call } from "./call.svelte";

type Question = Extract<HandOffUndo, { kind: "changed" }> & { claimId: string };

/** Taking a hand-off back. Asks only if the account's cart has changed since. */
export class UndoHandOff {
  #api: Api;
  #onError: (error: UiError) => void;
  #call = new Call<"undoing">();
  #question = $state.raw<Question>();
  /** The cart changed once more while the person was looking. */
  again = $state(false);

  constructor(api: Api, onError: (error: UiError) => void) {
    this.#api = api;
    this.#onError = onError;
  }

  get question(): Question | undefined {
    return this.#question;
  }

  get busy(): boolean {
    return this.#call.busy !== undefined;
  }

  get error(): UiError | undefined {
    return this.#call.error;
  }

  async start(claimId: string): Promise<void> {
    this.again = false;
    await this.#ask(claimId, null);
    if (this.error && !this.#question) this.#onError(this.error);
  }

  /** Undoes all the same, after the person saw what would be lost. */
  async confirm(): Promise<void> {
    const { claimId, version } = this.#question ?? {};
    if (claimId === undefined || version === undefined) return;
    await this.#ask(claimId, version);
    this.again = !this.error && this.#question !== undefined;
  }

  cancel(): void {
    this.#question = undefined;
  }

  async #ask(claimId: string, version: number | null): Promise<void> {
    const result = await this.#call.run("undoing", () => this.#api.undoHandOff(claimId, version));
    if (result?.status !== "ok") return;
    this.#question = result.data.kind === "done" ? undefined : { ...result.data, claimId };
  }
}
