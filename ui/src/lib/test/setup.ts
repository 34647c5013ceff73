import "@testing-library/jest-dom/vitest";

import { vi } from "vitest";

// jsdom has no layout: nothing ever comes near.
vi.stubGlobal(
  "IntersectionObserver",
  class {
    observe = () => undefined;
    disconnect = () => undefined;
  },
);

// jsdom has no media queries; a wide window that moves.
vi.stubGlobal("matchMedia", (media: string) => ({
  media,
  matches: media.includes("min-width"),
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));

// jsdom guesses at `:focus-visible`, and wrongly while the focus moves. It is what has the focus after a key, not after a click.
const { matches } = Element.prototype as unknown as { matches: (this: Element, selector: string) => boolean };
let byKey = false;
Object.defineProperty(Element.prototype, "matches", {
  configurable: true,
  value(this: Element, selector: string): boolean {
    if (selector !== ":focus-visible") return matches.call(this, selector);
    return byKey && this === document.activeElement;
  },
});
document.addEventListener("keydown", () => (byKey = true), true);
document.addEventListener("pointerdown", () => (byKey = false), true);
