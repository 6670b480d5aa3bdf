/** Lists and workbooks of all kinds, on all the ways in. */
import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NO_BUS } from "../lib/app.mjs";
import { answerFileDialog, OPEN_TITLE } from "../lib/desktop.mjs";
import { dropFile, openTab, reportStalls, waitForHeatmap, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";

const MIXED_WORDS = fileURLToPath(new URL("../../../src-tauri/samples/mixed-words.csv", import.meta.url));

export const files = {
  async "a Windows-1252 list is recognised, previewed and imported with its categories"(t) {
    const path = t.home.file("Speisen.csv");
    const rows = ["Gericht;Art", "Crème brûlée;süß", "Käsespätzle;herzhaft", "Müsli;süß", "Gemüsebrühe;herzhaft", "Müsli;süß", ";süß"];
    writeFileSync(path, Buffer.from(`${rows.join("\r\n")}\r\n`, "latin1"));
    const app = await t.launch();
    await app.click("open-file");
    await answerFileDialog(OPEN_TITLE, path);
    await app.get("import-dialog");
    assert.equal(await app.session.run(() => document.querySelector('[data-testid="import-encoding"]').value), "windows-1252", "the encoding is recognised");
    const preview = await app.text("import-dialog");
    assert.ok(preview.includes("Crème brûlée") && preview.includes("süß"), `no letter is broken: ${preview}`);
    assert.match(await app.text("import-counts"), /4\D+6/, "4 of 6 rows are kept: one is blank, one twice");
    await app.session.run(() => {
      const column = document.querySelector('[data-testid="import-category-column"]');
      column.value = "1";
      column.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await until("the category column is chosen", () =>
      app.session.run(() => document.querySelector('[data-testid="import-category-column"]').value === "1"),
    );
    await app.click("import-confirm");
    await waitForTopics(app);
    await openTab(app, "words");
    await until("words and categories are in the table", async () => {
      const text = await app.text("words-table");
      return text.includes("Crème brûlée") && text.includes("herzhaft");
    });
  },

  async "a broken file gets a clear sentence and the app still works"(t) {
    const broken = {
      "not a workbook.kindred": "this is no database",
      "damaged.kindred": Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(5000, 0x5a)]),
      "empty.txt": "",
      "picture.csv": Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256)),
      "missing.txt": null,
    };
    for (const [name, contents] of Object.entries(broken)) {
      const path = t.home.file(name);
      if (contents !== null) writeFileSync(path, contents);
      // A file on the command line goes the same way as one that is dropped.
      const app = await t.launch({ args: [path] });
      await app.get("error-dialog");
      const sentence = await app.text("error-message");
      t.report(name, sentence);
      assert.match(sentence, /^[A-Z].{20,}/s, `${name}: a sentence that says what happened`);
      assert.doesNotMatch(sentence, /Error|rusqlite|panicked|\bos error\b/, `${name}: words for people, not for programs`);
      await app.click("error-close");
      await until("the sentence goes away", async () => !(await app.has("error-dialog")));
      await app.click("sample-fruit-countries-companies");
      await waitForTopics(app);
      await app.close();
    }
  },

  async "a file named on the command line is opened"(t) {
    const path = t.home.file("words.txt");
    writeFileSync(path, "apple\nbanana\nJamaica\nSingapore\n");
    const app = await t.launch({ args: [path] });
    await until("its workbook is open", async () => (await app.text("workbook-name")) === "words");
    await waitForTopics(app);
  },

  async "a file dragged from another program is opened, to topics and heatmap within seconds"(t) {
    const path = t.home.file("words_a.csv");
    copyFileSync(MIXED_WORDS, path);
    const app = await t.launch();
    await app.get("drop-zone");
    const startedAt = await dropFile(app, path);
    await app.watchStalls();
    await app.click("import-confirm");
    await waitForTopics(app);
    const topicsMs = performance.now() - startedAt;
    await app.click("tab-heatmap");
    await waitForHeatmap(app);
    const heatmapMs = performance.now() - startedAt;
    t.report("564 words, from the drop to topics", `${Math.round(topicsMs)} ms`);
    t.report("564 words, from the drop to the heatmap on screen", `${Math.round(heatmapMs)} ms`);
    reportStalls(t, "meanwhile", await app.longestStalls());
    assert.ok(heatmapMs < 10_000, "generous, because a machine that runs tests is busy; 3 s is the aim");
  },

  async "a workbook open in another window can be looked at but not changed"(t) {
    const first = await t.launch();
    await first.click("sample-fruit-countries-companies");
    await waitForTopics(first);
    const [path] = t.home.workbooks();
    const second = await t.launch({ args: [path], env: NO_BUS });
    await waitForTopics(second);
    assert.equal(
      (await second.texts("topic-name")).join(),
      (await first.texts("topic-name")).join(),
      "the same topics are shown in both",
    );
    const reply = await second.session.runAsync(() =>
      window.__TAURI_INTERNALS__
        .invoke("apply_edit", { edit: { kind: "renameTopic", topic: 0, name: "x" } })
        .then(() => null, (error) => error),
    );
    assert.equal(reply?.code, "readOnly", "a change is refused with a code the window acts on");
  },
};
