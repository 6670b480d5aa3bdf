/** Lists that take a while: cancelling, being killed, and what they cost. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dropFile, openTab, reportStalls, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";

const MIXED_WORDS = fileURLToPath(new URL("../../../src-tauri/samples/mixed-words.csv", import.meta.url));
const COUNT = 20_000;

export const bigLists = {
  async "embedding can be cancelled in the middle, keeps what is done and goes on"(t) {
    const app = await t.launch({ args: [bigList(t.home)] });
    await embeddingRuns(app, 1500);
    await app.get("cancel");
    const askedAt = performance.now();
    await app.click("cancel");
    await app.get("stopped");
    const tookMs = performance.now() - askedAt;
    t.report("from the click on Cancel until the window says that it stopped", `${Math.round(tookMs)} ms`);
    assert.ok(tookMs < 2000, "cancelling answers at once, on a busy machine too");
    const kept = await app.session.run(() => Number(document.querySelector('[data-testid="stopped"]').textContent.replaceAll(/[^\d ]/g, "").trim().split(" ")[0]));
    assert.ok(kept > 0, "what is done is kept");

    await app.click("continue");
    const first = await until("it goes on", async () => doneOf(await app.text("progress-counts")));
    assert.ok(first >= kept, `it goes on with text ${first}, after the ${kept} that were done`);
    await waitForTopics(app, { timeout: 180_000 });
  },

  async "an app killed while it embeds goes on where it stopped"(t) {
    let app = await t.launch({ args: [bigList(t.home)] });
    await embeddingRuns(app, 2000);
    const done = doneOf(await app.text("progress-counts"));
    await app.killHard();

    app = await t.launch();
    const opened = performance.now();
    await app.click("recent");
    const first = await until("it goes on by itself", async () => doneOf(await app.text("progress-counts")), { every: 5 });
    t.report("from reopening to embedding again", `${Math.round(performance.now() - opened)} ms`);
    t.report("texts done when killed, when reopened", `${done}, ${first}`);
    assert.ok(first >= done, "nothing that the window had shown as done is lost");
    await waitForTopics(app, { timeout: 180_000 });
    assert.match(await app.text("status-counts"), /20.000/, "every text is there");
  },

  async "another list opened while one is embedded takes its place at once, and the first goes on later"(t) {
    const app = await t.launch({ args: [bigList(t.home)] });
    await embeddingRuns(app, 1000);
    const done = doneOf(await app.text("progress-counts"));
    const [big] = t.home.workbooks();
    const small = t.home.file("small.txt");
    writeFileSync(small, "apple\nbanana\npear\nJamaica\nPeru\nCuba\n");
    await dropFile(app, small);
    await app.get("import-confirm");
    const openedAt = performance.now();
    await app.click("import-confirm");
    await until("the other list is open", async () => (await app.text("workbook-name")) === "small");
    t.report("from the click on New workbook to the other list", `${Math.round(performance.now() - openedAt)} ms`);
    await waitForTopics(app);
    assert.match(await app.text("status-counts"), /^6\D/, "its topics are of its own six words");
    assert.ok(!(await app.has("error-dialog")) && !(await app.has("stopped")), "nothing is said of the first list's job");
    assert.ok((await app.texts("topic-row")).length < 6, "no topic of the first list is there");

    await dropFile(app, big);
    const first = await until("the first list goes on by itself", async () => doneOf(await app.text("progress-counts")), { every: 5 });
    assert.ok(first >= done, `it goes on with text ${first}, after the ${done} that were done`);
    assert.doesNotMatch(await app.text("saved"), /reading only/, "its file was let go of");
  },

  async "twenty thousand words fit into memory and never freeze the window"(t) {
    const app = await t.launch({ args: [bigList(t.home)] });
    await embeddingRuns(app, 1);
    await app.watchStalls();
    await until("all is embedded", async () => doneOf(await app.text("progress-counts")) === null, { timeout: 180_000, every: 100 });
    reportStalls(t, "while embedding", await app.longestStalls());
    const topicsFrom = performance.now();
    await waitForTopics(app, { timeout: 120_000 });
    t.report("finding topics", `${Math.round(performance.now() - topicsFrom)} ms`);
    const heatmapFrom = performance.now();
    await openTab(app, "heatmap");
    t.report("heatmap on screen", `${Math.round(performance.now() - heatmapFrom)} ms`);
    const stalls = await app.longestStalls();
    const { now, peak } = app.memoryMb();
    reportStalls(t, "in all", stalls);
    t.report("memory of the app's process, now and at most", `${now} MB, ${peak} MB`);
    assert.ok(now < 700, "an ordinary computer has room for this");
    assert.ok(stalls.busy < 3000, "generous, because tests share the computer: the figures above are to be read");
  },
};

/** A file of 20,000 different two-word texts. */
function bigList(home) {
  const words = readFileSync(MIXED_WORDS, "utf8")
    .split(/\r?\n/)
    .slice(1)
    .map((row) => row.slice(0, row.lastIndexOf(",")).replaceAll('"', ""))
    .filter((word) => word !== "");
  const texts = new Set();
  for (let step = 1; texts.size < COUNT; step++) {
    for (let place = 0; place < words.length && texts.size < COUNT; place++) {
      texts.add(`${words[place]} ${words[(place + step * 7) % words.length]}`);
    }
  }
  const path = home.file("big list.txt");
  writeFileSync(path, [...texts].join("\n"));
  return path;
}

/** Waits until so many texts are embedded and the job still runs. */
function embeddingRuns(app, atLeast) {
  return until(`${atLeast} texts are embedded`, async () => doneOf(await app.text("progress-counts")) >= atLeast, { timeout: 60_000 });
}

/** The number of finished texts that the progress bar shows: "1,234 of 20,000 ...". */
function doneOf(counts) {
  const match = counts?.match(/^([\d,.\u00a0\u202f]+) /);
  return match ? Number(match[1].replaceAll(/\D/g, "")) : null;
}
