/** The cells of one model's heatmap: its order, its tiles and its exact figures. Knows nothing of what is in sight. */
import type { Cell, Sight, Stretch, TileAddress } from "$lib/charts/heatmap";
import type { Backend } from "$lib/ipc/backend";
import type { HeatmapLayout, Metric } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import { TileStore } from "./tiles";

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

// Figures are fetched a little beyond the edge, so that panning does not blink.
const MARGIN_CELLS = 8;

function isSameOrder(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((item, place) => item === b[place]);
}

export class HeatmapCells {
  picture = $state.raw<HeatmapPicture | null>(null);
  /** Counts tiles and figures that came in, so that drawing follows. */
  arrivals = $state(0);
  /** Everything in sight is here. */
  isReady = $state(false);

  /** Null: the workbook's own. */
  readonly model: string | null;
  readonly tiles: TileStore;
  protected readonly backend: Backend;
  readonly #picture = new Latest();
  readonly #figuresAsked = new Latest();
  #figures: Figures | null = null;
  #figuresWanted = "";
  #shown: { revision: number; metric: Metric } | null = null;

  constructor(
    backend: Backend,
    model: string | null,
    onError: (thrown: unknown) => void,
    tileBytes?: number,
  ) {
    this.backend = backend;
    this.model = model;
    this.tiles = new TileStore(
      ({ level, row, column }: TileAddress) =>
        backend.heatmapTile(this.#metricShown, model, level, row, column),
      () => {
        this.arrivals += 1;
      },
      onError,
      tileBytes,
    );
  }

  get #metricShown(): Metric {
    return this.#shown?.metric ?? "cosine";
  }

  /** Brings the picture up to date with the workbook. The old one stays until the new one is known. */
  async sync(revision: number, metric: Metric): Promise<void> {
    if (this.#shown?.revision === revision && this.#shown.metric === metric) return;
    const reply = await this.#picture.ask(() =>
      Promise.all([
        this.backend.heatmapLayout(metric, this.model),
        this.backend.heatmapOrder(),
        this.fetchBeside(),
      ]),
    );
    if (!reply) return;
    const [layout, order, showBeside] = reply.answer;
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
      this.onOtherCells(old !== null && old.layout.size !== layout.size);
    }
    const placeOf = new Uint32Array(order.length);
    order.forEach((item, place) => {
      placeOf[item] = place;
    });
    this.#shown = { revision, metric };
    this.picture = { layout, order, placeOf };
    showBeside();
  }

  /** The items are in another order now, though the workbook is what it was. */
  forget(): void {
    this.#picture.forget();
    this.#shown = null;
  }

  /** Fetches what belongs to the order, to be shown together with it. */
  protected async fetchBeside(): Promise<() => void> {
    return () => undefined;
  }

  /** What was known of single cells holds no longer. */
  protected onOtherCells(_isOtherSize: boolean): void {
    // Nothing is known of single cells here.
  }

  /** Asks for what is in sight; to be called again whenever something arrives. */
  look(sight: Sight | null): void {
    void this.arrivals;
    if (!this.picture || !sight) {
      this.isReady = false;
      return;
    }
    const { rows, columns } = sight;
    this.tiles.look(sight, this.picture.layout);
    if (sight.showsNumbers) this.#wantFigures(rows, columns);
    this.isReady = this.tiles.isSettled && (!sight.showsNumbers || this.#hasFigures(rows, columns));
  }

  /** Makes exact figures of these cells come in, for printing them. */
  #wantFigures(rows: Stretch, columns: Stretch): void {
    const size = this.picture?.layout.size ?? 0;
    if (this.#hasFigures(rows, columns)) return;
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
  #hasFigures(rows: Stretch, columns: Stretch): boolean {
    const has = this.#figures;
    const isInside = (inner: Stretch, outer: Stretch): boolean =>
      inner[0] >= outer[0] && inner[1] <= outer[1];
    return has !== null && isInside(rows, has.rows) && isInside(columns, has.columns);
  }

  async #fetchFigures(rows: Stretch, columns: Stretch): Promise<void> {
    try {
      const reply = await this.#figuresAsked.ask(() => this.similarities(rows, columns));
      if (!reply) return;
      this.#figures = { rows, columns, values: reply.answer };
      this.arrivals += 1;
    } catch {
      // The colours still tell the value; the next pan or zoom asks again.
      this.#figuresWanted = "";
    }
  }

  similarities(rows: Stretch, columns: Stretch): Promise<Float32Array> {
    return this.backend.similarities(this.#metricShown, this.model, rows, columns);
  }

  /** Means of a block of cells, at hand or fetched. */
  async tile(address: TileAddress): Promise<Uint8Array> {
    const { level, row, column } = address;
    return (
      this.tiles.get(address) ?? this.backend.heatmapTile(this.#metricShown, this.model, level, row, column)
    );
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
  async exact({ row, column }: Cell): Promise<number | null> {
    const atHand = this.figure(row, column);
    if (atHand !== null) return atHand;
    const values = await this.similarities([row, row + 1], [column, column + 1]);
    return values[0] ?? null;
  }
}
