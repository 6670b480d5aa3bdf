/** What the heatmap shows: metric, palette, viewport and the pair under the pointer, on the workbook's own cells. */
import type { Palette } from "$lib/charts/colours";
import type { Cell, Viewport } from "$lib/charts/heatmap";
import type { Backend, Tree } from "$lib/ipc/backend";
import type { ItemId, Metric } from "$lib/ipc/bindings";
import type { NumberStyle } from "$lib/text/heatmap";
import { HeatmapCells } from "./heatmapCells.svelte";
import { type CellWindow, HeatmapWindow } from "./heatmapWindow.svelte";
import { Latest } from "./latest";

export interface HoveredPair {
  row: ItemId;
  column: ItemId;
  /** Null until the exact figure is here. */
  similarity: number | null;
}

/** Up to here every text has its own row in the table. */
const MOST_ITEM_ROWS = 30;

export class Heatmap extends HeatmapCells {
  metric = $state<Metric>("cosine");
  palette = $state<Palette>("viridis");
  numbers = $state<NumberStyle>("decimals");
  isTable = $state(false);
  /** Null: all of the list, whatever the window's size. */
  viewport = $state.raw<Viewport | null>(null);
  hovered = $state.raw<HoveredPair | null>(null);
  /** What the items are ordered by; null: by topic. */
  tree = $state.raw<Tree | null>(null);
  /** The pairs that were dragged over. */
  readonly window = new HeatmapWindow(this);

  readonly #hoverAsked = new Latest();

  constructor(backend: Backend, onError: (thrown: unknown) => void) {
    super(backend, null, onError);
  }

  /** Dragging selects cells instead of moving about. */
  isSelecting = $state(false);

  /** The cells that the table shows one by one: those selected, or all of a short list. Null: means of topics. */
  get tableCells(): CellWindow | null {
    const { shown } = this.window;
    const fits = ([start, end]: [number, number]): boolean => end - start <= MOST_ITEM_ROWS;
    if (shown && fits(shown.rows) && fits(shown.columns)) return shown;
    const all: [number, number] = [0, this.picture?.layout.size ?? 0];
    return fits(all) ? { rows: all, columns: all } : null;
  }

  protected override async fetchBeside(): Promise<() => void> {
    const tree = await this.backend.tree();
    return () => {
      this.tree = tree;
    };
  }

  protected override onOtherCells(isOtherSize: boolean): void {
    this.hovered = null;
    this.window.clear();
    if (isOtherSize) this.viewport = null;
  }

  /** Follows the pointer: names the pair at once, its figure as soon as it is known. */
  async hover(cell: Cell | null): Promise<void> {
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
      const reply = await this.#hoverAsked.ask(() => this.exact(cell));
      if (reply) this.hovered = { row, column, similarity: reply.answer };
    } catch {
      // Without a figure the tooltip still names the pair.
    }
  }
}
