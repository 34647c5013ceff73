import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default defineConfig(
  globalIgnores(["dist", "dist-preview", "src/paraglide", "src/lib/api/bindings.ts"]),
  js.configs.recommended,
  {
    files: ["src/**/*.ts", "src/**/*.svelte"],
    extends: [ts.configs.recommendedTypeChecked, ts.configs.stylistic, svelte.configs.recommended],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, extraFileExtensions: [".svelte"] },
    },
    rules: {
      // TypeScript knows the names better.
      "no-undef": "off",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // The types between components are known to svelte-check, not to ESLint.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    files: ["scripts/**"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.test.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // One door to the shell: src/lib/api/client.ts, and the generated bindings behind it.
    files: ["src/**/*.ts", "src/**/*.svelte"],
    ignores: ["src/lib/api/client.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@tauri-apps/*"], message: "Only src/lib/api/client.ts talks to the shell." },
            {
              group: ["**/api/bindings", "**/api/bindings.ts", "./bindings", "./bindings.ts"],
              message: "Take types and calls from src/lib/api/client.ts.",
            },
            {
              group: ["**/api/fake", "**/api/fake.ts"],
              message: "The stand-in belongs to the preview build.",
            },
          ],
        },
      ],
    },
  },
);
