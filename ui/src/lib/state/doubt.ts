/** Which items the machine hesitates over, and how much. Pure. */
import { NO_TOPIC, type Places } from "$lib/ipc/backend";
import type { ItemId } from "$lib/ipc/bindings";

/** Two topics so close to each other are a toss-up: about the share by which a confidence may be off. */
export const CLOSE_CALL = 0.15;
// Confidences have single precision: 0.6 - 0.45 is a little more than 0.15.
const ROUNDING = 1e-6;

/** How far the second best topic is behind; null when there is nothing to choose from. */
function gapOf(places: Places, item: ItemId): number | null {
  const { suggested, runnerUp, pinned } = places;
  const isOpen = pinned[item] !== 1 && suggested[item] !== NO_TOPIC && runnerUp[item] !== NO_TOPIC;
  return isOpen ? (places.confidence[item] ?? 0) - (places.runnerUpConfidence[item] ?? 0) : null;
}

/** Items that are not pinned and have two topics to choose from, the closest call first. */
export function doubtOrder(places: Places): ItemId[] {
  const count = places.topic.length;
  const gaps = new Float32Array(count);
  const items: ItemId[] = [];
  for (let item = 0; item < count; item += 1) {
    const gap = gapOf(places, item);
    if (gap === null) continue;
    gaps[item] = gap;
    items.push(item);
  }
  return items.sort((a, b) => (gaps[a] ?? 0) - (gaps[b] ?? 0) || a - b);
}

/** How many of them are close calls. */
export function closeCalls(places: Places): number {
  let count = 0;
  for (let item = 0; item < places.topic.length; item += 1) {
    const gap = gapOf(places, item);
    if (gap !== null && gap <= CLOSE_CALL + ROUNDING) count += 1;
  }
  return count;
}
