import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

const messages = paraglideVitePlugin({
  project: "./project.inlang",
  outdir: "./src/paraglide",
  strategy: ["globalVariable", "baseLocale"],
});

export default defineConfig({
  plugins: [
    // `npm test` has compiled the messages already, and the plugin's watcher would keep Vitest from ending.
    process.env.VITEST ? [] : messages,
    svelte(),
    svelteTesting(),
  ],
  build: {
    // WebKitGTK 2.50, WebView2 and WKWebView of the same years.
    target: ["safari18", "chrome125"],
    // The Content-Security-Policy allows no data: fonts.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    // Each file in a world of its own costs twice the time. State lives in contexts, and every test clears the page.
    pool: "threads",
    isolate: false,
    maxWorkers: "100%",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/lib/test/setup.ts"],
    restoreMocks: true,
    // On a machine that builds meanwhile, a whole window takes seconds.
    testTimeout: 20_000,
    expect: { requireAssertions: true },
  },
});
