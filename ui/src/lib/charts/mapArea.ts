/** What lies inside a box or a loop that somebody draws on a map. */
import { type Point, type Projection, screenX, screenY } from "./mapCamera";
import type { Cloud } from "./mapCloud";

/** The items of `drawn` inside a closed line of screen points (even-odd rule), in the order of the list. */
export function itemsInside(
  cloud: Cloud,
  drawn: Uint32Array,
  projection: Projection,
  loop: readonly Point[],
): number[] {
  if (loop.length < 3) return [];
  const xs = Float64Array.from(loop, ({ x }) => x);
  const ys = Float64Array.from(loop, ({ y }) => y);
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  const found: number[] = [];
  for (const item of drawn) {
    const [px, py, pz] = [cloud.at[item * 3] ?? 0, cloud.at[item * 3 + 1] ?? 0, cloud.at[item * 3 + 2] ?? 0];
    const x = screenX(projection, px, py, pz);
    const y = screenY(projection, px, py, pz);
    if (x < left || x > right || y < top || y > bottom) continue;
    let isInside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i, i += 1) {
      const [yi, yj] = [ys[i] ?? 0, ys[j] ?? 0];
      if (yi > y === yj > y) continue;
      const [xi, xj] = [xs[i] ?? 0, xs[j] ?? 0];
      if (x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isInside = !isInside;
    }
    if (isInside) found.push(item);
  }
  return found.sort((a, b) => a - b);
}

export function boxLoop(from: Point, to: Point): Point[] {
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

/** The nearest drawn item within `reachPx` of a screen place, of a map that may be turned. */
export function nearestOnScreen(
  cloud: Cloud,
  drawn: Uint32Array,
  projection: Projection,
  at: Point,
  reachPx: number,
): number | null {
  let best: number | null = null;
  let bestSquare = reachPx * reachPx;
  for (const item of drawn) {
    const [px, py, pz] = [cloud.at[item * 3] ?? 0, cloud.at[item * 3 + 1] ?? 0, cloud.at[item * 3 + 2] ?? 0];
    const dx = screenX(projection, px, py, pz) - at.x;
    const dy = screenY(projection, px, py, pz) - at.y;
    const square = dx * dx + dy * dy;
    if (square <= bestSquare) {
      bestSquare = square;
      best = item;
    }
  }
  return best;
}
