/** The tree beside the heatmap: what a cut makes of it, and growing, cutting and applying it in the window. */
import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { pairCount, pairsIn, type Stretch, windowBetween } from "$lib/charts/heatmap";
import {
  countAt,
  cutForCount,
  groupsAt,
  heightScale,
  itemsOf,
  mainTopic,
  measured,
  visibleForks,
} from "$lib/charts/tree";
import type { Tree } from "$lib/ipc/backend";
import type { FakeOptions } from "$lib/ipc/fake";
import { appError } from "$lib/ipc/fakeImport";
import { startWithNine, violations } from "./start";

/**
 * Five leaves; the second stands for three items:
 * (0 1) at 0.1, (3 4) at 0.3, ((0 1) 2) at 0.4, all at 0.9.
 */
const FIVE: Tree = {
  linkage: "average",
  leaves: 5,
  starts: Uint32Array.of(0, 1, 4, 5, 6, 7),
  left: Uint32Array.of(0, 3, 5, 7),
  right: Uint32Array.of(1, 4, 2, 6),
  heights: Float32Array.of(0.1, 0.3, 0.4, 0.9),
};

/** Every leaf joins what all before it made: as lopsided as a tree can be. */
function chain(leaves: number): Tree {
  const count = leaves - 1;
  return {
    linkage: "complete",
    leaves,
    starts: Uint32Array.from({ length: leaves + 1 }, (_, place) => place),
    left: Uint32Array.from({ length: count }, (_, merge) => (merge === 0 ? 0 : leaves + merge - 1)),
    right: Uint32Array.from({ length: count }, (_, merge) => merge + 1),
    heights: Float32Array.from({ length: count }, (_, merge) => (merge + 1) / count),
  };
}

describe("cutting a tree", () => {
  it("takes the highest joins apart, and keeps the groups in the order of their places", () => {
    const spans = (count: number): string =>
      groupsAt(measured(FIVE), count)
        .map(({ start, end }) => `${start}-${end}`)
        .join(" ");
    const check = (count: number, expected: string, why: string): void => {
      expect(spans(count), why).toBe(expected);
    };
    check(1, "0-7", "one group is all of it");
    check(2, "0-5 5-7", "the root comes apart first");
    check(3, "0-4 4-5 5-7", "then the join at 0.4");
    check(4, "0-4 4-5 5-6 6-7", "then the one at 0.3");
    check(5, "0-1 1-4 4-5 5-6 6-7", "the leaves");
    check(9, "0-1 1-4 4-5 5-6 6-7", "there is nothing below leaves");
    check(0, "0-7", "less than one group is one");
    expect(groupsAt(measured(FIVE), 3).map(itemsOf), "a leaf counts with all it holds").toEqual([4, 1, 2]);
  });

  it("goes back and forth between a height and a number of groups", () => {
    for (let count = 1; count <= 5; count += 1) {
      expect(countAt(FIVE, cutForCount(FIVE, count)), `the line for ${count} groups`).toBe(count);
    }
    expect(cutForCount(FIVE, 2), "half-way between the joins").toBeCloseTo(0.65, 6);
    const long = chain(10_000);
    for (const count of [1, 2, 12, 200, 9_999, 10_000]) {
      expect(countAt(long, cutForCount(long, count)), `${count} of 10,000`).toBe(count);
    }
  });

  it("has a line of its own for joins of equal height, as far as there can be one", () => {
    const equal = { ...FIVE, heights: Float32Array.of(0.5, 0.5, 0.5, 0.5) };
    expect(groupsAt(measured(equal), 3), "the merges' order decides").toHaveLength(3);
    expect(cutForCount(equal, 3), "the line lies on them").toBe(0.5);
  });

  it("draws heights so that the lowest and the highest stand apart from the edges", () => {
    for (const linkage of ["average", "complete", "ward"] as const) {
      const { shareOf, heightOf } = heightScale({ ...FIVE, linkage });
      expect(shareOf(0.9), `${linkage}: the root`).toBeLessThan(1);
      expect(shareOf(0.1), `${linkage}: the lowest join`).toBeGreaterThan(0);
      expect(heightOf(shareOf(0.4)), `${linkage}: back again`).toBeCloseTo(0.4, 5);
    }
    const flat = heightScale({ ...FIVE, heights: Float32Array.of(0, 0, 0, 0) });
    expect(Number.isFinite(flat.shareOf(0)), "all texts alike").toBe(true);
  });

  it("names a group after the topic that most of it is in", () => {
    const topics = [7, 7, 7, 2, 2, 7, 2];
    const at = (place: number): number => topics[place] ?? -1;
    expect(mainTopic({ node: 0, start: 0, end: 5 }, at)).toEqual({ topic: 7 });
    expect(mainTopic({ node: 0, start: 2, end: 6 }, at), "a half is not most").toBeNull();
  });
});

