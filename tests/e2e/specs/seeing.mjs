/** The list seen from above: the map, the tree beside the heatmap, pictures of both. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { answerFileDialog, closeWindow, PICTURE_TITLE } from "../lib/desktop.mjs";
import { choose, mapIsLaidOut, openSample, openTab, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";
import { KEYS } from "../lib/webdriver.mjs";

export const seeing = {
  async "a map is laid out, lassoed, its words moved to a topic and back, and seen in space"(t) {
    const app = await t.launch();
    await openSample(app, "mixed-words");
    await waitForTopics(app);
    const openedAt = performance.now();
    await openTab(app, "map");
    await mapIsLaidOut(app);
    t.report("from opening the map until 564 words are laid out", `${Math.round(performance.now() - openedAt)} ms`);
    assert.equal(await points(app), 564, "every word is a point");
    await until("topics are named on it", async () => (await app.texts("map-label")).length > 2);

    await choose(app, "map-tool", "lasso");
    const { left, top, right, bottom } = await corners(app);
    await app.session.dragThrough([left, top], [right, top], [right, bottom], [left, bottom], [left, top + 4]);
    await app.session.letGo();
    await until("the lasso selects words", () => app.has("selection-count"));
    const selected = Number.parseInt(await app.text("selection-count"), 10);
    assert.ok(selected > 400, `nearly the whole map was circled: ${selected} words`);
    const rows = await app.texts("topic-row");
    await app.session.press("1");
    await until("they are in the first topic", async () => sizeOf((await app.texts("topic-row"))[0]) >= selected);
    await app.click("undo");
    await until("undo takes them back", async () => sizeOf((await app.texts("topic-row"))[0]) === sizeOf(rows[0]));

    for (const [choice, value] of [["map-dims", "3"], ["map-method", "pca"]]) {
      await choose(app, choice, value);
      // It was never laid out that way.
      await app.click("map-lay-out");
      await until("the old choice of a layout is gone", async () => !(await app.has("map-lay-out")));
      await mapIsLaidOut(app);
      assert.equal(await points(app), 564, `every word has a place with ${value}`);
    }
    await closeWindow("Mixed words");
    await app.ended();

    const again = await t.launch();
    await again.click("recent");
    await waitForTopics(again);
    const reopenedAt = performance.now();
    await openTab(again, "map");
    await mapIsLaidOut(again);
    t.report("the kept map on screen after a restart", `${Math.round(performance.now() - reopenedAt)} ms`);
    assert.ok(!(await again.has("map-stale")), "it still shows the list");
    const isAsItWas = await again.session.run(() =>
      [["method", "pca"], ["dims", "3"]].every(([of, value]) => document.querySelector(`[data-testid="map-${of}"] input[value="${value}"]`).checked),
    );
    assert.ok(isAsItWas, "and is the one that was looked at last");
  },

  async "a picture of the map is saved and holds it"(t) {
    const app = await t.launch();
    await openSample(app, "mixed-words");
    await waitForTopics(app);
    await openTab(app, "map");
    await mapIsLaidOut(app);
    const path = t.home.file("map.png");
    await app.click("picture-menu");
    await app.click("picture-png-2");
    await answerFileDialog(PICTURE_TITLE, path);
    await until("the picture is there", () => existsSync(path));
    const { width, height, colours } = pixels(readFileSync(path));
    t.report("the picture of the map", `${width} x ${height}, ${colours} colours`);
    assert.ok(width > 1000 && height > 600, "twice as fine as the screen");
    assert.ok(colours > 20, "points of ten topics, names and a legend, not an empty page");
  },

  async "the tree beside the heatmap is cut, and the cut makes the topics"(t) {
    const app = await t.launch();
    await openSample(app, "mixed-words");
    await waitForTopics(app);
    const topics = (await app.texts("topic-row")).length;
    await openTab(app, "heatmap");
    await choose(app, "heatmap-order", "tree");
    await app.get("tree-cut", { timeout: 30_000 });
    assert.equal(await groups(app), topics, "the cut begins with as many groups as there are topics");
    await app.session.run(() => document.querySelector('[data-testid="tree-cut"]').focus());
    await app.session.press(KEYS.right);
    await until("the line moves to another number of groups", async () => (await groups(app)) !== topics);
    const cut = await groups(app);
    await app.click("tree-apply");
    await until("so many topics are made", async () => (await app.texts("topic-row")).length === cut && !(await app.has("progress")));
    await app.click("undo");
    await until("undo brings the old topics back", async () => (await app.texts("topic-row")).length === topics);
  },
};

function points(app) {
  return app.session.run(() => Number(document.querySelector('[data-testid="map"]').dataset.points));
}

/** The number at the end of a topic's row. */
function sizeOf(row) {
  return Number(row.match(/(\d+)\D*$/)[1]);
}

async function groups(app) {
  return Number.parseInt(await app.text("tree-groups"), 10);
}

/** A little inside of the map's edges. */
function corners(app) {
  return app.session.run(() => {
    const { left, top, right, bottom } = document.querySelector('[data-testid="map-canvas"]').getBoundingClientRect();
    return { left: Math.round(left + 4), top: Math.round(top + 4), right: Math.round(right - 60), bottom: Math.round(bottom - 4) };
  });
}

/** Size of a PNG of 8-bit colours, and how many different ones it has in every tenth row. */
function pixels(png) {
  assert.equal(png.subarray(1, 4).toString(), "PNG", "it is a PNG");
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const bytesPerPixel = { 2: 3, 6: 4 }[png[25]];
  const data = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.subarray(at + 4, at + 8).toString() === "IDAT") data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const rows = inflateSync(Buffer.concat(data));
  const stride = width * bytesPerPixel;
  const colours = new Set();
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)];
    const row = Buffer.from(rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x += 1) row[x] = (row[x] + predicted(filter, x < bytesPerPixel ? 0 : row[x - bytesPerPixel], above[x], x < bytesPerPixel ? 0 : above[x - bytesPerPixel])) & 255;
    if (y % 10 === 0) for (let x = 0; x < stride; x += bytesPerPixel) colours.add(row.readUIntBE(x, 3));
    above = row;
  }
  return { width, height, colours: colours.size };
}

/** What a PNG's filter takes a byte to be, from its left, upper and upper left neighbour. */
function predicted(filter, left, up, corner) {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value));
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
