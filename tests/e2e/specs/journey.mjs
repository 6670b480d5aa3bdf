/** The main job, as a person meets it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { answerFileDialog, closeWindow, SAVE_TITLE } from "../lib/desktop.mjs";
import { openSample, openTab, rename, selectWord, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";

export const journey = {
  async "the app opens on the start screen within seconds"(t) {
    const app = await t.launch();
    await app.get("start-screen");
    t.report("from launch to the start screen, driver included", `${Math.round(app.startedInMs)} ms`);
    assert.ok(app.startedInMs < 5000, "a start takes seconds at most");
    assert.equal((await app.texts("recent")).length, 0, "nothing was opened in this home before");
    const samples = await app.session.run(() => document.querySelectorAll('[data-testid^="sample-"]').length);
    assert.equal(samples, 3, "three samples are there to try");
    assert.ok(!(await app.has("engine-problem")), "the model and its runtime are there");
  },

  async "a sample becomes named topics and a heatmap with values on hover"(t) {
    const app = await t.launch();
    await openSample(app, "mixed-words");
    await waitForTopics(app);
    const names = await app.texts("topic-name");
    assert.ok(names.length >= 7 && names.length <= 15, `${names.length} topics are a number a person would choose`);
    assert.ok(names.includes("fruit"), `one of ${names.join(", ")} is fruit`);

    await openTab(app, "heatmap");
    const { blank } = await until("there is a picture, not a blank", async () => {
      const pixels = await heatmapPixels(app);
      return pixels.colours > 20 && pixels;
    });
    assert.ok(blank < 0.5, "most of the square is filled");

    const box = await app.box("heatmap");
    await app.session.hover(box.x + box.width * 0.5, box.y + box.height * 0.4);
    const value = await until("the values under the pointer are shown", () => app.text("heatmap-tooltip"));
    assert.match(value, /[01][.,]\d|\d+ ?%/, "the tooltip says how similar the two are");
  },

  async "a word that is clicked is selected everywhere and shows its neighbours"(t) {
    const app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await openTab(app, "board");
    await clickChip(app, "banana");
    await until("the inspector shows the word", async () => (await app.text("inspector-word")) === "banana");
    const neighbours = await until("there are neighbours", async () => {
      const texts = await app.texts("neighbour");
      return texts.length === 8 && texts;
    });
    // As sentence-transformers 3 gives with the same weights.
    assert.ok(
      neighbours.some((text) => text.includes("apple") && text.includes("0.424")),
      `apple is 0.424 close to banana: ${neighbours}`,
    );

    await openTab(app, "words");
    await until("the word is selected in the table too", () =>
      app.session.run(() =>
        [...document.querySelectorAll('[data-testid="word-row"]')].some(
          (row) => row.textContent.includes("banana") && (row.matches('[aria-selected="true"], .selected')),
        ),
      ),
    );
    await app.click("neighbour");
    const first = neighbours[0].replace(/[\d.]+$/, "").trim();
    await until("a neighbour can be gone to", async () => (await app.text("inspector-word")) === first);
  },

  async "name, tab and selection are still there when the app opens the workbook again"(t) {
    let app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await rename(app, 0, "My first topic");
    await selectWord(app, "Jamaica");
    await openTab(app, "heatmap");
    const before = await app.texts("topic-name");
    await lookIsKept(app, '"tab":"heatmap"');
    await app.close();

    app = await t.launch();
    await app.click("recent");
    await until("the names are the same", async () => {
      const names = await app.texts("topic-name");
      return names.length > 0 && assert.deepEqual(names, before) === undefined;
    });
    assert.ok(before.includes("My first topic"), "the person's name was taken");
    await until("the selection is the same", async () => (await app.text("inspector-word")) === "Jamaica");
    await app.get("heatmap", { selector: '[data-tiles-ready="true"]' });
    assert.ok(!(await app.has("progress")), "nothing had to be worked out again");

    await app.click("undo");
    await until("undo survives a restart", async () => !(await app.texts("topic-name")).includes("My first topic"));
    await app.click("redo");
    await until("redo too", async () => (await app.texts("topic-name")).includes("My first topic"));
  },

  async "closing the window right after a click loses nothing"(t) {
    let app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await openTab(app, "board");
    await clickChip(app, "banana");
    await app.click("tab-words");
    await closeWindow("Kindred");
    const tookMs = await app.ended();
    t.report("from the cross to the end of the app", `${Math.round(tookMs)} ms`);
    assert.ok(tookMs < 3000, "a window that is closed goes away");

    app = await t.launch();
    await app.click("recent");
    await until("the selection is the same", async () => (await app.text("inspector-word")) === "banana");
    await app.get("words-table");
  },

  async "the list is exported as CSV through the system's dialog"(t) {
    const app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await openTab(app, "words");
    await app.click("export");
    await app.click("export-format-csv");
    await app.click("export-confirm");
    const path = t.home.file("fruit export.csv");
    await answerFileDialog(SAVE_TITLE, path);
    const csv = await until("the file is there", () => readFileSync(path, "utf8"));
    const [header, ...rows] = csv.replace("\uFEFF", "").trim().split(/\r?\n/);
    assert.equal(header, "text,topic,confidence,runner_up,pinned,category,occurrences", "a spreadsheet shows what the columns are");
    assert.equal(rows.length, 9, "every word is there");
    assert.ok(rows.some((row) => /^apple,[^,]*,\d\.\d+,/.test(row)), `apple has a topic and a figure: ${rows}`);
  },
};

/** Clicks the word on the topics board. */
function clickChip(app, word) {
  return until(`the word ${word} on the board can be clicked`, async () => {
    const place = (await app.texts("chip")).indexOf(word);
    const chips = await app.session.findAll('[data-testid="chip"]');
    await app.session.click(chips[place]);
    return true;
  });
}

/** Waits until the workbook remembers how the window looks, a moment after it changed. */
function lookIsKept(app, part) {
  return until("the look is kept", async () => {
    const workbook = await app.session.runAsync(() => window.__TAURI_INTERNALS__.invoke("current_workbook"));
    return workbook.view.includes(part);
  });
}

/** How many colours the heatmap's picture has, and which share of its middle is empty. */
async function heatmapPixels(app) {
  return app.session.run(() => {
    const element = document.querySelector('[data-testid="heatmap"]');
    const canvas = element.matches("canvas") ? element : element.querySelector("canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(width / 4, height / 4, width / 2, height / 2);
    const colours = new Set();
    let empty = 0;
    for (let pixel = 0; pixel < data.length; pixel += 4) {
      if (data[pixel + 3] === 0) empty += 1;
      colours.add((data[pixel] << 16) | (data[pixel + 1] << 8) | data[pixel + 2]);
    }
    return { colours: colours.size, blank: empty / (data.length / 4) };
  });
}
