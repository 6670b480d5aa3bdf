/** Items along one axis as a swarm, or between two axes as a plot. */
import type { Cloud } from "./mapCloud";

/** A plot is wider than high, as windows are. */
export const HALF_WIDTH = 1.7;
const COLUMNS = 160;
/** Between two rows. */
const WIDEST_STEP = 0.16;
const GOLDEN_SHARE = 0.618034;

interface Span {
  low: number;
  high: number;
}

/** From a little below the least to a little above the most. */
export function spanOf(values: Float32Array): Span {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < high
    ? { low, high }
    : { low: (Number.isFinite(low) ? low : 0) - 0.5, high: (Number.isFinite(low) ? low : 0) + 0.5 };
}

const along = (value: number, { low, high }: Span, half: number): number =>
  ((value - low) / (high - low)) * 2 * half - half;

/** One above the other where they would cover each other, the middle first; a thick place is squeezed. */
export function stripCloud(values: Float32Array): Cloud {
  const span = spanOf(values);
  const at = new Float32Array(values.length * 3);
  const column = (value: number): number =>
    Math.min(COLUMNS - 1, Math.floor(((value - span.low) / (span.high - span.low)) * COLUMNS));
  const heights = new Uint32Array(COLUMNS);
  for (const value of values) {
    if (!Number.isNaN(value)) heights[column(value)] = (heights[column(value)] ?? 0) + 1;
  }
  const most = heights.reduce((a, b) => Math.max(a, b), 1);
  // The thickest place fills the height, so that words find room beside the points.
  const step = Math.min(WIDEST_STEP, 1.9 / most);
  heights.fill(0);
  values.forEach((value, item) => {
    const isThere = !Number.isNaN(value);
    const rank = isThere ? (heights[column(value)] ?? 0) : 0;
    if (isThere) heights[column(value)] = rank + 1;
    const side = rank % 2 === 0 ? rank / 2 : -(rank + 1) / 2;
    at[item * 3] = along(value, span, HALF_WIDTH);
    // A little off its row, or the rows would look as if they meant something.
    const off = ((item * GOLDEN_SHARE) % 1) - 0.5;
    at[item * 3 + 1] = isThere ? (side + off) * step : Number.NaN;
  });
  return { count: values.length, dims: 2, at, halfWidth: HALF_WIDTH, halfHeight: 1 };
}

/** The items nearest to either end, the outermost first, in turn: those that show what the axis means. */
export function outermost(values: Float32Array, count: number): number[] {
  const items = Array.from(values.keys())
    .filter((item) => !Number.isNaN(values[item] ?? Number.NaN))
    .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
  const each = Math.min(count, Math.ceil(items.length / 2));
  const outer: number[] = [];
  for (let i = 0; i < each; i += 1) {
    const [low, high] = [items[i], items[items.length - 1 - i]];
    if (low !== undefined) outer.push(low);
    if (high !== undefined && high !== low) outer.push(high);
  }
  return outer;
}

export function plotCloud(across: Float32Array, up: Float32Array): Cloud {
  const [x, y] = [spanOf(across), spanOf(up)];
  const at = new Float32Array(across.length * 3);
  across.forEach((value, item) => {
    at[item * 3] = along(value, x, HALF_WIDTH);
    at[item * 3 + 1] = -along(up[item] ?? Number.NaN, y, 1);
  });
  return { count: across.length, dims: 2, at, halfWidth: HALF_WIDTH, halfHeight: 1 };
}
