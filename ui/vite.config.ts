import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The made-up answers of the fake backend must never reach a person. */
function refuseFakeBackend(): Plugin {
  return {
    name: "refuse-fake-backend",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.moduleIds.some((id) => /\/ipc\/fake/.test(id))) {
          this.error(`the fake backend is in ${chunk.fileName}: only development may load it`);
        }
      }
    },
  };
}

const isTest = process.env.VITEST !== undefined;
const messages = paraglideVitePlugin({
  project: "./project.inlang",
  outdir: "./src/lib/paraglide",
  strategy: ["baseLocale"],
});

export default defineConfig({
  plugins: [
    // Its watcher keeps a test run from ending; `npm test` compiles the messages beforehand.
    ...(isTest ? [] : [messages]),
    svelte(),
    refuseFakeBackend(),
  ],
  resolve: {
    alias: {
      $lib: fileURLToPath(new URL("./src/lib", import.meta.url)),
      $components: fileURLToPath(new URL("./src/components", import.meta.url)),
    },
    // Tests mount components, so they need Svelte's browser build.
    ...(isTest ? { conditions: ["browser"] } : {}),
  },
  server: { port: 1420, strictPort: true },
  build: {
    target: ["chrome123", "safari17.5"],
    outDir: "dist",
    emptyOutDir: true,
    // A data: font would break `font-src 'self'`.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/test/setup.ts"],
    include: ["src/**/*.test.ts"],
    // A machine may halt for seconds: nothing here says how long a thing may take.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
