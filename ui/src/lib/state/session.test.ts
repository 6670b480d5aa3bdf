import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NO_TOPIC } from "$lib/ipc/backend";
import type { ListSource, WorkbookView } from "$lib/ipc/bindings";
import { FakeBackend, type FakeOptions } from "$lib/ipc/fake";
import { appError } from "$lib/ipc/fakeImport";
import { Library } from "./library.svelte";
import { Session } from "./session.svelte";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SAMPLE: ListSource = { kind: "sample", id: "words" };

async function session(options: FakeOptions = {}, source: ListSource = SAMPLE) {
  const backend = new FakeBackend({ tickMs: 10, textsPerTick: 40, ...options });
  return open(backend, await imported(backend, source));
}

async function imported(backend: FakeBackend, source: ListSource): Promise<WorkbookView> {
  const looked = await backend.preview("look", source, null);
  if (looked.kind !== "finished") throw new Error("nobody cancelled");
  const outcome = await backend.importList("list", source, looked.preview.options);
  if (outcome.kind !== "finished") throw new Error("nobody cancelled");
  return outcome.workbook;
}

function open(backend: FakeBackend, view: WorkbookView) {
  const failures: unknown[] = [];
  const said: string[] = [];
  const opened = new Session(
    {
      backend,
      library: new Library(backend, (thrown) => failures.push(thrown)),
      fail: (thrown) => failures.push(thrown),
      say: (text) => said.push(text),
    },
    view,
  );
  return { backend, session: opened, failures, said };
}

