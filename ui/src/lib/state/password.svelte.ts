import type { Api, UiError } from "../api/client";
import { Call } from "./call.svelte";

/** Setting a password. If the server wants to know for sure who asks, a code from the mail proves it. */
export class PasswordFlow {
  #api: Api;
  #call = new Call<"saving" | "asking">();
  #needsCode = $state(false);
  #saved = $state(false);

  constructor(api: Api) {
    this.#api = api;
  }

  get busy(): "saving" | "asking" | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    return this.#call.error?.code === "reauthentication_needed" ? undefined : this.#call.error;
  }

  /** It was the code that was refused, not the password. */
  get wrongCode(): boolean {
    return this.#call.error?.code === "wrong_code";
  }

  get needsCode(): boolean {
    return this.#needsCode;
  }

  get saved(): boolean {
    return this.#saved;
  }

  reset(): void {
    this.#call.error = undefined;
    this.#needsCode = this.#saved = false;
  }

  async save(password: string, code: string): Promise<void> {
    this.#saved = false;
    const nonce = this.#needsCode ? code : null;
    const result = await this.#call.run("saving", () => this.#api.setPassword(password, nonce));
    if (result?.status === "ok") {
      this.#needsCode = false;
      this.#saved = true;
    }
    if (result?.status === "error" && result.error.code === "reauthentication_needed")
      await this.askForCode();
  }

  async askForCode(): Promise<void> {
    const result = await this.#call.run("asking", () => this.#api.requestNonce());
    if (result?.status === "ok") this.#needsCode = true;
  }
}
