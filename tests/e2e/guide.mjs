/**
 * Takes the pictures of the guide from the real app, without a screen.
 *
 *   node tests/e2e/guide.mjs APP [--only NAME]... [--file LIST] [--out FOLDER]
 *
 * Each picture is one entry of PICTURES: which list is open, and what a person
 * does before looking. LIST takes the place of the sample of mixed words.
 * Pictures go to ui/guide/pictures, packed by pngquant where it is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Home, launchApp } from "./lib/app.mjs";
import { onOwnDisplay } from "./lib/display.mjs";
import { choose, confirmImport, mapIsLaidOut, openSample, openTab, pictureIsStill, selectWord, sortInto, waitForTopics } from "./lib/steps.mjs";
import { until } from "./lib/until.mjs";
import { KEYS } from "./lib/webdriver.mjs";

const GUIDE = fileURLToPath(new URL("../../ui/guide", import.meta.url));
const MIXED_WORDS = fileURLToPath(new URL("../../src-tauri/samples/mixed-words.csv", import.meta.url));
const NAMES = ["fruit", "vegetable", "country", "company", "dog breed", "sport", "occupation", "musical instrument", "gemstone", "programming language"];

/** A picture begins with the start screen, or with the topics of a list: a sample's id. Another list can stand for this one. */
const WORDS = "mixed-words";
const PICTURES = {
  start: { scene: (app) => app.get("drop-zone") },

  import: {
    args: (file) => [file ?? MIXED_WORDS],
    scene: (app) => app.get("import-confirm", { timeout: 30_000 }),
  },

  board: { list: WORDS, scene: (app) => openTab(app, "board") },

  drag: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "board");
      const { chip, from, to } = await misplaced(app);
      await app.session.dragThrough(chip, [from.x + 40, from.y + 40], [to.x, to.y], [to.x + 4, to.y + 4]);
      await app.get("drop-hint");
    },
  },

  follow: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "board");
      await followed(app);
    },
  },

  sort: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "board");
      await app.click("sort-open");
      await app.fill("sort-names", NAMES.join(", "));
    },
  },

  doubt: {
    list: WORDS,
    async scene(app) {
      await sortInto(app, NAMES.join(", "));
      await app.click("tab-doubt");
      await app.get("doubt-row");
    },
  },

  words: { list: WORDS, scene: (app) => openTab(app, "words") },

  neighbours: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "board");
      const [card] = await cards(app);
      await selectWord(app, card.words[0]);
      await app.get("neighbour");
    },
  },

  heatmap: { list: WORDS, scene: (app) => openTab(app, "heatmap") },

  tree: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "heatmap");
      await choose(app, "heatmap-order", "tree");
      await app.get("tree-cut", { timeout: 30_000 });
    },
  },

  map: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "map");
      await mapIsLaidOut(app);
    },
  },

  compare: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "compare");
      await app.click("compare-run");
      await app.get("compare-likeness", { timeout: 60_000 });
    },
  },

  sentences: { list: "library-survey", scene: (app) => openTab(app, "board") },

  models: {
    list: "fruit-countries-companies",
    async scene(app) {
      await app.click("models-open");
      await app.get("model-row");
    },
  },

  export: {
    list: WORDS,
    async scene(app) {
      await openTab(app, "words");
      await app.click("export");
      await app.get("export-confirm");
    },
  },

  keyboard: {
    list: "fruit-countries-companies",
    async scene(app) {
      await app.session.press("?");
      await app.get("help");
      await app.session.run(() => document.getElementById("help-keys").scrollIntoView());
    },
  },
};

/** The cards of the board that have words: their middle, and words with where they are. */
function cards(app) {
  return until("there are two topics with words", async () => {
    const found = await app.session.run(() =>
      [...document.querySelectorAll('[data-testid="card"]')].map((card) => {
        const { x, y, width } = card.getBoundingClientRect();
        const chips = [...card.querySelectorAll('[data-testid="chip"]')];
        return {
          title: card.querySelector('[data-testid="card-title"]').textContent.trim(),
          x: x + width / 2,
          y: y + 70,
          words: chips.map((chip) => chip.textContent.trim()),
          chips: chips.map((chip) => {
            const box = chip.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
          }),
        };
      }),
    );
    const full = found.filter((card) => card.words.length > 0);
    return full.length > 1 && full;
  });
}

/** Words of the sample that are fruit, whatever the machine makes of them. */
const FRUIT = ["feijoa", "satsuma", "salak", "jambul", "loquat", "damson"];

