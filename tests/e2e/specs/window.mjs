/** The window itself: where it is, and that there is one. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { answerFileDialog, closeWindow, placeWindow, windowPlace } from "../lib/desktop.mjs";
import { NO_BUS } from "../lib/app.mjs";
import { choose, openSample, rename, waitForTopics } from "../lib/steps.mjs";
import { until } from "../lib/until.mjs";
import { KEYS } from "../lib/webdriver.mjs";

/** Starts the app once more, as a file manager does, and hands back its exit code. */
function startAgain(app, home, args) {
  const started = spawn(app.binary, args, { env: home.environment, cwd: home.file("."), stdio: "ignore" });
  return until("the second start has ended", () => (started.exitCode === null ? null : { code: started.exitCode }), { timeout: 10_000 });
}

export const window = {
  async "the window comes back where it was, and onto the screen when that is gone"(t) {
    const remembered = `${t.home.folder}/config/app.kindred.desktop/window.json`;
    let app = await t.launch();
    const left = { x: 90, y: 40, width: 1100, height: 700 };
    await placeWindow("Kindred", left);
    await until("the window has moved", async () => same(await windowPlace("Kindred"), left));
    await closeWindow("Kindred");
    await app.ended();

    app = await t.launch();
    await until("it is where it was", async () => same(await windowPlace("Kindred"), left));
    await closeWindow("Kindred");
    await app.ended();

    const state = JSON.parse(readFileSync(remembered, "utf8"));
    Object.assign(state.rectangle, { x: 4000, y: -3000, width: 2500, height: 700 });
    writeFileSync(remembered, JSON.stringify(state));
    app = await t.launch();
    const seen = await until("it is on the screen", async () => {
      const place = await windowPlace("Kindred");
      return place.x >= 0 && place.y >= 0 && place.x + place.width <= 1600 && place.y + place.height <= 1000 ? place : null;
    });
    t.report("a window saved at 4000,-3000 with 2500 x 700", JSON.stringify(seen));
    await closeWindow("Kindred");
    await app.ended();

    writeFileSync(remembered, "{not json");
    app = await t.launch();
    assert.ok((await windowPlace("Kindred")).width >= 900, "a damaged note of it is as none");
    await app.close();
  },

  async "a second start hands its file to the window that is open"(t) {
    const app = await t.launch();
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    writeFileSync(t.home.file("more words.txt"), "apple\nbanana\nJamaica\nSingapore\n");
    // Named from the folder it was started in, as a shell does.
    const { code } = await startAgain(app, t.home, ["more words.txt"]);
    assert.equal(code, 0, "the second start ends well");
    // Into a workbook that is open, a list could also be added: the window asks.
    await app.click("import-confirm");
    await until("its list is open in the first window", async () => (await app.text("workbook-name")) === "more words");
    await waitForTopics(app);
    const again = await startAgain(app, t.home, []);
    assert.equal(again.code, 0, "without a file it only raises the window");
    assert.equal(await app.text("workbook-name"), "more words", "and what is open stays open");
    assert.ok(existsSync(`/proc/${app.pid}`), "the first start still runs");
  },

  async "in German, errors, the history and the dialogs of the system are German as well"(t) {
    const app = await t.launch();
    await app.get("start-screen");
    await app.session.press(KEYS.control, ",");
    await app.get("settings");
    await choose(app, "settings-language", "de");
    await until("the window speaks German", () => app.session.run(() => document.documentElement.lang === "de"));
    await app.session.press(KEYS.escape);
    const before = await startAgain(app, t.home, [t.home.file("fehlt.txt")]);
    assert.equal(before.code, 0, "the second start handed its file on");
    await app.get("error-dialog");
    assert.match(
      await app.text("error-message"),
      /^Diese Datei ließ sich nicht lesen: es gibt sie nicht\. Prüfen, .*fehlt\.txt$/s,
      "with its parts in German, and the path last",
    );
    await app.click("error-close");
    await openSample(app, "fruit-countries-companies");
    await waitForTopics(app);
    await rename(app, 0, "Obst");
    await until("undo says what it takes back", async () =>
      /^Rückgängig: .+ in Obst umbenannt/.test(await app.session.run(() => document.querySelector('[data-testid="undo"]').ariaLabel)),
    );
    await app.session.press(KEYS.control, "h");
    await app.get("history-dialog");
    assert.match(await app.text("history-dialog"), /in Obst umbenannt[^]*3 Themen gefunden/, "the newest first");
    await app.session.press(KEYS.escape);
    await app.session.press(KEYS.control, "o");
    const path = t.home.file("wörter.txt");
    writeFileSync(path, "Apfel\nBirne\n");
    await answerFileDialog("Listen oder eine Arbeitsmappe öffnen", path);
    await app.get("import-dialog");
    await app.click("import-confirm");
    await until("the list is open", async () => (await app.text("workbook-name")) === "wörter");
  },

  async "without a session bus the app starts all the same, also twice"(t) {
    const first = await t.launch({ env: NO_BUS });
    await first.get("drop-zone");
    const second = await t.launch({ env: NO_BUS });
    await openSample(second, "fruit-countries-companies");
    await waitForTopics(second);
    await openSample(first, "mixed-words");
    await waitForTopics(first);
  },
};

function same(a, b) {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
