import { describe, expect, it } from "vitest";
import {
  type Area,
  bandMarks,
  bandMeans,
  bandsIn,
  cellsBox,
  cellsOf,
  clampViewport,
  columnsFor,
  composeCells,
  ellipsise,
  fitViewport,
  hasUprightTopics,
  hitTest,
  labelMode,
  levelFor,
  MAX_CELL_PX,
  namedBands,
  origin,
  pairsIn,
  pan,
  plotBox,
  reveal,
  showsNumbers,
  tilesFor,
  visiblePlaces,
  zoomAbout,
} from "./heatmap";

const W = 800;
const H = 660;

function areaOf(size: number, bands = 8): Area {
  return { width: W, height: H, size, bands };
}

describe("the whole list in sight", () => {
  it("fits for every size, square and inside the plot", () => {
    for (const size of [1, 2, 9, 40, 41, 43, 60, 564, 20_000]) {
      const viewport = fitViewport(areaOf(size));
      const plot = plotBox(areaOf(size), viewport.cellPx);
      const box = cellsBox(viewport, areaOf(size));
      expect(box.width, `${size}: square`).toBeCloseTo(box.height, 6);
      expect(box.width, `${size}: whole extent`).toBeCloseTo(size * viewport.cellPx, 6);
      expect(box.x).toBeGreaterThanOrEqual(plot.x - 1e-9);
      expect(box.y + box.height).toBeLessThanOrEqual(plot.y + plot.height + 1e-6);
      expect(viewport.cellPx).toBeLessThanOrEqual(MAX_CELL_PX);
    }
  });

  it("shows nine items as large cells with numbers, centred", () => {
    const viewport = fitViewport(areaOf(9));
    expect(showsNumbers(viewport.cellPx)).toBe(true);
    expect(labelMode(viewport.cellPx)).toBe("words-level");
    const box = cellsBox(viewport, areaOf(9));
    const plot = plotBox(areaOf(9), viewport.cellPx);
    expect(box.x - plot.x).toBeCloseTo(plot.x + plot.width - box.x - box.width, 6);
  });

  it("does not blow two items up beyond 96 pixels each", () => {
    expect(fitViewport({ width: 1600, height: 1200, size: 2, bands: 1 }).cellPx).toBe(96);
  });
});

describe("zooming and moving", () => {
  it("keeps the cell under the pointer under the pointer, also when the labels' room changes", () => {
    const size = 564;
    let viewport = fitViewport(areaOf(size));
    const point = { x: 430, y: 333 };
    for (const factor of [2, 3, 2, 2, 1.5, 0.5]) {
      const before = origin(viewport, areaOf(size));
      const row = (point.y - before.y) / viewport.cellPx;
      viewport = zoomAbout(viewport, factor, point, areaOf(size));
      const after = origin(viewport, areaOf(size));
      expect((point.y - after.y) / viewport.cellPx).toBeCloseTo(row, 6);
    }
  });

  it("never leaves the list and never zooms out beyond all of it", () => {
    const size = 564;
    const fit = fitViewport(areaOf(size));
    const wild = clampViewport({ row: -50, column: 9999, cellPx: 20 }, areaOf(size));
    expect(wild.row).toBe(0);
    const plot = plotBox(areaOf(size), 20);
    expect(wild.column).toBeCloseTo(size - plot.width / 20, 6);
    expect(clampViewport({ ...fit, cellPx: 0.001 }, areaOf(size)).cellPx).toBeCloseTo(fit.cellPx, 9);
    expect(clampViewport({ ...fit, cellPx: 9000 }, areaOf(size)).cellPx).toBe(MAX_CELL_PX);
  });

  it("moves by as many places as the drag has cells", () => {
    expect(pan({ row: 10, column: 10, cellPx: 20 }, 40, -20)).toEqual({ row: 11, column: 8, cellPx: 20 });
  });

  it("brings a selected place into sight and leaves a visible one alone", () => {
    const viewport = { row: 100, column: 100, cellPx: 20 };
    expect(reveal(viewport, 105, areaOf(564))).toEqual(viewport);
    const moved = reveal(viewport, 400, areaOf(564));
    const { rows, columns } = visiblePlaces(moved, areaOf(564));
    expect(rows[0] <= 400 && rows[1] > 400 && columns[0] <= 400 && columns[1] > 400).toBe(true);
  });
});