describe("the branches in sight", () => {
  it("are all of a short tree, each with its group", () => {
    const shape = measured(FIVE);
    const forks = visibleForks(shape, groupsAt(shape, 2), [0, 7], 0);
    expect(forks.map(({ height }) => Number(height.toFixed(1)))).toEqual([0.9, 0.3, 0.4, 0.1]);
    expect(
      forks.map(({ group }) => group),
      "the root is above the cut",
    ).toEqual([null, 1, 0, 0]);
    const [root] = forks;
    expect([root?.first, root?.second], "between its two sides").toEqual([3, 6]);
    expect([root?.firstGroup, root?.secondGroup], "its branches lead into the groups").toEqual([0, 1]);
  });

  it("leave out what is above, below or too small to see", () => {
    const shape = measured(FIVE);
    expect(visibleForks(shape, [], [5, 7], 0), "two rows in sight").toHaveLength(2);
    const coarse = visibleForks(shape, [], [0, 7], 2);
    expect(coarse, "a pair of rows is one line").toHaveLength(3);
    expect(coarse[0]?.secondHeight, "down to the leaves").toBe(0);
    const long = measured(chain(10_000));
    expect(visibleForks(long, [], [0, 20], 0).length, "everything above has a part in sight").toBe(9_999);
    const few = visibleForks(long, groupsAt(long, 12), [9_980, 10_000], 20).length;
    expect(few, "the same seen from its end").toBeLessThan(50);
  });
});

describe("a window of cells", () => {
  it("counts every pair once", () => {
    const check = (rows: Stretch, columns: Stretch): void => {
      expect(pairCount(rows, columns), `${rows} by ${columns}`).toBe(pairsIn(rows, columns).length);
    };
    check([0, 3], [5, 9]);
    check([0, 5], [0, 5]);
    check([2, 7], [4, 9]);
    check([4, 5], [4, 5]);
    expect(windowBetween({ row: 5, column: 1 }, { row: 2, column: 8 })).toEqual({
      rows: [2, 6],
      columns: [1, 9],
    });
  });
});

async function onHeatmap(options: FakeOptions = {}) {
  document.documentElement.lang = "en";
  const started = await startWithNine(options);
  await started.user.click(screen.getByTestId("tab-heatmap"));
  await screen.findByTestId("legend");
  return started;
}

const radio = (testid: string, name: string): HTMLElement =>
  within(screen.getByTestId(testid)).getByRole("radio", { name });

async function byTree(options: FakeOptions = {}) {
  const started = await onHeatmap(options);
  await started.user.click(radio("heatmap-order", "By tree"));
  await screen.findByTestId("tree");
  return started;
}

