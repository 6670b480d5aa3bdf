/** What the pointer is on, for every view to light up: an item, a topic, or what a search finds. */
import type { ItemId, TopicId } from "$lib/ipc/bindings";

export class Lit {
  item = $state<ItemId | null>(null);
  /** Null: none; what is in Unsorted has no light of its own. */
  topic = $state<TopicId | null>(null);
  /** What is being looked for in the find box. */
  query = $state("");
}