describe("names of topics above the columns", () => {
  it("stand upright, with room for it, when there are too many to stand beside each other", () => {
    expect(hasUprightTopics(areaOf(564, 10))).toBe(false);
    const many = areaOf(20_000, 103);
    expect(hasUprightTopics(many)).toBe(true);
    const viewport = fitViewport(many);
    expect(plotBox(many, viewport.cellPx).y).toBeGreaterThan(plotBox(areaOf(20_000), viewport.cellPx).y + 40);
    const box = cellsBox(viewport, many);
    expect(box.y + box.height, "still all in sight").toBeLessThanOrEqual(H);
  });
});

describe("what is under the pointer", () => {
  it("is the cell drawn there", () => {
    const size = 9;
    const viewport = fitViewport(areaOf(size));
    const start = origin(viewport, areaOf(size));
    for (const [row, column] of [
      [0, 0],
      [4, 7],
      [8, 8],
    ] as const) {
      const point = {
        x: start.x + (column + 0.5) * viewport.cellPx,
        y: start.y + (row + 0.5) * viewport.cellPx,
      };
      expect(hitTest(viewport, point, areaOf(size))).toEqual({ row, column });
    }
  });

  it("is nothing beside the cells, on labels or bands", () => {
    const viewport = fitViewport(areaOf(564));
    const box = cellsBox(viewport, areaOf(564));
    expect(hitTest(viewport, { x: box.x - 1, y: box.y + 5 }, areaOf(564))).toBeNull();
    expect(hitTest(viewport, { x: box.x + 5, y: box.y + box.height }, areaOf(564))).toBeNull();
  });
});

describe("tiles", () => {
  it("have cells of about one device pixel or more", () => {
    expect(levelFor(20, 1, 7)).toBe(0);
    expect(levelFor(1, 1, 7)).toBe(0);
    expect(levelFor(0.5, 1, 7)).toBe(1);
    expect(levelFor(0.5, 2, 7), "a sharper display shows more").toBe(0);
    expect(levelFor(636 / 20_000, 1, 7)).toBe(5);
    expect(levelFor(0.0001, 1, 3), "not beyond the last level").toBe(2);
    for (const cellPx of [0.9, 0.3, 0.07, 0.011]) {
      const devicePx = cellPx * 2 ** levelFor(cellPx, 1, 20);
      expect(devicePx).toBeGreaterThan(0.9);
      expect(devicePx).toBeLessThan(2);
    }
  });

  it("cover exactly the cells in sight, the middle first", () => {
    const tiles = tilesFor(2, [500, 1100], [0, 512], 512);
    expect(tiles).toHaveLength(3);
    expect(tiles[0]).toEqual({ level: 2, row: 1, column: 0 });
    expect(tilesFor(0, [0, 9], [0, 9], 512)).toEqual([{ level: 0, row: 0, column: 0 }]);
  });

  it("count the cells that cover a stretch of places", () => {
    expect(cellsOf([0, 9], 0)).toEqual([0, 9]);
    expect(cellsOf([5, 9], 2)).toEqual([1, 3]);
    expect(cellsOf([0, 1], 5)).toEqual([0, 1]);
  });

  it("are replaced by coarser ones until they are here", () => {
    // Two cells a side and tile; level 0 has 4 x 4 cells in 4 tiles, level 1 one tile.
    const coarse = Uint8Array.of(10, 20, 30, 40);
    const fine = Uint8Array.of(1, 2, 3, 4);
    const compose = (has: Record<string, Uint8Array>): number[] =>
      Array.from(
        composeCells(0, [0, 4], [0, 4], 2, 2, ({ level, row, column }) => has[`${level}/${row}/${column}`]),
      );
    expect(compose({}).every((value) => value === 255)).toBe(true);
    expect(compose({ "1/0/0": coarse })).toEqual([
      10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40,
    ]);
    expect(compose({ "1/0/0": coarse, "0/0/0": fine })).toEqual([
      1, 2, 20, 20, 3, 4, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40,
    ]);
  });

  it("give a window of cells in its own rows and columns", () => {
    const tile = Uint8Array.from({ length: 16 }, (_, index) => index);
    expect(Array.from(composeCells(0, [1, 3], [2, 4], 1, 4, () => tile))).toEqual([6, 7, 10, 11]);
  });
});

