/**
 * Drives the real app through WebDriver on a display of its own.
 *
 *   node tests/e2e/run.mjs APP [part of a sentence]
 *
 * Runs the specs whose sentence has that part (all without it), prints
 * `N passed, M failed`, and fails when one failed. A failure leaves a picture
 * of the window, the app's log and its files in target/e2e/.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Home, launchApp } from "./lib/app.mjs";
import { onOwnDisplay } from "./lib/display.mjs";
import { bigLists } from "./specs/big_lists.mjs";
import { files } from "./specs/files.mjs";
import { handingOn } from "./specs/handing_on.mjs";
import { journey } from "./specs/journey.mjs";
import { models } from "./specs/models.mjs";
import { seeing } from "./specs/seeing.mjs";
import { teaching } from "./specs/teaching.mjs";
import { window } from "./specs/window.mjs";

const EVIDENCE = fileURLToPath(new URL("../../target/e2e", import.meta.url));

async function runSpec(sentence, spec, binary) {
  const home = new Home();
  const apps = [];
  const figures = [];
  const t = {
    home,
    launch: async (options) => {
      const app = await launchApp(binary, home, options);
      apps.push(app);
      return app;
    },
    /** A figure to read in the output; the spec asserts its own bounds. */
    report: (what, value) => figures.push(`${what}: ${value}`),
  };
  const startedAt = performance.now();
  let failure = null;
  try {
    await spec(t);
  } catch (error) {
    failure = error;
    await keepEvidence(sentence, home, apps.at(-1), error);
  }
  for (const app of apps) await app.session.end();
  home.remove();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${failure ? "FAILED" : "ok    "} ${sentence} (${seconds} s)`);
  for (const figure of figures) console.log(`         ${figure}`);
  if (failure) console.log(failure.stack.replaceAll(/^/gm, "         "));
  return failure === null;
}

async function keepEvidence(sentence, home, app, error) {
  const folder = join(EVIDENCE, sentence.replaceAll(/\W+/g, "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "failure.txt"), `${error.stack}\n`);
  writeFileSync(join(folder, "app.log"), home.log());
  home.keep(join(folder, "home"));
  if (!app) return;
  const picture = await app.session.screenshot().catch(() => null);
  if (picture) writeFileSync(join(folder, "window.png"), picture);
}

async function main([binary, part = ""]) {
  if (!binary) {
    console.error("usage: node tests/e2e/run.mjs APP [part of a sentence]");
    process.exitCode = 2;
    return;
  }
  rmSync(EVIDENCE, { recursive: true, force: true });
  const specs = Object.entries({ ...journey, ...teaching, ...models, ...seeing, ...files, ...handingOn, ...window, ...bigLists }).filter(([sentence]) => sentence.includes(part));
  let failed = 0;
  for (const [sentence, spec] of specs) failed += (await runSpec(sentence, spec, binary)) ? 0 : 1;
  console.log(`${specs.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && specs.length > 0 ? 0 : 1;
}

if (await onOwnDisplay()) await main(process.argv.slice(2));
