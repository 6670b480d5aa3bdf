/** The heatmaps of compared models side by side: one order, one viewport and one hovered cell for all of them. */
import type { Cell, Sight, Stretch, Viewport } from "$lib/charts/heatmap";
import type { Backend } from "$lib/ipc/backend";
import type { Comparison, ItemId, ModelView } from "$lib/ipc/bindings";
import { toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";
import { HeatmapCells } from "./heatmapCells.svelte";
import { Latest } from "./latest";

/** More side by side would be too small to tell anything. */
export const MOST_HEATMAPS = 4;
/** Several heatmaps share the room that one has for its own. */
const TILE_BYTES = 12 * 1024 * 1024;

/** One model's heatmap among them. */
export class ComparedHeatmap {
  /** Why it cannot be shown, as a sentence. */
  problem = $state<string | null>(null);
  readonly model: ModelView;
  readonly cells: HeatmapCells;

  constructor(backend: Backend, model: ModelView) {
    this.model = model;
    this.cells = new HeatmapCells(
      backend,
      model.id,
      (thrown) => {
        this.#fail(thrown);
      },
      TILE_BYTES,
    );
  }

  async sync(revision: number): Promise<void> {
    try {
      await this.cells.sync(revision, "cosine");
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    this.problem = toFailure(thrown, m.error_unexpected()).message;
  }
}

export class ComparedHeatmaps {
  all = $state.raw<readonly ComparedHeatmap[]>([]);
  isTable = $state(false);
  /** Null: all of the list. */
  viewport = $state.raw<Viewport | null>(null);
  hovered = $state.raw<Cell | null>(null);
  /** The hovered cell's exact figure of every model, null while it is unknown. */
  figures = $state.raw<readonly (number | null)[]>([]);
  /** What was last in sight; null before anything was. */
  sight = $state.raw<Sight | null>(null);

  /** The same for every model; of the first that could be read. */
  readonly picture = $derived.by(
    () => this.all.map(({ cells }) => cells.picture).find((picture) => picture !== null) ?? null,
  );

  readonly #backend: Backend;
  readonly #hoverAsked = new Latest();
  #comparison: Comparison | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Shows the first models of a comparison as the workbook is now. */
  async sync(comparison: Comparison, revision: number): Promise<void> {
    if (this.#comparison !== comparison) {
      this.#comparison = comparison;
      this.all = comparison.models
        .slice(0, MOST_HEATMAPS)
        .map(({ model }) => new ComparedHeatmap(this.#backend, model));
      this.sight = null;
      void this.hover(null);
    }
    await Promise.all(this.all.map((one) => one.sync(revision)));
  }

  look(one: ComparedHeatmap, sight: Sight | null): void {
    one.cells.look(sight);
    if (sight) this.sight = sight;
  }

  /** The two items of a cell. */
  itemsOf({ row, column }: Cell): { row: ItemId; column: ItemId } | null {
    const first = this.picture?.order[row];
    const second = this.picture?.order[column];
    return first === undefined || second === undefined ? null : { row: first, column: second };
  }

  /** Follows the pointer in one of them for all. */
  async hover(cell: Cell | null): Promise<void> {
    if (cell && this.hovered?.row === cell.row && this.hovered.column === cell.column) return;
    this.hovered = cell;
    if (!cell) {
      this.#hoverAsked.forget();
      this.figures = [];
      return;
    }
    this.figures = this.all.map(({ cells }) => cells.figure(cell.row, cell.column));
    if (cell.row === cell.column || this.figures.every((figure) => figure !== null)) {
      this.#hoverAsked.forget();
      return;
    }
    // A model without a figure leaves its place empty; the others still tell theirs.
    const reply = await this.#hoverAsked.ask(() =>
      Promise.all(this.all.map(({ cells }) => cells.exact(cell).catch(() => null))),
    );
    if (reply) this.figures = reply.answer;
  }

  /** What the workbook's own model says: the pair in the inspector is told by it everywhere. */
  async ownFigure({ row, column }: Cell): Promise<number | null> {
    const values = await this.#backend.similarities("cosine", null, [row, row + 1], [column, column + 1]);
    return values[0] ?? null;
  }

  /** Exact figures of a window of cells, of every model; null of one that has none. */
  figuresOf(rows: Stretch, columns: Stretch): Promise<(Float32Array | null)[]> {
    return Promise.all(this.all.map(({ cells }) => cells.similarities(rows, columns).catch(() => null)));
  }

  /** The tile that covers everything, of every model; null of one that has none. */
  coarsestTiles(): Promise<(Uint8Array | null)[]> {
    return Promise.all(
      this.all.map(async ({ cells, model }) => {
        const levels = cells.picture?.layout.levels;
        if (levels === undefined) return null;
        return this.#backend.heatmapTile("cosine", model.id, levels - 1, 0, 0).catch(() => null);
      }),
    );
  }
}
