import type { CartLine, Patch } from "../api/client";

// Plain maps and sets: they are made anew for every change and never changed afterwards. Reactive ones would cost a signal for
// every line of the cart.
/* eslint-disable svelte/prefer-svelte-reactivity */

/** The lines of the cart, kept by patches: what did not change stays the same object, however long the cart is. */
export class Lines {
  #inOrder = $state.raw<CartLine[]>([]);
  #byProduct = $derived(new Map(this.#inOrder.map((line) => [line.product_id, line])));

  get inOrder(): CartLine[] {
    return this.#inOrder;
  }

  of(productId: string): CartLine | undefined {
    return this.#byProduct.get(productId);
  }

  replace(lines: CartLine[]): void {
    this.#inOrder = lines;
  }

  patch({ changed, removed }: Patch): void {
    if (changed.length === 0 && removed.length === 0) return;
    const gone = new Set([...removed, ...changed.map((line) => line.product_id)]);
    const kept = this.#inOrder.filter((line) => !gone.has(line.product_id));
    this.#inOrder = [...kept, ...changed].sort((a, b) => a.position - b.position);
  }
}
