import { answerOf } from "../api/answer";
import type { Api, BackendChoice, BackendSettings, BackendTried, UiError } from "../api/client";
import { isSecretKey } from "../secretKey";
import { Call } from "./call.svelte";
import { Loaded } from "./loaded.svelte";

/** What a choice is compared by. */
function inWords(choice: BackendChoice): string {
  return choice.kind === "sandbox" ? choice.kind : `${choice.url} ${choice.publishable_key}`;
}

/** Choosing the backend: typed, tried, saved, and used from the next start. */
export class BackendState {
  #api: Api;
  #call = new Call<"trying" | "saving">();
  #url = $state("");
  #key = $state("");
  #kind = $state<BackendChoice["kind"]>("sandbox");
  #tried = $state.raw<BackendTried>();
  #secret = $state(false);
  readonly settings: Loaded<BackendSettings>;

  constructor(api: Api) {
    this.#api = api;
    this.settings = new Loaded(async () => ({ status: "ok", data: await api.backend() }));
  }

  get kind(): BackendChoice["kind"] {
    return this.#kind;
  }

  set kind(kind: BackendChoice["kind"]) {
    this.#kind = kind;
    this.#forgetAnswer();
  }

  get url(): string {
    return this.#url;
  }

  set url(url: string) {
    this.#url = url;
    this.#forgetAnswer();
  }

  get key(): string {
    return this.#key;
  }

  /** A secret key is not kept, and not shown either. */
  set key(key: string) {
    const secret = isSecretKey(key);
    this.#forgetAnswer();
    this.#secret = secret;
    this.#key = secret ? "" : key;
  }

  get tried(): BackendTried | undefined {
    return this.#tried;
  }

  get busy(): "trying" | "saving" | undefined {
    return this.#call.busy;
  }

  get error(): UiError | undefined {
    if (!this.#secret) return this.#call.error;
    return { code: "secret_key", message: "", next_step: null, retry_after_seconds: null };
  }

  get choice(): BackendChoice {
    if (this.#kind === "sandbox") return { kind: "sandbox" };
    return { kind: "hosted", url: this.#url.trim(), publishable_key: this.#key.trim() };
  }

  /** Whether all is there that a choice needs. */
  get complete(): boolean {
    return this.#kind === "sandbox" || (this.#url.trim() !== "" && this.#key.trim() !== "");
  }

  /** Whether a restart would change anything. */
  get differs(): boolean {
    const settings = this.settings.value;
    if (!settings) return false;
    const wanted = inWords(this.choice);
    return wanted !== inWords(settings.in_use) || wanted !== inWords(settings.chosen);
  }

  /** Another one was chosen before, and is not in use yet. */
  get waits(): boolean {
    const settings = this.settings.value;
    return settings !== undefined && inWords(settings.in_use) !== inWords(settings.chosen);
  }

  /** What is typed starts from what was chosen. */
  async open(): Promise<void> {
    this.#forgetAnswer();
    await this.settings.load();
    const settings = this.settings.value;
    if (!settings) return;
    const chosen = settings.fixed ? settings.in_use : settings.chosen;
    this.#kind = chosen.kind;
    if (chosen.kind !== "hosted") return;
    this.#url = chosen.url;
    this.key = chosen.publishable_key;
  }

  /** Asks the project; nothing is saved. */
  async try(): Promise<void> {
    const asked = this.choice;
    if (asked.kind !== "hosted") return;
    this.#forgetAnswer();
    const result = await this.#call.run("trying", () =>
      this.#api.tryBackend(asked.url, asked.publishable_key),
    );
    // The answer to what is no longer typed says nothing.
    if (inWords(asked) !== inWords(this.choice)) this.#forgetAnswer();
    else if (result?.status === "ok") this.#tried = result.data;
  }

  async save(): Promise<void> {
    const { choice } = this;
    const result = await this.#call.run("saving", async () => {
      const saved = await answerOf(this.#api.setBackend(choice));
      if (saved.status === "ok") await this.#api.restart();
      return saved;
    });
    if (result?.status === "ok") await this.settings.load();
  }

  #forgetAnswer(): void {
    this.#tried = undefined;
    this.#secret = false;
    this.#call.error = undefined;
  }
}