/** A word on the board that belongs into another topic: a fruit elsewhere, or in another list any. */
async function misplaced(app, place = 0) {
  const all = await cards(app);
  const to = all.find((card) => card.title === "fruit") ?? all[0];
  const strays = all
    .filter((card) => card !== to)
    .flatMap((from) => from.words.map((word, index) => ({ word, from, to, chip: from.chips[index] })));
  const fruit = strays.filter(({ word }) => FRUIT.includes(word));
  return [...fruit, ...strays][place];
}

/** Moves a word where it belongs, so that the machine offers what would follow. */
async function followed(app) {
  for (let place = 0; place < 8; place += 1) {
    const { chip, from, to } = await misplaced(app, place);
    await app.session.dragThrough(chip, [from.x + 40, from.y + 40], [to.x, to.y], [to.x + 4, to.y + 4]);
    await app.session.letGo();
    const isOffered = until("more is offered", () => app.has("follow-bar"), { timeout: 2500 });
    if (await isOffered.catch(() => false)) return;
    await app.session.press(KEYS.control, "z");
    await until("it is back", async () => (await cards(app)).some((card) => card.title === from.title && card.words.length === from.words.length));
  }
  throw new Error("no word brought others along");
}

async function take(name, picture, { binary, file, out }) {
  const home = new Home();
  const isOwn = picture.list === WORDS && file !== undefined;
  const app = await launchApp(binary, home, { args: picture.args?.(file) ?? (isOwn ? [file] : []) });
  try {
    if (isOwn) await confirmImport(app);
    else if (picture.list) await openSample(app, picture.list);
    if (picture.list) await waitForTopics(app, { timeout: 60_000 });
    await picture.scene(app);
    await app.session.run(() => document.fonts.ready.then(() => true));
    await pictureIsStill(app);
    const path = join(out, `${name}.png`);
    writeFileSync(path, await app.session.screenshot());
    pack(path);
    const { width, height } = sizeOf(path);
    console.log(`ok     ${name}: ${width} x ${height}, ${Math.round(statSync(path).size / 1000)} kB`);
    return true;
  } catch (error) {
    const seen = join(tmpdir(), `kindred-guide-${name}.png`);
    await app.session.screenshot().then((picture) => writeFileSync(seen, picture), () => {});
    console.log(`FAILED ${name}, as seen in ${seen}\n${error.stack}`);
    return false;
  } finally {
    await app.close().catch(() => app.session.kill());
    home.remove();
  }
}

/** Takes fewer colours where nobody sees it. */
function pack(path) {
  const { error, status } = spawnSync("pngquant", ["--force", "--skip-if-larger", "--strip", "--speed=1", "--quality=80-98", "--output", path, path]);
  // 98 and 99: it would not get smaller, or not look the same.
  if (error) console.log(`       not packed: pngquant is not installed`);
  else if (![0, 98, 99].includes(status)) throw new Error(`pngquant ended with ${status}`);
}

function sizeOf(path) {
  const png = readFileSync(path);
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Pictures that the guide shows and nobody takes, and those that are taken for nobody. */
function strays(out) {
  const text = readFileSync(join(GUIDE, "README.md"), "utf8");
  const shown = [...text.matchAll(/pictures\/([\w-]+)\.png/g)].map(([, name]) => name);
  const there = readdirSync(out).map((file) => file.replace(/\.png$/, ""));
  return [
    ...shown.filter((name) => !there.includes(name)).map((name) => `the guide shows ${name}, which is not there`),
    ...there.filter((name) => !shown.includes(name)).map((name) => `the guide does not show ${name}`),
  ];
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string", multiple: true }, file: { type: "string" }, out: { type: "string" } },
  });
  const unknown = (values.only ?? []).filter((name) => !(name in PICTURES));
  if (positionals.length !== 1 || unknown.length > 0) {
    console.error(`usage: node tests/e2e/guide.mjs APP [--only NAME]... [--file LIST] [--out FOLDER]\nNAME: ${Object.keys(PICTURES).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const out = resolve(values.out ?? join(GUIDE, "pictures"));
  mkdirSync(out, { recursive: true });
  const options = { binary: positionals[0], file: values.file && resolve(values.file), out };
  const chosen = Object.entries(PICTURES).filter(([name]) => values.only?.includes(name) ?? true);
  let failed = 0;
  for (const [name, picture] of chosen) failed += (await take(name, picture, options)) ? 0 : 1;
  if (existsSync(join(GUIDE, "README.md"))) for (const stray of strays(out)) console.log(`       ${stray}`);
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (await onOwnDisplay()) await main();
