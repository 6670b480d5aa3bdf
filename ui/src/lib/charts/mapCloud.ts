/** Points of a map, brought from whatever unit they come in to about -1 to 1. */
import type { Extent } from "./mapCamera";

export interface Cloud extends Extent {
  count: number;
  dims: 2 | 3;
  /** x, y and z of every item; NaN for an item that has no place. */
  at: Float32Array;
}

/** The middle and half the size of what raw positions fill. */
export interface Frame {
  middle: [number, number, number];
  half: [number, number, number];
}

/** Nothing is smaller than this share of the widest side, so that points on a line are still a picture. */
const FLATTEST = 0.3;

/** Of `dims` numbers per item. Null when no item has a place. */
export function frameOf(raw: Float32Array, dims: 2 | 3): Frame | null {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < raw.length; i += dims) {
    for (let d = 0; d < dims; d += 1) {
      const value = raw[i + d] ?? Number.NaN;
      // Comparisons with NaN are false: an item without a place changes nothing.
      if (value < (low[d] ?? 0)) low[d] = value;
      if (value > (high[d] ?? 0)) high[d] = value;
    }
  }
  if (!((low[0] ?? 0) <= (high[0] ?? 0))) return null;
  const side = (d: number): [number, number] =>
    d < dims ? [((low[d] ?? 0) + (high[d] ?? 0)) / 2, ((high[d] ?? 0) - (low[d] ?? 0)) / 2] : [0, 0];
  const [x, y, z] = [side(0), side(1), side(2)];
  return { middle: [x[0], y[0], z[0]], half: [x[1], y[1], z[1]] };
}

/** The frame a share of the way to another one: a map that forms grows without jumps. */
export function towards(from: Frame | null, to: Frame, share: number): Frame {
  if (!from) return to;
  const mix = (a: readonly number[], b: readonly number[]): [number, number, number] => {
    const at = (d: number): number => (a[d] ?? 0) + ((b[d] ?? 0) - (a[d] ?? 0)) * share;
    return [at(0), at(1), at(2)];
  };
  return { middle: mix(from.middle, to.middle), half: mix(from.half, to.half) };
}

/** Keeps the proportions: a unit is as long in every direction. */
export function cloudOf(raw: Float32Array, dims: 2 | 3, frame: Frame): Cloud {
  const count = raw.length / dims;
  const at = new Float32Array(count * 3);
  const [mx, my, mz] = frame.middle;
  const [hx, hy, hz] = frame.half;
  const unit = 1 / (Math.max(hx, hy, hz) || 1);
  for (let item = 0, from = 0, to = 0; item < count; item += 1, from += dims, to += 3) {
    at[to] = ((raw[from] ?? Number.NaN) - mx) * unit;
    // Up is up, as in a plot on paper.
    at[to + 1] = (my - (raw[from + 1] ?? Number.NaN)) * unit;
    at[to + 2] = dims === 3 ? ((raw[from + 2] ?? Number.NaN) - mz) * unit : 0;
  }
  // Whichever way it is turned, a solid cloud stays inside its ball.
  const round = dims === 3 ? Math.max(1, Math.hypot(hx, hy, hz) * unit * 0.8) : 0;
  return {
    count,
    dims,
    at,
    halfWidth: Math.max(FLATTEST, hx * unit, round),
    halfHeight: Math.max(FLATTEST, hy * unit, round),
  };
}

export function hasPlace({ at }: Cloud, item: number): boolean {
  return !Number.isNaN(at[item * 3] ?? Number.NaN);
}
