/** What the heatmap shows: metric, palette, viewport and the pair under the pointer, on the workbook's own cells. */
import type { Palette } from "$lib/charts/colours";
import type { Cell, Viewport } from "$lib/charts/heatmap";
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, Metric } from "$lib/ipc/bindings";
import type { NumberStyle } from "$lib/text/heatmap";
import { HeatmapCells } from "./heatmapCells.svelte";
import { Latest } from "./latest";

export interface HoveredPair {
  row: ItemId;
  column: ItemId;
  /** Null until the exact figure is here. */
  similarity: number | null;
}

export class Heatmap extends HeatmapCells {
  metric = $state<Metric>("cosine");
  palette = $state<Palette>("viridis");
  numbers = $state<NumberStyle>("decimals");
  isTable = $state(false);
  /** Null: all of the list, whatever the window's size. */
  viewport = $state.raw<Viewport | null>(null);
  hovered = $state.raw<HoveredPair | null>(null);

  readonly #hoverAsked = new Latest();

  constructor(backend: Backend, onError: (thrown: unknown) => void) {
    super(backend, null, onError);
  }

  protected override onOtherCells(isOtherSize: boolean): void {
    this.hovered = null;
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
