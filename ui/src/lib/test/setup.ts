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
