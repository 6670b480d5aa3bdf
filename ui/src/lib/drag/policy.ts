/** May this go there? Yes and what it does, or no and why. Pure: no DOM, no state, no prose. */
import type { ItemId, TopicId } from "$lib/ipc/bindings";

export type Dragged = { kind: "items"; items: readonly ItemId[] } | { kind: "topic"; topic: TopicId };

export type Target =
  /** A card or a row; null is Unsorted. */
  | { kind: "topic"; topic: TopicId | null }
  | { kind: "newTopic" }
  /** Before the topic at this place of the list, counted from 0; after the last at its length. */
  | { kind: "gap"; gap: number };

/** What the policy looks at. */
export interface Ground {
  isReadOnly: boolean;
  /** Topics in the order of the list. */
  topics: readonly TopicId[];
  /** Null: Unsorted. */
  topicOf: (item: ItemId) => TopicId | null;
}

export type Refusal =
  "readOnly" | "alreadyThere" | "onItself" | "topicIntoUnsorted" | "topicIntoNew" | "gone";

export type Verdict =
  | { takes: true; does: "move"; topic: TopicId | null; items: readonly ItemId[] }
  | { takes: true; does: "makeTopic"; items: readonly ItemId[] }
  | { takes: true; does: "merge"; from: TopicId; into: TopicId }
  | { takes: true; does: "reorder"; topic: TopicId; place: number }
  | { takes: false; reason: Refusal; topic: TopicId | null };

export function judge(dragged: Dragged, target: Target, ground: Ground): Verdict {
  const where = target.kind === "topic" ? target.topic : null;
  const refuse = (reason: Refusal): Verdict => ({ takes: false, reason, topic: where });
  if (ground.isReadOnly) return refuse("readOnly");
  if (where !== null && !ground.topics.includes(where)) return refuse("gone");
  return dragged.kind === "items"
    ? judgeItems(dragged.items, target, ground, refuse)
    : judgeTopic(dragged.topic, target, ground, refuse);
}

function judgeItems(
  items: readonly ItemId[],
  target: Target,
  ground: Ground,
  refuse: (reason: Refusal) => Verdict,
): Verdict {
  if (target.kind === "newTopic") return { takes: true, does: "makeTopic", items };
  // A gap between two rows means nothing to words; whoever asks offers them the row instead.
  if (target.kind === "gap") return refuse("gone");
  const { topic } = target;
  if (items.every((item) => ground.topicOf(item) === topic)) return refuse("alreadyThere");
  return { takes: true, does: "move", topic, items };
}

function judgeTopic(
  topic: TopicId,
  target: Target,
  ground: Ground,
  refuse: (reason: Refusal) => Verdict,
): Verdict {
  const from = ground.topics.indexOf(topic);
  if (from < 0) return refuse("gone");
  if (target.kind === "newTopic") return refuse("topicIntoNew");
  if (target.kind === "gap") {
    // The topic leaves its own place first, so all gaps below it move up by one.
    const place = target.gap > from ? target.gap - 1 : target.gap;
    return place === from ? refuse("alreadyThere") : { takes: true, does: "reorder", topic, place };
  }
  if (target.topic === topic) return refuse("onItself");
  if (target.topic === null) return refuse("topicIntoUnsorted");
  return { takes: true, does: "merge", from: topic, into: target.topic };
}

/** Whether two targets are the same place. */
export function isSameTarget(a: Target | null, b: Target | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "topic") return b.kind === "topic" && a.topic === b.topic;
  return a.kind === "gap" ? b.kind === "gap" && a.gap === b.gap : b.kind === a.kind;
}
