import { createContext, untrack } from "svelte";

type Action = { label: string; run: () => void };
export type Toast = { id: number; tone: "plain" | "error"; text: string; action: Action | undefined };

const SHOWN_FOR_MS = 8000;

/** Short words at the edge of the window. They wait while someone points at them or is in them. */
export class Toasts {
  #list = $state.raw<Toast[]>([]);
  #next = 0;
  #staying: Record<number, true> = {};
  #timers: Record<number, ReturnType<typeof setTimeout>> = {};
  /** The open dialogs, newest last. Each keeps the keyboard within itself. */
  #dialogs = $state.raw<string[]>([]);

  get list(): Toast[] {
    return this.#list;
  }

  /** Whether they are shown here: in the newest dialog, or at the window's edge if none is open. */
  areIn(dialog: string | undefined): boolean {
    return this.#dialogs.at(-1) === dialog;
  }

  /** They follow the keyboard into a dialog that opens. Answers how they leave it. */
  follow(dialog: string): () => void {
    untrack(() => this.#move([...this.#dialogs, dialog]));
    return () => untrack(() => this.#move(this.#dialogs.filter((open) => open !== dialog)));
  }

  say(text: string, action?: Action): void {
    this.#show("plain", text, action);
  }

  fail(text: string): void {
    this.#show("error", text, undefined);
  }

  /** Stays until somebody sees it: they may be elsewhere, in the browser. Answers which it is. */
  failElsewhere(text: string, action: Action): number {
    const id = this.#show("error", text, action);
    this.#staying[id] = true;
    this.#stop(id);
    return id;
  }

  dismiss(id: number): void {
    this.#stop(id);
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  /** What they offered is done, or can't be done any more. */
  dismissActions(): void {
    for (const toast of this.#list) if (toast.action) this.dismiss(toast.id);
  }

  pause(): void {
    for (const { id } of this.#list) this.#stop(id);
  }

  resume(): void {
    for (const { id } of this.#list) this.#arm(id);
  }

  /** Who was in them is so no longer. */
  #move(dialogs: string[]): void {
    this.#dialogs = dialogs;
    this.resume();
  }

  #show(tone: Toast["tone"], text: string, action: Action | undefined): number {
    // The same words twice are one toast that stays longer.
    for (const toast of this.#list) if (toast.text === text) this.dismiss(toast.id);
    const id = this.#next++;
    this.#list = [...this.#list.slice(-2), { id, tone, text, action }];
    this.#arm(id);
    return id;
  }

  #arm(id: number): void {
    this.#stop(id);
    if (this.#staying[id]) return;
    this.#timers[id] = setTimeout(() => this.dismiss(id), SHOWN_FOR_MS);
  }

  #stop(id: number): void {
    clearTimeout(this.#timers[id]);
  }
}

export const [getToasts, setToasts] = createContext<Toasts>();
