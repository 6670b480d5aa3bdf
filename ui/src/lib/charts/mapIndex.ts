/** A grid over a flat map that tells which point is nearest to a place, whatever the number of points. */
import type { Cloud } from "./mapCloud";

const POINTS_PER_CELL = 4;
const MOST_CELLS_ACROSS = 1024;

export interface MapIndex {
  across: number;
  /** Left and top edge, and cells per unit. */
  left: number;
  top: number;
  perUnit: number;
  /** Where each cell's items begin in `items`; one more than there are cells. */
  starts: Uint32Array;
  items: Uint32Array;
}

/** Of those items of a cloud that are drawn. */
export function indexOf(cloud: Cloud, drawn: Uint32Array): MapIndex {
  const reach = Math.max(cloud.halfWidth, cloud.halfHeight) * 1.001;
  const across = Math.max(
    1,
    Math.min(MOST_CELLS_ACROSS, Math.ceil(Math.sqrt(drawn.length / POINTS_PER_CELL))),
  );
  const index: MapIndex = {
    across,
    left: -reach,
    top: -reach,
    perUnit: across / (2 * reach),
    starts: new Uint32Array(across * across + 1),
    items: new Uint32Array(drawn.length),
  };
  const { starts, items } = index;
  const cells = new Uint32Array(drawn.length);
  for (let i = 0; i < drawn.length; i += 1) {
    const cell = cellAt(index, cloud.at[(drawn[i] ?? 0) * 3] ?? 0, cloud.at[(drawn[i] ?? 0) * 3 + 1] ?? 0);
    cells[i] = cell;
    starts[cell + 1] = (starts[cell + 1] ?? 0) + 1;
  }
  for (let cell = 0; cell < across * across; cell += 1) {
    starts[cell + 1] = (starts[cell + 1] ?? 0) + (starts[cell] ?? 0);
  }
  const next = starts.slice();
  for (let i = 0; i < drawn.length; i += 1) {
    const cell = cells[i] ?? 0;
    items[next[cell] ?? 0] = drawn[i] ?? 0;
    next[cell] = (next[cell] ?? 0) + 1;
  }
  return index;
}

function clampCell(index: MapIndex, value: number): number {
  return Math.min(index.across - 1, Math.max(0, Math.floor(value)));
}

function cellAt(index: MapIndex, x: number, y: number): number {
  const column = clampCell(index, (x - index.left) * index.perUnit);
  const row = clampCell(index, (y - index.top) * index.perUnit);
  return row * index.across + column;
}

/** The nearest item within `reach` units, or null. */
export function nearestTo(index: MapIndex, cloud: Cloud, x: number, y: number, reach: number): number | null {
  const { left, top, perUnit, across, starts, items } = index;
  const columns = [
    clampCell(index, (x - reach - left) * perUnit),
    clampCell(index, (x + reach - left) * perUnit),
  ];
  const rows = [clampCell(index, (y - reach - top) * perUnit), clampCell(index, (y + reach - top) * perUnit)];
  let best: number | null = null;
  let bestSquare = reach * reach;
  for (let row = rows[0] ?? 0; row <= (rows[1] ?? 0); row += 1) {
    const from = starts[row * across + (columns[0] ?? 0)] ?? 0;
    const to = starts[row * across + (columns[1] ?? 0) + 1] ?? 0;
    for (let i = from; i < to; i += 1) {
      const item = items[i] ?? 0;
      const dx = (cloud.at[item * 3] ?? 0) - x;
      const dy = (cloud.at[item * 3 + 1] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square <= bestSquare) {
        bestSquare = square;
        best = item;
      }
    }
  }
  return best;
}
