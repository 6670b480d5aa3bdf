/** Which names and words are written on a map, and where, so that none covers another. */
import { type Point, type Projection, screenX, screenY, type Size } from "./mapCamera";
import type { Cloud } from "./mapCloud";

export interface Label {
  key: string;
  text: string;
  /** Where on the map it belongs. */
  x: number;
  y: number;
  z: number;
  kind: "broad" | "topic" | "word";
  /** Item or topic it names. */
  id: number;
}

export interface PlacedLabel extends Label {
  /** From the place it belongs to, in pixels, to the middle of the text. */
  dx: number;
  dy: number;
  width: number;
  height: number;
}

const CELLS = 24;
/** How many points are looked at to find where a topic is densest. */
const SAMPLE = 4000;

/** Where most of these items are: unlike their mean, never between two clumps. Null when none has a place. */
export function densestPlace(
  cloud: Cloud,
  items: readonly number[],
): { x: number; y: number; z: number } | null {
  const step = Math.max(1, Math.floor(items.length / SAMPLE));
  const seen: number[] = [];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < items.length; i += step) {
    const item = items[i] ?? 0;
    const [x, y] = [cloud.at[item * 3] ?? Number.NaN, cloud.at[item * 3 + 1] ?? Number.NaN];
    if (Number.isNaN(x)) continue;
    seen.push(item);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (seen.length === 0) return null;
  const side = Math.max(right - left, bottom - top) || 1;
  // Few points need wide cells, or each would lie in one of its own.
  const across = Math.max(2, Math.min(CELLS, Math.round(Math.sqrt(seen.length))));
  const cellOf = (value: number, from: number): number =>
    Math.min(across - 1, Math.floor(((value - from) / side) * across));
  const counts = new Uint32Array(across * across);
  for (const item of seen) {
    const cell = cellOf(cloud.at[item * 3 + 1] ?? 0, top) * across + cellOf(cloud.at[item * 3] ?? 0, left);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  let best = 0;
  let bestCount = -1;
  for (let row = 0; row < across; row += 1) {
    for (let column = 0; column < across; column += 1) {
      let sum = 0;
      for (let r = Math.max(0, row - 1); r <= Math.min(across - 1, row + 1); r += 1) {
        for (let c = Math.max(0, column - 1); c <= Math.min(across - 1, column + 1); c += 1) {
          sum += counts[r * across + c] ?? 0;
        }
      }
      if (sum > bestCount) [best, bestCount] = [row * across + column, sum];
    }
  }
  const [bestRow, bestColumn] = [Math.floor(best / across), best % across];
  let [x, y, z, count] = [0, 0, 0, 0];
  for (const item of seen) {
    const [px, py, pz] = [cloud.at[item * 3] ?? 0, cloud.at[item * 3 + 1] ?? 0, cloud.at[item * 3 + 2] ?? 0];
    if (Math.abs(cellOf(py, top) - bestRow) > 1 || Math.abs(cellOf(px, left) - bestColumn) > 1) continue;
    [x, y, z, count] = [x + px, y + py, z + pz, count + 1];
  }
  return { x: x / count, y: y / count, z: z / count };
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Boxes that are taken, in a coarse grid, so that a thousand candidates are looked at quickly. */
class Taken {
  readonly #cells = new Map<number, Box[]>();
  static readonly #CELL_PX = 80;

  #eachCell(box: Box, visit: (key: number) => boolean): boolean {
    const cell = (value: number): number => Math.floor(value / Taken.#CELL_PX);
    for (let row = cell(box.top); row <= cell(box.bottom); row += 1) {
      for (let column = cell(box.left); column <= cell(box.right); column += 1) {
        if (visit(row * 4096 + column)) return true;
      }
    }
    return false;
  }

  hits(box: Box): boolean {
    return this.#eachCell(box, (key) =>
      (this.#cells.get(key) ?? []).some(
        (other) =>
          box.left < other.right &&
          box.right > other.left &&
          box.top < other.bottom &&
          box.bottom > other.top,
      ),
    );
  }

  take(box: Box): void {
    this.#eachCell(box, (key) => {
      const boxes = this.#cells.get(key);
      if (boxes) boxes.push(box);
      else this.#cells.set(key, [box]);
      return false;
    });
  }
}

export interface LabelRoom {
  projection: Projection;
  size: Size;
  /** Width and height of a text in pixels. */
  measure: (label: Label) => { width: number; height: number };
  /** Distance of a word from its point. */
  gapPx: number;
  /** No more than this many words. */
  mostWords: number;
}

const PAD_PX = 3;
const EDGE_PX = 4;

/** Where a text may stand beside its place, best first. */
function tries(label: Label, width: number, height: number, gapPx: number): Point[] {
  if (label.kind !== "word") {
    // A name may give way a little before it is left out.
    return [0, -0.8, 0.8, -1.6, 1.6].map((step) => ({ x: 0, y: step * height }));
  }
  const beside = width / 2 + gapPx;
  const above = height / 2 + gapPx;
  return [
    { x: beside, y: 0 },
    { x: -beside, y: 0 },
    { x: 0, y: -above },
    { x: 0, y: above },
  ];
}

/** Greedy, in the order given: what comes first is placed first, what finds no room is left out. */
export function placeLabels(candidates: readonly Label[], room: LabelRoom): PlacedLabel[] {
  const { projection, size, measure, gapPx, mostWords } = room;
  const taken = new Taken();
  const placed: PlacedLabel[] = [];
  let words = 0;
  for (const label of candidates) {
    if (label.kind === "word" && words >= mostWords) continue;
    const x = screenX(projection, label.x, label.y, label.z);
    const y = screenY(projection, label.x, label.y, label.z);
    if (x < 0 || x > size.width || y < 0 || y > size.height) continue;
    const { width, height } = measure(label);
    for (const { x: dx, y: dy } of tries(label, width, height, gapPx)) {
      const box = {
        left: x + dx - width / 2 - PAD_PX,
        right: x + dx + width / 2 + PAD_PX,
        top: y + dy - height / 2,
        bottom: y + dy + height / 2,
      };
      const isInside =
        box.left >= EDGE_PX &&
        box.right <= size.width - EDGE_PX &&
        box.top >= EDGE_PX &&
        box.bottom <= size.height - EDGE_PX;
      if (!isInside || taken.hits(box)) continue;
      taken.take(box);
      placed.push({ ...label, dx, dy, width, height });
      if (label.kind === "word") words += 1;
      break;
    }
  }
  return placed;
}
