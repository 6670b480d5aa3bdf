/** What a map shows of a list, and what it changes: the window's state fits these, and knows nothing of maps. */
import type { Camera } from "$lib/charts/mapCamera";
import type { ItemId, TopicId, TopicView } from "$lib/ipc/bindings";

export interface MappedList {
  readonly view: { readonly topics: readonly TopicView[]; readonly unsortedCount: number };
  readonly places: { readonly topic: Uint32Array; readonly pinned: Uint8Array };
  readonly texts: readonly string[];
  /** Items of every topic, typical ones first. */
  readonly members: ReadonlyMap<number, readonly ItemId[]>;
  readonly topicById: ReadonlyMap<TopicId, TopicView>;
  text: (item: ItemId) => string;
  /** The text as far as a line of the window can show it. */
  label: (item: ItemId) => string;
  topicOf: (item: ItemId) => TopicView | null;
  membersOf: (topic: TopicId | null) => readonly ItemId[];
}

export interface MapSelection {
  readonly current: { kind: "nothing" } | { kind: "item" } | { kind: "topic"; topic: TopicId | null };
  readonly item: ItemId | null;
  readonly items: ReadonlySet<ItemId>;
  selectItem: (item: ItemId) => void;
  selectItems: (items: Iterable<ItemId>) => void;
  toggle: (item: ItemId) => void;
  clear: () => void;
}

/** What is lit up everywhere: an item, a topic, or what is searched. */
export interface MapLights {
  readonly item: ItemId | null;
  readonly topic: TopicId | null;
  readonly query: string;
}

/** How one looks at it; several maps may share it. */
export interface MapLook {
  /** Null: all of it, whatever the size. */
  readonly camera: Camera | null;
  /** Where the camera last came to rest. */
  readonly restCamera: Camera | null;
  readonly isMoving: boolean;
  tool: "move" | "box" | "lasso";
  look: (camera: Camera | null) => void;
}
