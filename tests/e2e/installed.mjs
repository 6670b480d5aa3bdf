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
import { confirmImport, openSample, waitForTopics } from "./lib/steps.mjs";
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
  async "the installed program finds topics with what was installed"({ launch }) {
    const app = await launch(join(tree, "usr/bin/kindred"));
    await findTopics(app, join(tree, "usr"));
    await app.close();
  },

  async "a workbook named on the command line opens"({ home, launch }) {
    let app = await launch(join(tree, "usr/bin/kindred"));
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app, { timeout: 60_000 });
    await app.close();
    app = await launch(join(tree, "usr/bin/kindred"), { args: home.workbooks() });
    await waitForTopics(app);
    await app.close();
  },

  async "a list named on the command line is read"({ home, launch }) {
    writeFileSync(home.file("more words.txt"), "apple\nbanana\nJamaica\nSingapore\n");
    const app = await launch(join(tree, "usr/bin/kindred"), { args: [home.file("more words.txt")] });
    await confirmImport(app);
    await waitForTopics(app, { timeout: 60_000 });
    assert.equal(await app.text("workbook-name"), "more words", "its workbook is open");
    await app.close();
  },

  async "without its model the program says so, because it looks nowhere else"({ launch }) {
    const model = join(tree, "usr", RESOURCES, "model/model.onnx");
    renameSync(model, `${model}.away`);
    try {
      const app = await launch(join(tree, "usr/bin/kindred"));
      await openSample(app, "fruit-countries-companies");
      await until("it says that the model is missing", async () => /model could not be loaded/.test(await app.pageText()));
      await app.close();
    } finally {
      renameSync(`${model}.away`, model);
    }
  },

  ...(appImage && {
    async "AppRun starts the program beside it"({ launch }) {
      const app = await launch(join(tree, "AppRun"), { executable: /\/usr\/bin\/kindred$/ });
      await findTopics(app, join(tree, "usr"));
      await app.close();
    },

    async "the AppImage finds topics with what is inside it"({ home, launch }) {
      // Unpacked by itself instead of mounted: not every computer that builds can mount.
      const env = { APPIMAGE_EXTRACT_AND_RUN: "1", TMPDIR: home.file(".") };
      const app = await launch(appImage, { executable: /\/usr\/bin\/kindred$/, env });
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
    const apps = [];
    const launch = async (binary, options) => {
      apps.push(await launchApp(binary, home, options));
      return apps.at(-1);
    };
    try {
      await check({ home, launch });
      passed += 1;
      console.log(`ok     ${sentence}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${sentence}\n${error.stack}\n${home.log()}`);
    }
    // One that still ran would be handed what the next one is started with.
    for (const app of apps) await app.session.end();
    home.remove();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (await onOwnDisplay()) await main(process.argv.slice(2));