describe("the tree beside the heatmap", () => {
  it("grows when asked for, in the way that is chosen, and goes again", async () => {
    const { backend, user } = await byTree();
    await user.click(radio("heatmap-linkage", "Ward"));
    await waitFor(() => {
      expect(backend.calls).toContain("growTree ward");
    });
    await screen.findByTestId("tree");
    expect(await violations()).toEqual([]);
    await user.click(radio("heatmap-order", "By topic"));
    await waitFor(() => {
      expect(screen.queryByTestId("tree")).toBeNull();
    });
    expect(backend.calls).toContain("dropTree");
    expect(screen.queryByTestId("heatmap-linkage")).toBeNull();
  });

  it("can be stopped while it grows, and is by topic as before", async () => {
    const { user } = await onHeatmap({ tickMs: 30 });
    await user.click(radio("heatmap-order", "By tree"));
    await screen.findByText("Growing the tree");
    await user.click(screen.getByTestId("cancel"));
    await waitFor(() => {
      expect(radio("heatmap-order", "By topic")).toHaveProperty("checked", true);
    });
    expect(screen.queryByTestId("tree")).toBeNull();
  });

  it("says why when it cannot grow", async () => {
    const { backend, user } = await onHeatmap();
    backend.failures.set("growTree", appError("internal", "The tree could not be grown."));
    await user.click(radio("heatmap-order", "By tree"));
    expect((await screen.findByTestId("error-message")).textContent).toContain(
      "The tree could not be grown.",
    );
  });

  it("is cut by keys, and its groups become the topics until that is undone", async () => {
    const { backend, user } = await byTree();
    const cut = screen.getByTestId("tree-cut");
    const before = screen.getAllByTestId("topic-row").length;
    expect(cut.getAttribute("aria-valuenow"), "it begins at as many groups as topics").toBe(String(before));
    cut.focus();
    await user.keyboard("{Home}");
    expect(cut.getAttribute("aria-valuetext")).toBe("cuts the tree into 2 groups");
    await user.keyboard("{ArrowRight}{ArrowRight}");
    expect(screen.getByTestId("tree-groups").textContent).toBe("4 groups");
    const sizes = screen.getByTestId("tree-sizes").textContent.split(", ").map(Number);
    expect(
      sizes.reduce((sum, size) => sum + size, 0),
      "nothing is lost",
    ).toBe(9);
    await user.keyboard("{End}");
    expect(cut.getAttribute("aria-valuenow")).toBe("9");
    await user.keyboard("{Home}{ArrowUp}{ArrowUp}");
    await user.click(screen.getByTestId("tree-apply"));
    await waitFor(() => {
      expect(screen.getAllByTestId("topic-row")).toHaveLength(4);
    });
    expect(backend.calls).toContain("findTopics average 4");
    await screen.findByText("The tree made 4 topics.");
    await user.click(screen.getByTestId("toast-action"));
    await waitFor(() => {
      expect(screen.getAllByTestId("topic-row")).toHaveLength(before);
    });
    expect(screen.getByTestId("tree"), "the tree stays").toBeTruthy();
  });

  it("follows the pointer along its line", async () => {
    const { user } = await byTree();
    const tree = screen.getByTestId("tree");
    const at = (clientX: number) => ({ target: tree, coords: { clientX, clientY: 50 } });
    await user.pointer([{ keys: "[MouseLeft>]", ...at(190) }]);
    expect(tree.dataset.groups, "near the leaves").toBe("9");
    await user.pointer([at(2), { keys: "[/MouseLeft]", ...at(2) }]);
    expect(tree.dataset.groups, "near the root").toBe("2");
  });

  it("shows but does not change a workbook that is open for reading only", async () => {
    const { backend, user } = await onHeatmap();
    backend.options.isReadOnly = true;
    await user.click(radio("heatmap-order", "By tree"));
    await screen.findByTestId("tree");
    expect(screen.queryByTestId("tree-apply")).toBeNull();
    expect(screen.getByTestId("tree-cut")).toBeTruthy();
  });

  it("has its groups in the table", async () => {
    const { user } = await byTree();
    await user.click(screen.getByTestId("heatmap-table-toggle"));
    const table = await screen.findByTestId("heatmap-table");
    expect(within(table).getAllByRole("columnheader"), "nine words are shown one by one").toHaveLength(9);
  });
});

describe("selecting cells", () => {
  it("takes the words of rows and columns, and says how alike they are", async () => {
    const { user } = await onHeatmap();
    const stage = screen.getByRole("application");
    stage.focus();
    await user.keyboard("{Shift>}{ArrowRight}{ArrowRight}{ArrowDown}{/Shift}");
    await waitFor(() => {
      expect(screen.getByTestId("heatmap-window-facts").textContent).toMatch(/^3 pairs, mean \d\.\d\d$/);
    });
    await user.click(screen.getByTestId("heatmap-window-table"));
    const table = await screen.findByTestId("heatmap-table");
    await waitFor(() => {
      expect(within(table).getAllByRole("columnheader")).toHaveLength(3);
    });
    expect(within(table).getAllByRole("rowheader")).toHaveLength(2);
    expect(await violations()).toEqual([]);
    await user.click(screen.getByTestId("heatmap-table-toggle"));
    screen.getByRole("application").focus();
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("heatmap-window-facts")).toBeNull();
  });

  it("is also done by dragging, with the tool", async () => {
    const { user } = await onHeatmap();
    await user.click(screen.getByTestId("heatmap-select"));
    expect(screen.getByTestId("heatmap-select").getAttribute("aria-pressed")).toBe("true");
  });
});
