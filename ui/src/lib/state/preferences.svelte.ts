import { createContext } from "svelte";

import { overwriteGetLocale } from "../../paraglide/runtime";
import type { Api, Preferences, UiError } from "../api/client";

type Locale = "en" | "de";

/** Theme, language and the remembered answer. Every message reads `locale`, so the window follows at once. */
export class PreferencesState {
  #api: Api;
  #onError: (error: UiError) => void;
  #chosen = $state.raw<Preferences>({ theme: "system", language: "system", two_carts: "ask" });

  constructor(api: Api, onError: (error: UiError) => void) {
    this.#api = api;
    this.#onError = onError;
    overwriteGetLocale(() => this.locale);
  }

  get theme() {
    return this.#chosen.theme;
  }

  get language() {
    return this.#chosen.language;
  }

  /** What becomes of two carts without a question. */
  get twoCarts() {
    return this.#chosen.two_carts;
  }

  get locale(): Locale {
    if (this.#chosen.language !== "system") return this.#chosen.language;
    return navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
  }

  /** Defaults serve when there are none to be had. */
  async load(): Promise<void> {
    this.#chosen = await this.#api.preferences().catch(() => this.#chosen);
  }

  async change(change: Partial<Preferences>): Promise<void> {
    this.#chosen = { ...this.#chosen, ...change };
    const result = await this.#api.setPreferences(this.#chosen);
    if (result.status === "error") this.#onError(result.error);
  }
}

export const [getPreferences, setPreferences] = createContext<PreferencesState>();