/** Runs everything that is under way to its end. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(20_000);
}

describe("a new workbook", () => {
  it("is embedded and sorted into topics by itself", async () => {
    const { session: opened, backend, failures } = await session();
    void opened.begin();
    await settle();
    const { view, places } = opened.workbook;
    expect(failures).toEqual([]);
    expect(view.embeddedCount).toBe(280);
    expect(view.topics.length).toBeGreaterThanOrEqual(5);
    expect(places.topic.filter((topic) => topic !== NO_TOPIC).length + view.unsortedCount).toBe(280);
    expect(backend.calls.filter((call) => call.startsWith("findTopics"))).toEqual(["findTopics kmeans auto"]);
    expect(opened.jobs.running).toBeNull();
  });

  it("starts nothing in a workbook that took its place, and takes nothing over from it", async () => {
    const { session: opened, backend, failures } = await session();
    void opened.begin();
    await vi.advanceTimersByTimeAsync(25);
    const other: ListSource = { kind: "text", text: "apple\npear", html: null };
    await imported(backend, other);
    await settle();
    expect(opened.jobs.running).toBeNull();
    expect(opened.workbook.view.itemCount, "it still shows its own list").toBe(280);
    expect(backend.calls.some((call) => call.startsWith("findTopics"))).toBe(false);
    expect(failures).toEqual([]);
  });

  it("shows how far embedding is", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await vi.advanceTimersByTimeAsync(35);
    expect(opened.jobs.running?.progress).toMatchObject({ stage: "embedding", done: 120, total: 280 });
    expect(opened.workbook.isLoaded, "the list is there before the vectors").toBe(true);
    await settle();
  });

  it("keeps what is done when the person cancels, and goes on from there", async () => {
    const { session: opened, backend } = await session();
    void opened.begin();
    await vi.advanceTimersByTimeAsync(25);
    void opened.cancelJob();
    expect(opened.jobs.running?.isStopping, "the answer is immediate").toBe(true);
    await settle();
    expect(opened.jobs.running).toBeNull();
    expect(opened.workbook.view).toMatchObject({ embeddedCount: 80, isPaused: true, hasTopics: false });
    expect(
      backend.calls.some((call) => call.startsWith("findTopics")),
      "no topics of half a list",
    ).toBe(false);

    void opened.embed();
    await settle();
    expect(opened.workbook.view).toMatchObject({ embeddedCount: 280, isPaused: false, hasTopics: true });
  });

  it("does not go on by itself after the person cancelled, not even when opened again", async () => {
    const first = await session();
    void first.session.begin();
    await vi.advanceTimersByTimeAsync(25);
    await first.session.cancelJob();
    await settle();
    const view = await first.backend.openWorkbook(first.session.workbook.view.path);
    const again = open(first.backend, view);
    await again.session.begin();
    await settle();
    expect(again.session.workbook.missingVectors).toBe(200);
    expect(first.backend.calls.filter((call) => call === "embed")).toHaveLength(1);
  });

  it("says why when embedding cannot start, and can be tried again", async () => {
    const { session: opened, backend, failures } = await session();
    const error = appError("modelUnavailable", "The model is missing.");
    backend.failures.set("embed", error);
    void opened.begin();
    await settle();
    expect(failures).toEqual([error]);
    expect(opened.jobs.running).toBeNull();
    void opened.embed();
    await settle();
    expect(opened.workbook.view.hasTopics).toBe(true);
  });

  it("ends its job when it is left, and takes over no late outcome", async () => {
    const { session: opened, backend, failures } = await session();
    void opened.begin();
    await vi.advanceTimersByTimeAsync(25);
    opened.leave();
    await settle();
    expect(backend.calls).toContain("cancelJob");
    expect(opened.workbook.view.embeddedCount, "nothing was taken over").toBe(0);
    expect(failures).toEqual([]);
  });
});

describe("a workbook that was closed", () => {
  it("is not heard of again: failures that come late are not shown", async () => {
    const { session: opened, backend, failures } = await session();
    void opened.begin();
    await settle();
    backend.failures.set("heatmapTile", appError("noWorkbook", "No workbook is open."));
    await opened.heatmap.sync(opened.workbook.view.revision, "cosine");
    opened.heatmap.tiles.want([{ level: 0, row: 0, column: 0 }]);
    opened.leave();
    await settle();
    expect(failures).toEqual([]);
  });
});

describe("topics", () => {
  it("are as many as the person asks for", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await settle();
    opened.finding.topicCount = 4;
    void opened.findTopics();
    await settle();
    expect(opened.workbook.view.topics).toHaveLength(4);
  });

  it("are renamed, and the rename is undone and done again", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await settle();
    const { id, name } = opened.workbook.view.topics[0]!;
    const current = (): string | undefined => opened.workbook.topicById.get(id)?.name;
    await opened.rename(id, "  things to eat ");
    expect(current()).toBe("things to eat");
    expect(JSON.stringify(opened.workbook.view.undoLabel)).toContain("things to eat");
    await opened.undo();
    expect(current()).toBe(name);
    await opened.redo();
    expect(current()).toBe("things to eat");
  });

  it("keep their name when the new one is empty or the same", async () => {
    const { session: opened, backend } = await session();
    void opened.begin();
    await settle();
    const { id, name } = opened.workbook.view.topics[0]!;
    await opened.rename(id, "   ");
    await opened.rename(id, name);
    expect(backend.calls).not.toContain("applyEdit");
  });
});

describe("export", () => {
  const rowsOf = (csv: string | undefined): string[] =>
    (csv ?? "")
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[0] ?? "");

  it("writes everything in list order, unless Words shows something else", async () => {
    const { session: opened, backend, said } = await session({ savePath: "/out/words.csv" });
    void opened.begin();
    await settle();
    const save = async (): Promise<void> => {
      opened.exporting.open();
      const saved = opened.exporting.confirm();
      await settle();
      await saved;
    };
    await save();
    expect(rowsOf(backend.written.get("/out/words.csv"))).toEqual(opened.workbook.texts);
    expect(said[0]).toBe("Saved 280 words to words.csv");

    opened.layout.tab = "words";
    opened.words.query = "an";
    opened.words.sortBy("word");
    await save();
    const rows = rowsOf(backend.written.get("/out/words.csv"));
    expect(rows).toEqual(opened.words.rows.map((item) => opened.workbook.text(item)));
    expect(rows.length).toBeLessThan(280);
    expect(rows.every((text) => text.toLowerCase().includes("an"))).toBe(true);

    opened.layout.tab = "board";
    await save();
    expect(rowsOf(backend.written.get("/out/words.csv")), "the board shows everything").toHaveLength(280);
  });

  it("does nothing when the person closes the dialog", async () => {
    const { session: opened, backend, said } = await session({ savePath: null });
    void opened.begin();
    await settle();
    opened.exporting.open();
    await opened.exporting.confirm();
    expect(backend.exports.requests).toEqual([]);
    expect(opened.exporting.isOpen, "it can still be saved elsewhere").toBe(true);
    expect(said).toEqual([]);
  });
});

describe("the words table", () => {
  it("sorts by every column, turns round and lets go", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await settle();
    const { words, workbook } = opened;
    words.sortBy("word");
    expect(workbook.text(words.rows[0]!)).toBe("accordion");
    words.sortBy("word");
    expect(words.isDescending).toBe(true);
    expect(workbook.text(words.rows.at(-1)!)).toBe("accordion");
    words.sortBy("word");
    expect(words.rows.slice(0, 3)).toEqual([0, 1, 2]);

    words.sortBy("confidence");
    const sure = words.rows.map((item) => workbook.confidenceOf(item));
    expect(sure, "the surest first").toEqual([...sure].sort((a, b) => b - a));

    words.sortBy("topic");
    const places = words.rows.map((item) =>
      workbook.view.topics.findIndex(({ id }) => id === workbook.topicOf(item)?.id),
    );
    const lastPlaced = places.lastIndexOf(workbook.view.topics.length - 1);
    expect(
      places.slice(lastPlaced + 1).every((place) => place === -1),
      "Unsorted is last",
    ).toBe(true);
  });

  it("shows one topic, or Unsorted, or what holds the letters", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await settle();
    const { words, workbook } = opened;
    const topic = workbook.view.topics[1]!;
    words.topicFilter = topic.id;
    expect(words.rows).toHaveLength(topic.size);
    words.topicFilter = NO_TOPIC;
    expect(words.rows).toHaveLength(workbook.view.unsortedCount);
    words.showAll();
    words.query = "  GUITAR ";
    expect(words.rows.map((item) => workbook.text(item))).toEqual(["guitar", "bass guitar"]);
  });
});

describe("the window's memory", () => {
  it("is saved a moment after the last change, in one go, and restored on opening", async () => {
    const { session: opened, backend } = await session();
    void opened.begin();
    await settle();
    opened.layout.tab = "heatmap";
    opened.heatmap.palette = "cividis";
    await vi.advanceTimersByTimeAsync(200);
    expect(backend.storedView).toBe("");
    opened.selection.selectItem(5);
    opened.heatmap.viewport = { row: 3, column: 4, cellPx: 40 };
    await vi.advanceTimersByTimeAsync(399);
    expect(backend.storedView).toBe("");
    await vi.advanceTimersByTimeAsync(2);
    expect(backend.calls.filter((call) => call === "saveView")).toHaveLength(1);

    await opened.close();
    const again = open(backend, await backend.openWorkbook(opened.workbook.view.path)).session;
    expect(again.layout.tab).toBe("heatmap");
    expect(again.heatmap.palette).toBe("cividis");
    expect(again.heatmap.viewport).toEqual({ row: 3, column: 4, cellPx: 40 });
    expect(again.selection.item).toBe(5);
  });

  it("is written at once when the workbook is closed", async () => {
    const { session: opened, backend } = await session();
    void opened.begin();
    await settle();
    opened.layout.isTopicsOpen = false;
    await opened.close();
    expect(backend.storedView).toContain('"isTopicsOpen":false');
  });

  it("does not select a topic that is gone", async () => {
    const { session: opened, backend } = await session();
    await backend.saveView('{"selected":{"kind":"topic","topic":999},"tab":"words"}');
    const again = open(backend, await backend.openWorkbook(opened.workbook.view.path)).session;
    expect(again.selection.current).toEqual({ kind: "nothing" });
    expect(again.layout.tab).toBe("words");
  });
});

describe("the heatmap's picture", () => {
  it("keeps its tiles when only a name changed", async () => {
    const { session: opened, backend } = await session();
    void opened.begin();
    await settle();
    const { heatmap, workbook } = opened;
    await heatmap.sync(workbook.view.revision, "cosine");
    heatmap.tiles.want([{ level: 0, row: 0, column: 0 }]);
    await settle();
    await opened.rename(workbook.view.topics[0]!.id, "anything");
    await heatmap.sync(workbook.view.revision, "cosine");
    heatmap.tiles.want([{ level: 0, row: 0, column: 0 }]);
    await settle();
    expect(backend.calls.filter((call) => call.startsWith("heatmapTile"))).toHaveLength(1);

    opened.finding.topicCount = 3;
    void opened.findTopics();
    await settle();
    await heatmap.sync(workbook.view.revision, "cosine");
    expect(
      heatmap.tiles.get({ level: 0, row: 0, column: 0 }),
      "another order, another picture",
    ).toBeUndefined();
  });

  it("tells the exact figure of a hovered pair, and only of the last one", async () => {
    const { session: opened } = await session();
    void opened.begin();
    await settle();
    const { heatmap, workbook } = opened;
    await heatmap.sync(workbook.view.revision, "cosine");
    const { order } = heatmap.picture!;
    void heatmap.hover({ row: 1, column: 2 });
    void heatmap.hover({ row: 3, column: 7 });
    expect(heatmap.hovered).toMatchObject({ row: order[3], column: order[7], similarity: null });
    await settle();
    expect(heatmap.hovered?.similarity).toBeCloseTo((await heatmap.exact({ row: 3, column: 7 })) ?? 9, 9);
    await heatmap.hover(null);
    expect(heatmap.hovered).toBeNull();
  });
});
