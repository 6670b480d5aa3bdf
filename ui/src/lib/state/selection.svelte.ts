/** What is selected: one selection for all views. */
import type { ItemId, TopicId } from "$lib/ipc/bindings";

export type Selected =
  | { kind: "nothing" }
  | { kind: "item"; item: ItemId }
  /** Null: Unsorted. */
  | { kind: "topic"; topic: TopicId | null };

/** A pair picked in the heatmap: the selected item beside another one. */
export interface Pair {
  other: ItemId;
  similarity: number;
}

export class Selection {
  current = $state.raw<Selected>({ kind: "nothing" });
  pair = $state.raw<Pair | null>(null);

  get item(): ItemId | null {
    return this.current.kind === "item" ? this.current.item : null;
  }

  selectItem(item: ItemId, pair: Pair | null = null): void {
    this.current = { kind: "item", item };
    this.pair = pair;
  }

  selectTopic(topic: TopicId | null): void {
    this.current = { kind: "topic", topic };
    this.pair = null;
  }

  clear(): void {
    this.current = { kind: "nothing" };
    this.pair = null;
  }

  isTopic(topic: TopicId | null): boolean {
    return this.current.kind === "topic" && this.current.topic === topic;
  }
}
