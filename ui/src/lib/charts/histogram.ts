/** How the similarities of all pairs are spread, and where one of them stands among them. */
import type { PairStatistics } from "$lib/ipc/bindings";

export interface Bar {
  /** Left and right edge as shares of the width. */
  left: number;
  right: number;
  /** Share of the tallest bar. */
  height: number;
}

export function histogramBars({ counts }: PairStatistics["histogram"]): Bar[] {
  const tallest = Math.max(1, ...counts);
  return counts.map((count, index) => ({
    left: index / counts.length,
    right: (index + 1) / counts.length,
    height: count / tallest,
  }));
}

/** Where a similarity lies along the histogram's width, 0 to 1. */
export function histogramPlace({ low, high }: PairStatistics["histogram"], similarity: number): number {
  return high > low ? Math.min(1, Math.max(0, (similarity - low) / (high - low))) : 0.5;
}

/** The similarity at a share of the histogram's width: `histogramPlace` the other way round. */
export function histogramValue({ low, high }: PairStatistics["histogram"], place: number): number {
  return low + Math.min(1, Math.max(0, place)) * (high - low);
}

/**
 * Share of pairs that are less alike than `similarity`, 0 to 1, read off evenly spaced
 * quantiles (ascending) with straight lines between them.
 */
export function shareBelow(quantiles: readonly number[], similarity: number): number {
  const last = quantiles.length - 1;
  if (last < 1) return 0;
  // First quantile that is not below the value.
  let low = 0;
  let high = last + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((quantiles[middle] ?? Infinity) < similarity) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low > last) return 1;
  const before = quantiles[low - 1] ?? 0;
  const after = quantiles[low] ?? 0;
  return (low - 1 + (similarity - before) / (after - before)) / last;
}

/** The similarity that a share of the pairs (0 to 1) stays below: `shareBelow` the other way round. */
export function similarityAt(quantiles: readonly number[], share: number): number {
  const last = quantiles.length - 1;
  const place = Math.min(1, Math.max(0, share)) * last;
  const before = quantiles[Math.floor(place)] ?? 0;
  const after = quantiles[Math.ceil(place)] ?? before;
  return before + (after - before) * (place - Math.floor(place));
}
