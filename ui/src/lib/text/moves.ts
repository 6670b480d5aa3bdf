/** What dragging says: on the ghost and on what lies under it. */
import type { Over } from "$lib/drag/drag.svelte";
import type { Refusal, Verdict } from "$lib/drag/policy";
import { m } from "$lib/paraglide/messages";
import { figure } from "./format";

/** Finds names for what a hint speaks of. */
export interface Names {
  /** Null: Unsorted. */
  topic: (topic: number | null) => string;
  items: (items: readonly number[]) => string;
}

/** "3 words · 12 more look alike", "Merge pears into fruit". */
export function hintOf({ verdict, followers }: Over, names: Names): string {
  if (!verdict.takes) return "";
  const parts = [does(verdict, names)];
  if (followers && followers.length > 0) {
    parts.push(m.hint_alike({ count: followers.length, shown: figure(followers.length) }));
  }
  return parts.join(m.between_facts());
}

function does(verdict: Verdict & { takes: true }, names: Names): string {
  switch (verdict.does) {
    case "move":
    case "makeTopic":
      return names.items(verdict.items);
    case "merge":
      return m.hint_merge({ from: names.topic(verdict.from), into: names.topic(verdict.into) });
    case "reorder":
      return m.hint_reorder();
  }
}

/** Why it may not go there. */
export function refusalOf(reason: Refusal, topic: number | null, names: Names): string {
  switch (reason) {
    case "readOnly":
      return m.refuse_read_only();
    case "alreadyThere":
      return m.refuse_already({ topic: names.topic(topic) });
    case "topicIntoUnsorted":
      return m.refuse_into_unsorted();
    case "topicIntoNew":
      return m.refuse_into_new();
    // On itself a topic is only about to leave, and what is gone cannot be pointed at for long.
    case "onItself":
    case "gone":
      return "";
  }
}
