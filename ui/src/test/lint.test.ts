// @vitest-environment node
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

const eslint = new ESLint({ cwd: process.cwd() });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? "parse");
}

describe("lint refuses", () => {
  const cases: [what: string, file: string, code: string, rule: string][] = [
    [
      "Tauri outside lib/ipc/tauri.ts",
      "src/views/start/Extra.svelte",
      '<script lang="ts">import { invoke } from "@tauri-apps/api/core"; void invoke;</script>',
      "no-restricted-imports",
    ],
    [
      "state in a component",
      "src/components/Extra.svelte",
      '<script lang="ts">import { App } from "$lib/state/app.svelte"; void App;</script>',
      "no-restricted-imports",
    ],
    [
      "a view in a component",
      "src/components/Extra.svelte",
      '<script lang="ts">import Board from "../views/board/Board.svelte"; void Board;</script>',
      "no-restricted-imports",
    ],
    [
      "one view in another",
      "src/views/board/Extra.svelte",
      '<script lang="ts">import Words from "../words/Words.svelte"; void Words;</script>',
      "no-restricted-imports",
    ],
    ["prose in markup", "src/views/board/Extra.svelte", "<p>Hello there</p>", "kindred/no-prose"],
    [
      "prose in an attribute",
      "src/views/board/Extra.svelte",
      '<p title="Hello there"></p>',
      "kindred/no-prose",
    ],
    ["prose in an expression", "src/views/board/Extra.svelte", '<p>{"Hello there"}</p>', "kindred/no-prose"],
    [
      "a hex colour in a style",
      "src/views/board/Extra.svelte",
      "<p></p>\n<style>p { color: #ff0000; }</style>",
      "kindred/no-colour-literals",
    ],
    [
      "a named colour in a style",
      "src/views/board/Extra.svelte",
      "<p></p>\n<style>p { color: red; }</style>",
      "kindred/no-colour-literals",
    ],
    [
      "a colour in code",
      "src/lib/charts/extra.ts",
      'export const ink = "rgb(1, 2, 3)";',
      "kindred/no-colour-literals",
    ],
    [
      "raw HTML",
      "src/views/board/Extra.svelte",
      '<script lang="ts">let text = $state("");</script>\n{@html text}',
      "svelte/no-at-html-tags",
    ],
  ];
  for (const [what, file, code, rule] of cases) {
    it(
      what,
      async () => {
        expect(await complaints(file, code)).toContain(rule);
      },
      30_000,
    );
  }

  it("nothing in plain, well-behaved code", async () => {
    const code =
      '<script lang="ts">\n  import { m } from "$lib/paraglide/messages";\n</script>\n\n<p class="x">{m.ok()} 5</p>\n\n<style>\n  .x {\n    color: var(--ink);\n  }\n</style>\n';
    expect(await complaints("src/views/board/Extra.svelte", code)).toEqual([]);
  });
});