describe("labels", () => {
  const measure = (text: string): number => text.length * 6;

  it("are shortened to their room, and left out where not even two letters fit", () => {
    expect(ellipsise("musical instruments", 200, measure)).toBe("musical instruments");
    expect(ellipsise("musical instruments", 54, measure)).toBe("musical\u2026");
    expect(ellipsise("dogs", 5, measure)).toBe("");
  });

  it("do not cut a letter made of two code units in half", () => {
    expect(ellipsise("\u{1F34E}\u{1F34E}\u{1F34E}", 20, measure)).toBe("\u{1F34E}\u2026");
  });

  it("of bands never overlap, and larger bands come first", () => {
    const bands = [4, 40, 6, 5, 60, 3].map((length, index, all) => {
      const start = all.slice(0, index).reduce((sum, one) => sum + one, 0);
      return { topic: index, start, end: start + length };
    });
    const named = namedBands(bandMarks(bands, 0, 1, 0, 118), () => 14);
    expect(named.map(({ band }) => band.topic)).toContain(4);
    const middles = named.map(({ start, end }) => (start + end) / 2);
    middles.slice(1).forEach((middle, index) => {
      expect(middle - middles[index]!).toBeGreaterThanOrEqual(14);
    });
  });

  it("follow the visible part of a band", () => {
    expect(bandMarks([{ topic: 1, start: 0, end: 100 }], -300, 10, 50, 500)).toEqual([
      { band: { topic: 1, start: 0, end: 100 }, start: 50, end: 500 },
    ]);
  });
});

describe("the table of topics", () => {
  it("has the mean of each block, without the diagonal", () => {
    const tile = Uint8Array.of(255, 254, 0, 254, 255, 0, 0, 0, 255);
    const means = bandMeans(
      [
        { topic: 1, start: 0, end: 2 },
        { topic: 2, start: 2, end: 3 },
      ],
      tile,
      3,
      0,
      0.2,
      0.8,
    );
    expect(means[0]).toBeCloseTo(0.8, 6);
    expect(means[1]).toBeCloseTo(0.2, 6);
    expect(means[3], "a topic of one has no pairs").toBeNaN();
  });
});

describe("several heatmaps", () => {
  it("stand in one row unless two rows show them much larger", () => {
    const headPx = 52;
    expect(columnsFor(2, { width: 760, height: 560, headPx })).toBe(2);
    expect(columnsFor(3, { width: 760, height: 560, headPx })).toBe(3);
    expect(columnsFor(3, { width: 490, height: 900, headPx }), "none too narrow").toBe(2);
    expect(columnsFor(4, { width: 1000, height: 900, headPx })).toBe(2);
    expect(columnsFor(4, { width: 1600, height: 400, headPx })).toBe(4);
    expect(columnsFor(2, { width: 0, height: 0, headPx }), "before it is measured").toBe(1);
  });

  it("leave more of a narrow canvas to cells than to labels", () => {
    for (const size of [9, 40, 564]) {
      const area = { width: 242, height: 290, size, bands: 8 };
      const box = cellsBox(fitViewport(area), area);
      expect(box.width, `${size}`).toBeGreaterThan(0.6 * area.width);
    }
  });
});

describe("pairs in sight", () => {
  it("are there once each, and no item with itself", () => {
    expect(pairsIn([0, 3], [0, 3])).toEqual([
      { row: 0, column: 1 },
      { row: 0, column: 2 },
      { row: 1, column: 2 },
    ]);
    expect(pairsIn([0, 2], [1, 3]), "only what was met already is left out").toEqual([
      { row: 0, column: 1 },
      { row: 0, column: 2 },
      { row: 1, column: 2 },
    ]);
    expect(pairsIn([5, 7], [0, 2]).length, "below the diagonal nothing is met twice").toBe(4);
  });

  it("are of the topics that can be seen at least in part", () => {
    const bands = [
      { topic: 1, start: 0, end: 10 },
      { topic: 2, start: 10, end: 20 },
      { topic: null, start: 20, end: 25 },
    ];
    expect(bandsIn(bands, [9, 11])).toEqual([0, 1]);
    expect(bandsIn(bands, [10, 25])).toEqual([1, 2]);
  });
});
