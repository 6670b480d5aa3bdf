/**
 * The heatmap's geometry: which items are where on the canvas, which tiles
 * are needed to show them, where labels fit. Lengths in CSS pixels; places
 * are positions in the heatmap's order, rows downwards, columns rightwards.
 */
import type { Band, HeatmapLayout } from "$lib/ipc/bindings";
import { type ColourScale, NO_VALUE } from "./colours";

/** What the person looks at: the place in the top left corner and how large one item's cell is. */
export interface Viewport {
  row: number;
  column: number;
  cellPx: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Half-open stretch of places or cells. */
export type Stretch = [start: number, end: number];

/** One item against another, by their places. */
export interface Cell {
  row: number;
  column: number;
}

/** What is in sight: which places, in how fine cells, with their figures or without. */
export interface Sight {
  level: number;
  rows: Stretch;
  columns: Stretch;
  showsNumbers: boolean;
}

/** The canvas, how many items it shows and in how many bands: what every position depends on. */
export interface Area {
  width: number;
  height: number;
  size: number;
  bands: number;
  /** Room left of the labels for something that stands beside the rows. */
  besidePx?: number;
}

export type LabelMode = "topics" | "words-upright" | "words-level";

export const MAX_CELL_PX = 96;
/** From here a row is tall enough for its word. */
const WORD_ROW_PX = 14;
/** From here a column is wide enough for a word written level. */
const WORD_COLUMN_PX = 58;
/** From this mean width on, columns of topics are named level; narrower ones upright. */
const LEVEL_TOPIC_PX = 50;
const NUMBER_CELL_PX = 34;
const EDGE_PX = 16;
/** Narrower canvases, several side by side, give less room to labels and more to cells. */
const COMPACT_BELOW_PX = 400;
export const BAND_PX = 5;

export function labelMode(cellPx: number): LabelMode {
  if (cellPx < WORD_ROW_PX) return "topics";
  return cellPx < WORD_COLUMN_PX ? "words-upright" : "words-level";
}

export function showsNumbers(cellPx: number): boolean {
  return cellPx >= NUMBER_CELL_PX;
}

/** Whether so many topics share the upper side that their names have to stand upright. */
export function hasUprightTopics(area: Area): boolean {
  const width = widthOf(area);
  const { left, edge } = roomFor(width);
  return width >= COMPACT_BELOW_PX && area.bands * LEVEL_TOPIC_PX > width - left - edge;
}

/** What the heatmap itself has of the canvas. */
const widthOf = ({ width, besidePx = 0 }: Area): number => width - besidePx;

/** What labels take of a canvas: left of the cells, above them when they stand upright, and an edge around. */
function roomFor(width: number): { left: number; upright: number; edge: number } {
  if (width < COMPACT_BELOW_PX) return { left: 80, upright: 72, edge: 4 };
  return { left: width < 560 ? 92 : 128, upright: 96, edge: EDGE_PX };
}

/** What the words left of the cells may take: where something stands beside the rows, no more than their room. */
export function labelRoom(area: Area): number {
  return (area.besidePx ?? 0) === 0 ? Infinity : roomFor(widthOf(area)).left - BAND_PX - 14;
}

/** The part of a canvas that cells may fill; labels and bands take the left and the top. */
export function plotBox(area: Area, cellPx: number): Box {
  const mode = labelMode(cellPx);
  const isUpright = mode === "words-upright" || (mode === "topics" && hasUprightTopics(area));
  const { left, upright, edge } = roomFor(widthOf(area));
  const top = isUpright ? upright : 32;
  return {
    x: left + (area.besidePx ?? 0),
    y: top,
    width: Math.max(1, widthOf(area) - left - edge),
    height: Math.max(1, area.height - top - edge),
  };
}

/** The largest cell at which the whole list is visible. */
export function fitCellPx(area: Area): number {
  const fit = (assumed: number): number => {
    const plot = plotBox(area, assumed);
    return Math.min(MAX_CELL_PX, Math.min(plot.width, plot.height) / Math.max(1, area.size));
  };
  // Room for labels depends on the cell, and the cell on the room: try the least room first.
  const roomy = fit(0);
  if (labelMode(roomy) !== "words-upright") return roomy;
  return Math.max(fit(roomy), Math.min(roomy, WORD_ROW_PX - 0.01));
}

/** No narrower than this stands one heatmap beside another. */
const MIN_PANE_PX = 220;
/** So much larger must heatmaps become for not all of them to stand in one row, where they compare best. */
const WORTH_A_ROW = 1.3;

/** How many of `count` heatmaps to put beside each other; each has `headPx` above it. */
export function columnsFor(
  count: number,
  { width, height, headPx }: { width: number; height: number; headPx: number },
): number {
  const side = (columns: number): number => {
    const rows = Math.ceil(count / columns);
    const pane = { width: width / columns, height: height / rows - headPx, size: 1, bands: 0 };
    const plot = plotBox(pane, 0);
    return Math.min(plot.width, plot.height);
  };
  let best = Math.max(1, Math.min(count, Math.floor(width / MIN_PANE_PX)));
  for (let columns = best - 1; columns >= 1; columns -= 1) {
    if (side(columns) > side(best) * WORTH_A_ROW) best = columns;
  }
  return best;
}

export function fitViewport(area: Area): Viewport {
  return { row: 0, column: 0, cellPx: fitCellPx(area) };
}

/** Keeps the zoom between "all of it" and cells of 96 px, and the list's edges inside the plot. */
export function clampViewport(viewport: Viewport, area: Area): Viewport {
  const fit = fitCellPx(area);
  const cellPx = Math.min(Math.max(MAX_CELL_PX, fit), Math.max(fit, viewport.cellPx));
  const plot = plotBox(area, cellPx);
  const clampStart = (start: number, room: number): number =>
    Math.min(Math.max(0, start), Math.max(0, area.size - room / cellPx));
  return {
    row: clampStart(viewport.row, plot.height),
    column: clampStart(viewport.column, plot.width),
    cellPx,
  };
}

/** Canvas position of place 0, 0. Lists smaller than the plot are centred. */
export function origin(viewport: Viewport, area: Area): Point {
  const plot = plotBox(area, viewport.cellPx);
  const extent = area.size * viewport.cellPx;
  return {
    x: plot.x + Math.max(0, (plot.width - extent) / 2) - viewport.column * viewport.cellPx,
    y: plot.y + Math.max(0, (plot.height - extent) / 2) - viewport.row * viewport.cellPx,
  };
}

/** The part of the plot that cells really cover. */
export function cellsBox(viewport: Viewport, area: Area): Box {
  const plot = plotBox(area, viewport.cellPx);
  const start = origin(viewport, area);
  const extent = area.size * viewport.cellPx;
  const x = Math.max(plot.x, start.x);
  const y = Math.max(plot.y, start.y);
  return {
    x,
    y,
    width: Math.min(plot.x + plot.width, start.x + extent) - x,
    height: Math.min(plot.y + plot.height, start.y + extent) - y,
  };
}

/** Zooms by `factor` so that the cell under a canvas point stays under it. */
export function zoomAbout(viewport: Viewport, factor: number, point: Point, area: Area): Viewport {
  const before = origin(viewport, area);
  const row = (point.y - before.y) / viewport.cellPx;
  const column = (point.x - before.x) / viewport.cellPx;
  const { cellPx } = clampViewport({ ...viewport, cellPx: viewport.cellPx * factor }, area);
  const plot = plotBox(area, cellPx);
  return clampViewport(
    { row: row - (point.y - plot.y) / cellPx, column: column - (point.x - plot.x) / cellPx, cellPx },
    area,
  );
}

/** The same zoom, moved by pixels. */
export function pan(viewport: Viewport, dx: number, dy: number): Viewport {
  return {
    ...viewport,
    row: viewport.row - dy / viewport.cellPx,
    column: viewport.column - dx / viewport.cellPx,
  };
}

/** Moves no further than needed for a place to be visible as a row and as a column. */
export function reveal(viewport: Viewport, place: number, area: Area): Viewport {
  const plot = plotBox(area, viewport.cellPx);
  const moved = (start: number, room: number): number => {
    const places = room / viewport.cellPx;
    if (place < start || place + 1 > start + places) return place + 0.5 - places / 2;
    return start;
  };
  return clampViewport(
    { ...viewport, row: moved(viewport.row, plot.height), column: moved(viewport.column, plot.width) },
    area,
  );
}

/** The cell under a canvas point, or null beside the cells. */
export function hitTest(viewport: Viewport, point: Point, area: Area): Cell | null {
  const box = cellsBox(viewport, area);
  const isOutside =
    point.x < box.x || point.y < box.y || point.x >= box.x + box.width || point.y >= box.y + box.height;
  if (isOutside) return null;
  const start = origin(viewport, area);
  return {
    row: Math.min(area.size - 1, Math.floor((point.y - start.y) / viewport.cellPx)),
    column: Math.min(area.size - 1, Math.floor((point.x - start.x) / viewport.cellPx)),
  };
}

/** Where that which stands beside the rows has its room: along the cells, left of their labels. */
export function besideBox(viewport: Viewport, area: Area): Box {
  const box = cellsBox(viewport, area);
  const width = area.besidePx ?? 0;
  return { x: box.x - roomFor(widthOf(area)).left - width, y: box.y, width, height: box.height };
}

/** The cells between two corners, both included. */
export function windowBetween(a: Cell, b: Cell): { rows: Stretch; columns: Stretch } {
  const between = (one: number, other: number): Stretch => [Math.min(one, other), Math.max(one, other) + 1];
  return { rows: between(a.row, b.row), columns: between(a.column, b.column) };
}

/** How many pairs a window of cells holds, each counted once and none with itself. */
export function pairCount(rows: Stretch, columns: Stretch): number {
  const shared = Math.max(0, Math.min(rows[1], columns[1]) - Math.max(rows[0], columns[0]));
  return (rows[1] - rows[0]) * (columns[1] - columns[0]) - shared - (shared * (shared - 1)) / 2;
}

/** The cell under a canvas point, or the one nearest to it. */
export function nearestCell(viewport: Viewport, point: Point, area: Area): Cell {
  const start = origin(viewport, area);
  const at = (offset: number): number =>
    Math.min(area.size - 1, Math.max(0, Math.floor(offset / viewport.cellPx)));
  return { row: at(point.y - start.y), column: at(point.x - start.x) };
}

/** Places with at least a part of their row (column) in sight. */
export function visiblePlaces(viewport: Viewport, area: Area): { rows: Stretch; columns: Stretch } {
  const box = cellsBox(viewport, area);
  const start = origin(viewport, area);
  const stretch = (from: number, length: number): Stretch => [
    Math.max(0, Math.floor(from / viewport.cellPx + 1e-6)),
    Math.min(area.size, Math.ceil((from + length) / viewport.cellPx - 1e-6)),
  ];
  return { rows: stretch(box.y - start.y, box.height), columns: stretch(box.x - start.x, box.width) };
}

/** Every two places in a window of cells, once each and none with itself. */
export function pairsIn(rows: Stretch, columns: Stretch): Cell[] {
  const isInside = (place: number, [start, end]: Stretch): boolean => place >= start && place < end;
  const cells: Cell[] = [];
  for (let row = rows[0]; row < rows[1]; row += 1) {
    for (let column = columns[0]; column < columns[1]; column += 1) {
      // Below the diagonal, the pair was met already if its mirror image lies in the window too.
      const isRepeated = column < row && isInside(column, rows) && isInside(row, columns);
      if (row !== column && !isRepeated) cells.push({ row, column });
    }
  }
  return cells;
}

/** Indexes of the bands with at least a part in a stretch of places. */
export function bandsIn(bands: readonly Band[], [start, end]: Stretch): number[] {
  return bands.flatMap((band, index) => (band.start < end && band.end > start ? [index] : []));
}

/** The finest level whose cells are not smaller than about one device pixel. */
export function levelFor(cellPx: number, devicePixelRatio: number, levels: number): number {
  const level = Math.ceil(Math.log2(1 / (cellPx * devicePixelRatio)) - 0.1);
  return Math.min(levels - 1, Math.max(0, level));
}

export interface TileAddress {
  level: number;
  row: number;
  column: number;
}

/** Cells of a level that cover a stretch of places. */
export function cellsOf([start, end]: Stretch, level: number): Stretch {
  return [start >> level, ((end - 1) >> level) + 1];
}

/** All that is painted, whatever part of it is in sight. */
export interface HeatmapScene {
  layout: HeatmapLayout;
  scale: ColourScale;
  tileAt: (address: TileAddress) => Uint8Array | undefined;
  /** Text of the item at a place. */
  wordAt: (place: number) => string;
  nameOf: (band: Band) => string;
  /** Place in the palette; null is Unsorted. */
  colourOf: (band: Band) => number | null;
  /** Exact similarity of two places, or null while unknown. */
  figure: (row: number, column: number) => number | null;
  printed: (similarity: number) => string;
  selected: number | null;
}

/** Tiles that cover cells, those nearest to the middle first. */
export function tilesFor(level: number, rows: Stretch, columns: Stretch, tileCells: number): TileAddress[] {
  const tiles: TileAddress[] = [];
  const first = (stretch: Stretch): number => Math.floor(stretch[0] / tileCells);
  const last = (stretch: Stretch): number => Math.floor((stretch[1] - 1) / tileCells);
  for (let row = first(rows); row <= last(rows); row += 1) {
    for (let column = first(columns); column <= last(columns); column += 1)
      tiles.push({ level, row, column });
  }
  const middleRow = (rows[0] + rows[1]) / 2 / tileCells - 0.5;
  const middleColumn = (columns[0] + columns[1]) / 2 / tileCells - 0.5;
  const distance = (tile: TileAddress): number =>
    Math.hypot(tile.row - middleRow, tile.column - middleColumn);
  return tiles.sort((a, b) => distance(a) - distance(b));
}

/**
 * Puts the cells of a level together from the tiles at hand, row-major. Where a tile is
 * missing a coarser one stands in; where there is none either, cells stay empty.
 */
export function composeCells(
  level: number,
  rows: Stretch,
  columns: Stretch,
  levels: number,
  tileCells: number,
  tileAt: (address: TileAddress) => Uint8Array | undefined,
): Uint8Array {
  const width = columns[1] - columns[0];
  const out = new Uint8Array(width * (rows[1] - rows[0])).fill(NO_VALUE);
  for (const wanted of tilesFor(level, rows, columns, tileCells)) {
    for (let coarser = level; coarser < levels; coarser += 1) {
      const shift = coarser - level;
      const tile = tileAt({ level: coarser, row: wanted.row >> shift, column: wanted.column >> shift });
      if (!tile) continue;
      const rowStart = Math.max(rows[0], wanted.row * tileCells);
      const rowEnd = Math.min(rows[1], (wanted.row + 1) * tileCells);
      const columnStart = Math.max(columns[0], wanted.column * tileCells);
      const columnEnd = Math.min(columns[1], (wanted.column + 1) * tileCells);
      const tileRow = (wanted.row >> shift) * tileCells;
      const tileColumn = (wanted.column >> shift) * tileCells;
      for (let row = rowStart; row < rowEnd; row += 1) {
        const from = ((row >> shift) - tileRow) * tileCells - tileColumn;
        const to = (row - rows[0]) * width - columns[0];
        for (let column = columnStart; column < columnEnd; column += 1) {
          out[to + column] = tile[from + (column >> shift)] ?? NO_VALUE;
        }
      }
      break;
    }
  }
  return out;
}

// No label is wide enough for more; a text may have thousands.
const MOST_LETTERS = 120;

/** Shortens text until it fits, with an ellipsis; empty when not even that fits. */
export function ellipsise(text: string, roomPx: number, measure: (text: string) => number): string {
  if (text.length <= MOST_LETTERS && measure(text) <= roomPx) return text;
  const letters = Array.from(text.slice(0, MOST_LETTERS));
  let low = 0;
  let high = letters.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${letters.slice(0, middle).join("").trimEnd()}\u2026`) <= roomPx) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${letters.slice(0, low).join("").trimEnd()}\u2026`;
}

export interface BandMark {
  band: Band;
  /** Visible stretch along the side, in pixels from place 0's side of the canvas. */
  start: number;
  end: number;
}

/** Visible parts of the bands along one side: `offset` is the canvas position of place 0. */
export function bandMarks(
  bands: readonly Band[],
  offset: number,
  cellPx: number,
  from: number,
  to: number,
): BandMark[] {
  return bands
    .map((band) => ({
      band,
      start: Math.max(from, offset + band.start * cellPx),
      end: Math.min(to, offset + band.end * cellPx),
    }))
    .filter((mark) => mark.end - mark.start > 0.25);
}

/** Bands whose names can stand beside each other, the largest first: none overlaps another. */
export function namedBands(marks: readonly BandMark[], lengthPx: (mark: BandMark) => number): BandMark[] {
  const placed: { mark: BandMark; from: number; to: number }[] = [];
  for (const mark of [...marks].sort((a, b) => b.end - b.start - (a.end - a.start))) {
    const middle = (mark.start + mark.end) / 2;
    const half = lengthPx(mark) / 2;
    const from = middle - half;
    const to = middle + half;
    if (placed.every((other) => to <= other.from || from >= other.to)) placed.push({ mark, from, to });
  }
  return placed.map(({ mark }) => mark).sort((a, b) => a.start - b.start);
}

/**
 * Mean similarity of every band with every other, row-major, from the coarsest tile. Cells
 * on a boundary count by how much of them lies in each band, so figures are approximate as
 * soon as a cell holds more than one item. NaN where a block has no value (a band of one).
 */
export function bandMeans(
  bands: readonly Band[],
  tile: Uint8Array,
  tileCells: number,
  level: number,
  low: number,
  high: number,
): Float64Array {
  const cellItems = 2 ** level;
  const overlaps = bands.map((band) => {
    const cells: { cell: number; weight: number }[] = [];
    const last = Math.min(tileCells - 1, Math.floor((band.end - 1) / cellItems));
    for (let cell = Math.floor(band.start / cellItems); cell <= last; cell += 1) {
      const weight = Math.min(band.end, (cell + 1) * cellItems) - Math.max(band.start, cell * cellItems);
      cells.push({ cell, weight });
    }
    return cells;
  });
  const means = new Float64Array(bands.length ** 2);
  overlaps.forEach((rows, rowBand) => {
    overlaps.forEach((columns, columnBand) => {
      let sum = 0;
      let weights = 0;
      for (const row of rows) {
        for (const column of columns) {
          const value = tile[row.cell * tileCells + column.cell] ?? NO_VALUE;
          if (value === NO_VALUE) continue;
          const weight = row.weight * column.weight;
          sum += weight * (low + (value / 254) * (high - low));
          weights += weight;
        }
      }
      means[rowBand * bands.length + columnBand] = sum / weights;
    });
  });
  return means;
}
