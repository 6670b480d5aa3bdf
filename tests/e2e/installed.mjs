/**
 * Starts what the installers bring, and nothing else of Kindred.
 *
 *   node tests/e2e/installed.mjs TREE [APPIMAGE]
 *
 * TREE is a package unpacked outside the checkout, with an AppRun if there is
 * an AppImage. Prints `N passed, M failed`, and fails when one failed.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Home, launchApp } from "./lib/app.mjs";
import { onOwnDisplay } from "./lib/display.mjs";
import { openSample, waitForTopics } from "./lib/steps.mjs";
import { until } from "./lib/until.mjs";

const RESOURCES = "lib/Kindred/resources";

/** The libraries of ONNX Runtime that the app has loaded. */
function runtimes(app) {
  const lines = readFileSync(`/proc/${app.pid}/maps`, "utf8").split("\n");
  const paths = lines.map((line) => line.slice(line.indexOf("/"))).filter((path) => path.includes("onnxruntime"));
  return [...new Set(paths)];
}

/** Opens the sample and finds its topics, with what lies below `prefix` alone. */
async function findTopics(app, prefix) {
  await openSample(app, "fruit-countries-companies");
  await waitForTopics(app, { timeout: 60_000 });
  assert.equal((await app.texts("topic-row")).length, 3, "fruit, countries and companies are three topics");
  assert.deepEqual(runtimes(app), [join(prefix, RESOURCES, "onnxruntime/libonnxruntime.so")], "ONNX Runtime is the one that came along");
}

const checks = (tree, appImage) => ({
  async "the installed program finds topics with what was installed"(home) {
    const app = await launchApp(join(tree, "usr/bin/kindred"), home);
    await findTopics(app, join(tree, "usr"));
    await app.close();
  },

  async "a workbook named on the command line opens"(home) {
    let app = await launchApp(join(tree, "usr/bin/kindred"), home);
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app, { timeout: 60_000 });
    await app.close();
    app = await launchApp(join(tree, "usr/bin/kindred"), home, { args: home.workbooks() });
    await waitForTopics(app);
    await app.close();
  },

  async "without its model the program says so, because it looks nowhere else"(home) {
    const model = join(tree, "usr", RESOURCES, "model/model.onnx");
    renameSync(model, `${model}.away`);
    try {
      const app = await launchApp(join(tree, "usr/bin/kindred"), home);
      writeFileSync(home.file("words.txt"), "apple\nbanana\nJamaica\n");
      await openSample(app, "fruit-countries-companies");
      const sentence = await until("it says that the model is missing", async () => (await app.pageText()).match(/[^\n]*model[^\n]*missing[^\n]*|[^\n]*model is not[^\n]*/i)?.[0]);
      console.log(`         ${sentence}`);
      await app.close();
    } finally {
      renameSync(`${model}.away`, model);
    }
  },

  ...(appImage && {
    async "AppRun starts the program beside it"(home) {
      const app = await launchApp(join(tree, "AppRun"), home, { executable: /\/usr\/bin\/kindred$/ });
      await findTopics(app, join(tree, "usr"));
      await app.close();
    },

    async "the AppImage finds topics with what is inside it"(home) {
      // Unpacked by itself instead of mounted: not every computer that builds can mount.
      const env = { APPIMAGE_EXTRACT_AND_RUN: "1", TMPDIR: home.file(".") };
      const app = await launchApp(appImage, home, { executable: /\/usr\/bin\/kindred$/, env });
      const prefix = resolve(app.binary, "../..");
      assert.ok(prefix.startsWith(home.folder), `it runs out of what it unpacked: ${prefix}`);
      await findTopics(app, prefix);
      await app.close();
    },
  }),
});

async function main([tree, appImage]) {
  if (!tree || !existsSync(tree)) {
    console.error("usage: node tests/e2e/installed.mjs TREE [APPIMAGE]");
    process.exitCode = 2;
    return;
  }
  let passed = 0;
  let failed = 0;
  for (const [sentence, check] of Object.entries(checks(resolve(tree), appImage && resolve(appImage)))) {
    // A home nobody used, so that no cache of the person is within reach.
    const home = new Home();
    try {
      await check(home);
      passed += 1;
      console.log(`ok     ${sentence}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${sentence}\n${error.stack}\n${home.log()}`);
    }
    home.remove();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (await onOwnDisplay()) await main(process.argv.slice(2));
