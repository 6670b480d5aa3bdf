/**
 * Saves a picture of the real app, without a screen.
 *
 *   node tests/e2e/shot.mjs APP OUT.png [--sample ID] [--file F] [--sort A,B,C] [--tab board|words|heatmap|doubt|score|compare] [--part heatmaps|maps|meaning] [--dims 2|3] [--order tree] [--models] [--select WORD] [--dark] [--size 1360x860]
 *
 * Without a sample or a file it shows the start screen.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Home, launchApp } from "./lib/app.mjs";
import { onOwnDisplay } from "./lib/display.mjs";
import { choose, confirmImport, mapIsLaidOut, openSample, openTab, pictureIsStill, selectWord, sortInto, waitForTopics } from "./lib/steps.mjs";
import { until } from "./lib/until.mjs";

async function shoot(binary, out, options) {
  const home = new Home();
  const app = await launchApp(binary, home, {
    args: options.file ? [resolve(options.file)] : [],
    env: options.dark ? { GTK_THEME: "Adwaita:dark" } : {},
  });
  try {
    if (options.size) await app.session.setSize(...options.size.split("x").map(Number));
    if (options.sample) await openSample(app, options.sample);
    if (options.file) await confirmImport(app);
    if (options.sample || options.file) {
      await waitForTopics(app, { timeout: 120_000 });
      if (options.sort) await sortInto(app, options.sort);
      await openTab(app, options.tab ?? "board");
      if (options.tab === "compare") {
        await app.click("compare-run");
        await app.get("compare-likeness", { timeout: 30_000 });
        if (options.part !== undefined) {
          await choose(app, "compare-part", options.part);
        }
      }
      if (options.tab === "map") await showMap(app, options);
      if (options.tab === "heatmap" && options.order) await choose(app, "heatmap-order", options.order);
      if (options.models) {
        await app.click("models-open");
        await app.get("model-row");
      }
      if (options.select) await selectWord(app, options.select);
    }
    await app.session.run(() => document.fonts.ready.then(() => true));
    await pictureIsStill(app);
    writeFileSync(out, await app.session.screenshot());
  } finally {
    await app.close();
    home.remove();
  }
}

/** The map, in so many dimensions. */
async function showMap(app, { dims }) {
  await mapIsLaidOut(app);
  if (!dims) return;
  await choose(app, "map-dims", dims);
  await app.click("map-lay-out");
  await until("the choice of a layout is gone", async () => !(await app.has("map-lay-out")));
  await mapIsLaidOut(app);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    file: { type: "string" },
    sort: { type: "string" },
    tab: { type: "string" },
    dims: { type: "string" },
    order: { type: "string" },
    part: { type: "string" },
    models: { type: "boolean" },
    select: { type: "string" },
    size: { type: "string" },
    dark: { type: "boolean", default: false },
  },
});
if (positionals.length !== 2) {
  console.error("usage: node tests/e2e/shot.mjs APP OUT.png [--sample ID] [--file F] [--sort A,B,C] [--tab TAB] [--select WORD] [--dark] [--size WxH]");
  process.exitCode = 2;
} else if (await onOwnDisplay()) {
  await shoot(positionals[0], positionals[1], values);
}
