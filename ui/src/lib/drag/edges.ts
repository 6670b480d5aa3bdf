/** How fast a list scrolls while something is held near its edge. */

const EDGE_PX = 44;
const FASTEST_PX = 18;

/** Pixels to scroll in this frame: below zero upwards. Faster the nearer to the edge, and beyond it. */
export function edgeStep(y: number, top: number, bottom: number): number {
  // A low list keeps a middle in which nothing scrolls.
  const edge = Math.min(EDGE_PX, (bottom - top) / 4);
  if (edge <= 0) return 0;
  const above = Math.min(1, (top + edge - y) / edge);
  const below = Math.min(1, (y - (bottom - edge)) / edge);
  if (above > 0) return -Math.ceil(above * FASTEST_PX);
  return below > 0 ? Math.ceil(below * FASTEST_PX) : 0;
}
