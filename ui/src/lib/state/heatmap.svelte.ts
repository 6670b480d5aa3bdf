/** What the heatmap shows: metric, palette, viewport, its tiles and exact figures. */
import type { Palette } from "$lib/charts/colours";
import type { Stretch, TileAddress, Viewport } from "$lib/charts/heatmap";
import type { Backend } from "$lib/ipc/backend";
import type { HeatmapLayout, ItemId, Metric } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import { TileStore } from "./tiles";

export type NumberStyle = "decimals" | "percent";

export interface HeatmapPicture {
  layout: HeatmapLayout;
  /** Item at every place. */
  order: Uint32Array;
  /** Place of every item. */
  placeOf: Uint32Array;
}

/** Exact similarities of a window of cells, row-major. */
interface Figures {
  rows: Stretch;
  columns: Stretch;
  values: Float32Array;
}

export interface HoveredPair {
  row: ItemId;
  column: ItemId;
  /** Null until the exact figure is here. */
  similarity: number | null;
}

// Figures are fetched a little beyond the edge, so that panning does not blink.
const MARGIN_CELLS = 8;

function isSameOrder(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((item, place) => item === b[place]);
}

export class Heatmap {
  metric = $state<Metric>("cosine");
  palette = $state<Palette>("viridis");
  numbers = $state<NumberStyle>("decimals");
  isTable = $state(false);
  /** Null: all of the list, whatever the window's size. */
  viewport = $state.raw<Viewport | null>(null);
  picture = $state.raw<HeatmapPicture | null>(null);
  hovered = $state.raw<HoveredPair | null>(null);
  /** Counts tiles and figures that came in, so that drawing follows. */
  arrivals = $state(0);

  readonly tiles: TileStore;
  readonly #backend: Backend;
  readonly #picture = new Latest();
  readonly #figuresAsked = new Latest();
  readonly #hoverAsked = new Latest();
  #figures: Figures | null = null;
  #figuresWanted = "";
  #shown: { revision: number; metric: Metric } | null = null;

  constructor(backend: Backend, onError: (thrown: unknown) => void) {
    this.#backend = backend;
    this.tiles = new TileStore(
      ({ level, row, column }: TileAddress) =>
        backend.heatmapTile(this.#metricShown, null, level, row, column),
      () => {
        this.arrivals += 1;
      },
      onError,
    );
  }

  get #metricShown(): Metric {
    return this.#shown?.metric ?? "cosine";
  }

  /** Brings the picture up to date with the workbook. The old one stays until the new one is known. */
  async sync(revision: number, metric: Metric): Promise<void> {
    if (this.#shown?.revision === revision && this.#shown.metric === metric) return;
    const reply = await this.#picture.ask(() =>
      Promise.all([this.#backend.heatmapLayout(metric, null), this.#backend.heatmapOrder()]),
    );
    if (!reply) return;
    const [layout, order] = reply.answer;
    const old = this.picture;
    // A renamed topic changes the revision but not one cell.
    const isSameCells =
      old !== null &&
      this.#shown?.metric === metric &&
      old.layout.low === layout.low &&
      old.layout.high === layout.high &&
      isSameOrder(old.order, order);
    if (!isSameCells) {
      this.tiles.clear();
      this.#figures = null;
      this.#figuresWanted = "";
      this.#figuresAsked.forget();
      this.hovered = null;
    }
    if (old && old.layout.size !== layout.size) this.viewport = null;
    const placeOf = new Uint32Array(order.length);
    order.forEach((item, place) => {
      placeOf[item] = place;
    });
    this.#shown = { revision, metric };
    this.picture = { layout, order, placeOf };
  }

  /** Makes exact figures of these cells come in, for printing them. */
  wantFigures(rows: Stretch, columns: Stretch): void {
    const size = this.picture?.layout.size ?? 0;
    if (this.hasFigures(rows, columns)) return;
    const wider = ([start, end]: Stretch): Stretch => [
      Math.max(0, start - MARGIN_CELLS),
      Math.min(size, end + MARGIN_CELLS),
    ];
    const wanted = { rows: wider(rows), columns: wider(columns) };
    const key = JSON.stringify(wanted);
    if (this.#figuresWanted === key) return;
    this.#figuresWanted = key;
    void this.#fetchFigures(wanted.rows, wanted.columns);
  }

  /** Whether all figures of these cells are here. */
  hasFigures(rows: Stretch, columns: Stretch): boolean {
    const has = this.#figures;
    const isInside = (inner: Stretch, outer: Stretch): boolean =>
      inner[0] >= outer[0] && inner[1] <= outer[1];
    return has !== null && isInside(rows, has.rows) && isInside(columns, has.columns);
  }

  async #fetchFigures(rows: Stretch, columns: Stretch): Promise<void> {
    try {
      const reply = await this.#figuresAsked.ask(() =>
        this.#backend.similarities(this.#metricShown, null, rows, columns),
      );
      if (!reply) return;
      this.#figures = { rows, columns, values: reply.answer };
      this.arrivals += 1;
    } catch {
      // The colours still tell the value; the next pan or zoom asks again.
      this.#figuresWanted = "";
    }
  }

  /** Exact similarity of two places when it is at hand. */
  figure(row: number, column: number): number | null {
    const has = this.#figures;
    if (!has) return null;
    const [rowStart, rowEnd] = has.rows;
    const [columnStart, columnEnd] = has.columns;
    if (row < rowStart || row >= rowEnd || column < columnStart || column >= columnEnd) return null;
    return has.values[(row - rowStart) * (columnEnd - columnStart) + column - columnStart] ?? null;
  }

  /** The exact figure of one cell, at hand or fetched. */
  async exact(row: number, column: number): Promise<number | null> {
    const atHand = this.figure(row, column);
    if (atHand !== null) return atHand;
    const values = await this.#backend.similarities(
      this.#metricShown,
      null,
      [row, row + 1],
      [column, column + 1],
    );
    return values[0] ?? null;
  }

  /** Follows the pointer: names the pair at once, its figure as soon as it is known. */
  async hover(cell: { row: number; column: number } | null): Promise<void> {
    const order = this.picture?.order;
    const row = cell && order?.[cell.row];
    const column = cell && order?.[cell.column];
    if (!cell || row == null || column == null) {
      this.#hoverAsked.forget();
      this.hovered = null;
      return;
    }
    if (this.hovered?.row === row && this.hovered.column === column) return;
    this.hovered = { row, column, similarity: this.figure(cell.row, cell.column) };
    if (this.hovered.similarity !== null || row === column) {
      this.#hoverAsked.forget();
      return;
    }
    try {
      const reply = await this.#hoverAsked.ask(() => this.exact(cell.row, cell.column));
      if (reply) this.hovered = { row, column, similarity: reply.answer };
    } catch {
      // Without a figure the tooltip still names the pair.
    }
  }
}
