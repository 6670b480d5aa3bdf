/** What a person does again and again. */
import { dropFromOutside, windowPlace } from "./desktop.mjs";
import { KEYS } from "./webdriver.mjs";
import { until } from "./until.mjs";

export async function openSample(app, id) {
  await app.click(`sample-${id}`);
  await app.get("workbook");
}

/** Drags a file from another program into the middle of the window. Hands back when it was let go of. */
export async function dropFile(app, path) {
  const origin = await windowPlace("Kindred");
  return dropFromOutside(path, origin.x + 600, origin.y + 400, (jiggle) =>
    until("the window says that the file can be dropped", () => {
      jiggle();
      return app.has("drop-overlay");
    }),
  );
}

/** Waits until topics were found and nothing is at work any more. */
export async function waitForTopics(app, { timeout = 30_000 } = {}) {
  await until("there are topics and no job runs", async () => (await app.has("topic-row")) && !(await app.has("progress")), { timeout });
}

export async function openTab(app, tab) {
  await app.click(`tab-${tab}`);
  if (tab === "heatmap") await waitForHeatmap(app);
}

/** Waits until every tile in sight is drawn. */
export function waitForHeatmap(app) {
  return app.get("heatmap", { selector: '[data-tiles-ready="true"]' });
}

/** Waits until no layout is forming and points are drawn. */
export function mapIsLaidOut(app) {
  const points = () => app.session.run(() => Number(document.querySelector('[data-testid="map"]')?.dataset.points ?? 0));
  return until("the map is laid out", async () => !(await app.has("map-cancel")) && (await points()) > 0, { timeout: 120_000 });
}

/** Chooses in a row of choices. */
export function choose(app, testId, value) {
  return app.session.run((testId, value) => document.querySelector(`[data-testid="${testId}"] input[value="${value}"]`).click(), testId, value);
}

/** Finds a word with the search field and selects it. */
export async function selectWord(app, word) {
  await app.fill("find-box", word);
  await until(`${word} is found`, async () => (await app.texts("find-result")).some((text) => text.includes(word)));
  await app.session.press(KEYS.enter);
  await until(`${word} is selected`, async () => (await app.text("inspector-word")) === word);
}

/** Gives the topic at this place of the list another name. */
export async function rename(app, place, name) {
  await until("the topic can be renamed", async () => {
    await app.session.run((index) => {
      const row = document.querySelectorAll('[data-testid="topic-row"]')[index].querySelector("button");
      row.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    }, place);
    return app.has("rename-input");
  });
  await app.fill("rename-input", name);
  await app.session.press(KEYS.enter);
  await until("it is renamed", async () => (await app.texts("topic-name"))[place] === name);
}

/** Tells how long the page was busy or drew no frame. */
export function reportStalls(t, when, { busy, withoutFrame }) {
  t.report(`longest time the page was busy, and drew no frame, ${when}`, `${busy} ms, ${withoutFrame} ms`);
}

/** A list of one column opens by itself, others ask which column to take. */
export async function confirmImport(app) {
  await until("the list is read", async () => (await app.has("import-confirm")) || (await app.has("workbook")));
  if (await app.has("import-confirm")) await app.click("import-confirm");
}

/** Sorts into the topics with these names, separated by commas. */
export async function sortInto(app, names) {
  await openTab(app, "board");
  await app.click("sort-open");
  await app.fill("sort-names", names);
  await app.click("sort-confirm");
  const last = names.split(",").at(-1).trim();
  await until("the list is sorted", async () => (await app.texts("topic-name")).includes(last));
}

/** Waits until two pictures in a row are the same: nothing fades or loads any more. */
export async function pictureIsStill(app) {
  let before = await app.session.screenshot();
  await until("the picture is still", async () => {
    const now = await app.session.screenshot();
    const isStill = now.equals(before);
    before = now;
    return isStill;
  }, { every: 300 });
}
