import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import kindred from "./eslint.rules.js";
import svelteConfig from "./svelte.config.js";

/** Files under `from` may not import what matches `patterns`. */
const boundary = (files, ...patterns) => ({
  files,
  rules: {
    "no-restricted-imports": ["error", { patterns: [TAURI, ...patterns] }],
  },
});

const TAURI = { group: ["@tauri-apps/*"], message: "Only lib/ipc/tauri.ts knows Tauri." };
const STATE = { regex: "lib/state/", message: "Components are free of state: pass values in." };
const VIEWS = { regex: "(^|/)views/", message: "Views are composed in App and WorkbookScreen only." };
const SIBLING_VIEWS = {
  regex: "^\\.\\./(?!\\.\\./)",
  message: "A view does not reach into another view: share through lib or components.",
};

export default ts.config(
  { ignores: ["dist/", "src/lib/paraglide/", "src/lib/ipc/bindings.ts", "project.inlang/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    plugins: { kindred },
    rules: {
      "no-undef": "off",
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "kindred/no-colour-literals": "error",
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/require-each-key": "error",
      "svelte/button-has-type": "error",
      "svelte/no-target-blank": "error",
      // One `$state.raw` Map or typed array is replaced, never changed in place.
      "svelte/prefer-svelte-reactivity": "off",
      "kindred/no-prose": "error",
    },
  },
  boundary(["src/**/*.{ts,svelte}"]),
  boundary(["src/components/**/*.{ts,svelte}"], STATE, VIEWS),
  boundary(["src/lib/**/*.ts"], VIEWS, { regex: "components/", message: "lib knows no components." }),
  boundary(["src/lib/charts/**/*.ts"], VIEWS, STATE),
  boundary(["src/views/**/*.{ts,svelte}"], SIBLING_VIEWS),
  { files: ["src/lib/ipc/tauri.ts"], rules: { "no-restricted-imports": "off" } },
  {
    // Tests may be plain about what they know to be there.
    files: ["src/**/*.test.ts", "src/test/**"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  // Shows the rules what they must refuse.
  { files: ["src/test/lint.test.ts"], rules: { "kindred/no-colour-literals": "off" } },
);
