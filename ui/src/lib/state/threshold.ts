/** What becomes of a list when the machine must be so sure to place an item. Pure. */
import { NO_TOPIC, type Places } from "$lib/ipc/backend";

export interface ThresholdMoves {
  toUnsorted: number;
  /** From Unsorted back into a topic. */
  intoTopics: number;
  /** From one topic into another. */
  between: number;
}

/** How many items a threshold would move. What the person put somewhere stays. */
export function thresholdMoves(places: Places, threshold: number): ThresholdMoves {
  const { topic, suggested, confidence, pinned } = places;
  // The engine compares single-precision figures; so must this, or a word on the line is counted wrongly.
  const least = Math.fround(threshold);
  const moves = { toUnsorted: 0, intoTopics: 0, between: 0 };
  for (let item = 0; item < topic.length; item += 1) {
    // Where the machine has no opinion, what the list or the person said stays.
    if (pinned[item] === 1 || suggested[item] === NO_TOPIC) continue;
    const to = (confidence[item] ?? 0) >= least ? suggested[item] : NO_TOPIC;
    if (to === topic[item]) continue;
    if (to === NO_TOPIC) moves.toUnsorted += 1;
    else if (topic[item] === NO_TOPIC) moves.intoTopics += 1;
    else moves.between += 1;
  }
  return moves;
}

/** The threshold that would place as many items as are placed now: where a slider starts that nobody moved. */
export function impliedThreshold(places: Places): number {
  const { topic, suggested, confidence, pinned } = places;
  const sure: number[] = [];
  let placed = 0;
  for (let item = 0; item < topic.length; item += 1) {
    if (pinned[item] === 1 || suggested[item] === NO_TOPIC) continue;
    sure.push(confidence[item] ?? 0);
    if (topic[item] !== NO_TOPIC) placed += 1;
  }
  if (placed === 0 || placed >= sure.length) return 0;
  sure.sort((a, b) => b - a);
  return sure[placed - 1] ?? 0;
}
