/** How many points lie where, as a soft shade below points that are too many to tell apart. */
import type { Cloud } from "./mapCloud";

export const SHADE_FROM = 5000;
export const SHADE_CELLS = 256;

/** Reaches a little beyond the map, so that the shade can run out. */
export const SHADE_REACH = 1.15;

/** Alpha bytes, `SHADE_CELLS` squared, row by row, over -reach to reach in both directions. */
export function densityShade(cloud: Cloud, drawn: Uint32Array): Uint8ClampedArray {
  const n = SHADE_CELLS;
  const reach = SHADE_REACH * Math.max(cloud.halfWidth, cloud.halfHeight);
  let counts = new Float32Array(n * n);
  for (const item of drawn) {
    const column = Math.floor((((cloud.at[item * 3] ?? 0) + reach) / (2 * reach)) * n);
    const row = Math.floor((((cloud.at[item * 3 + 1] ?? 0) + reach) / (2 * reach)) * n);
    if (row < 0 || row >= n || column < 0 || column >= n) continue;
    counts[row * n + column] = (counts[row * n + column] ?? 0) + 1;
  }
  // Three box blurs come close to a Gaussian one (central limit).
  for (let round = 0; round < 3; round += 1) counts = blurred(blurred(counts, n, 3), n, 3);
  const most = counts.reduce((a, b) => Math.max(a, b), 0) || 1;
  // The square root shows thin places too.
  return Uint8ClampedArray.from(counts, (count) => 110 * Math.sqrt(count / most));
}

/** Box blur along rows, handed back with rows and columns swapped: twice is both directions. */
function blurred(values: Float32Array<ArrayBuffer>, n: number, reach: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(n * n);
  for (let row = 0; row < n; row += 1) {
    let sum = 0;
    for (let column = 0; column < Math.min(reach, n); column += 1) sum += values[row * n + column] ?? 0;
    for (let column = 0; column < n; column += 1) {
      if (column + reach < n) sum += values[row * n + column + reach] ?? 0;
      if (column - reach - 1 >= 0) sum -= values[row * n + column - reach - 1] ?? 0;
      out[column * n + row] = sum / (2 * reach + 1);
    }
  }
  return out;
}
