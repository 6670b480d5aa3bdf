/** A rectangle of the heatmap that somebody dragged over: its pairs, and how alike they are on the whole. */
import { pairCount, pairsIn, type Stretch } from "$lib/charts/heatmap";
import { NO_VALUE } from "$lib/charts/colours";
import type { ItemId } from "$lib/ipc/bindings";
import type { Heatmap } from "./heatmap.svelte";
import { Latest } from "./latest";

/** The backend hands out no more exact figures at once. */
const MOST_FIGURES = 65_536;

export interface CellWindow {
  rows: Stretch;
  columns: Stretch;
}

export interface WindowFacts {
  pairs: number;
  /** Null until it is known. */
  mean: number | null;
  /** Too many pairs for exact figures: the mean is of blocks of them. */
  isRounded: boolean;
}

export class HeatmapWindow {
  shown = $state.raw<CellWindow | null>(null);
  facts = $state.raw<WindowFacts | null>(null);
  readonly #heatmap: Heatmap;
  readonly #asked = new Latest();

  constructor(heatmap: Heatmap) {
    this.#heatmap = heatmap;
  }

  clear(): void {
    this.#asked.forget();
    this.shown = null;
    this.facts = null;
  }

  /** Follows the drag: how many pairs is known at once. */
  drag(shown: CellWindow): void {
    this.#asked.forget();
    this.shown = shown;
    this.facts = { pairs: pairCount(shown.rows, shown.columns), mean: null, isRounded: false };
  }

  /** The texts of its rows and columns, in the heatmap's order. */
  items(): ItemId[] {
    const order = this.#heatmap.picture?.order;
    if (!this.shown || !order) return [];
    const { rows, columns } = this.shown;
    return [...new Set([...order.subarray(...rows), ...order.subarray(...columns)])];
  }

  /** Finds out how alike the pairs are. */
  async settle(): Promise<void> {
    const { shown, facts } = this;
    if (!shown || !facts || facts.pairs === 0) return;
    const { rows, columns } = shown;
    const isRounded = (rows[1] - rows[0]) * (columns[1] - columns[0]) > MOST_FIGURES;
    const reply = await this.#asked.ask(() => (isRounded ? this.#roundedMean(shown) : this.#mean(shown)));
    if (reply) this.facts = { ...facts, mean: reply.answer, isRounded };
  }

  async #mean({ rows, columns }: CellWindow): Promise<number> {
    const values = await this.#heatmap.similarities(rows, columns);
    const across = columns[1] - columns[0];
    const pairs = pairsIn(rows, columns);
    const sum = pairs.reduce(
      (all, { row, column }) => all + (values[(row - rows[0]) * across + column - columns[0]] ?? 0),
      0,
    );
    return sum / pairs.length;
  }

  /** From cells so coarse that few tiles cover the rectangle. */
  async #roundedMean({ rows, columns }: CellWindow): Promise<number | null> {
    const layout = this.#heatmap.picture?.layout;
    if (!layout) return null;
    const { tileCells, levels, low, high } = layout;
    const longest = Math.max(rows[1] - rows[0], columns[1] - columns[0]);
    const level = Math.min(levels - 1, Math.max(0, Math.ceil(Math.log2(longest / tileCells))));
    const cellItems = 2 ** level;
    const tilesOf = ([start, end]: Stretch): number[] => {
      const [first, last] = [start, end - 1].map((place) => Math.floor(place / cellItems / tileCells));
      return Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, index) => (first ?? 0) + index);
    };
    const overlap = (cell: number, [start, end]: Stretch): number =>
      Math.max(0, Math.min(end, (cell + 1) * cellItems) - Math.max(start, cell * cellItems));
    let [sum, weights] = [0, 0];
    for (const tileRow of tilesOf(rows)) {
      for (const tileColumn of tilesOf(columns)) {
        const tile = await this.#heatmap.tile({ level, row: tileRow, column: tileColumn });
        for (let row = 0; row < tileCells; row += 1) {
          const down = overlap(tileRow * tileCells + row, rows);
          if (down === 0) continue;
          for (let column = 0; column < tileCells; column += 1) {
            const value = tile[row * tileCells + column] ?? NO_VALUE;
            if (value === NO_VALUE) continue;
            const weight = down * overlap(tileColumn * tileCells + column, columns);
            sum += weight * (low + (value / 254) * (high - low));
            weights += weight;
          }
        }
      }
    }
    return weights === 0 ? null : sum / weights;
  }
}
