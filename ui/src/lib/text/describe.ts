/** How a topic holds together, in plain words. */
import type { TopicView } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { figure } from "./format";

// Means of pairs inside a topic for the default model on word lists: mixed groups lie near
// 0.2, clear ones such as countries above 0.4.
const VERY_WELL = 0.42;
const WELL = 0.28;
// Below this, other runs put less than half of the same items together.
const SHAKY = 0.5;

/** One line: "holds together well", "mixes with fruit", "loose: 3 odd ones out". */
export function howItHolds(topic: TopicView, topicById: ReadonlyMap<number, TopicView>): string {
  if (topic.size === 1) return m.holds_alone();
  const nearest = topic.nearestTopic === null ? undefined : topicById.get(topic.nearestTopic);
  if (topic.stability !== null && topic.stability < SHAKY && nearest)
    return m.holds_mixes({ name: nearest.name });
  if (topic.cohesion >= VERY_WELL) return m.holds_very_well();
  if (topic.cohesion >= WELL) return m.holds_well();
  if (topic.odd.length > 0)
    return m.holds_loose_odd({ count: topic.odd.length, shown: figure(topic.odd.length) });
  return nearest ? m.holds_close({ name: nearest.name }) : m.holds_loose();
}

/** How surely it would be found again. */
export function howStable(topic: TopicView): string {
  if (topic.stability === null) return m.stable_made();
  if (topic.stability >= 0.8) return m.stable_very();
  return topic.stability >= SHAKY ? m.stable_mostly() : m.stable_hardly();
}
