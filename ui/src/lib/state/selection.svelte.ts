/**
 * What is selected: one selection for all views. The inspector shows `current`;
 * what is done to words is done to all of `items`.
 */
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

/** The keys held down while something is picked. */
export interface PickKeys {
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

const NONE: ReadonlySet<ItemId> = new Set();

export class Selection {
  current = $state.raw<Selected>({ kind: "nothing" });
  pair = $state.raw<Pair | null>(null);
  /** Replaced, never changed in place. */
  items = $state.raw<ReadonlySet<ItemId>>(NONE);
  /** Where a range begins. */
  #anchor: ItemId | null = null;

  get item(): ItemId | null {
    return this.current.kind === "item" ? this.current.item : null;
  }

  has(item: ItemId): boolean {
    return this.items.has(item);
  }

  selectItem(item: ItemId, pair: Pair | null = null): void {
    this.items = new Set([item]);
    this.#anchor = item;
    this.#show(item, pair);
  }

  /** As a click does it: alone, with Shift from the one before, with Ctrl or Cmd one more or one less. */
  pick(item: ItemId, order: readonly ItemId[], keys: PickKeys): void {
    if (keys.shiftKey) this.extendTo(item, order);
    else if (keys.ctrlKey || keys.metaKey) this.toggle(item);
    else this.selectItem(item);
  }

  toggle(item: ItemId): void {
    const items = new Set(this.items);
    this.#anchor = item;
    if (!items.delete(item)) {
      this.items = items.add(item);
      this.#show(item);
      return;
    }
    this.items = items;
    if (this.item !== item) return;
    const [other] = items;
    if (other === undefined) this.clear();
    else this.#show(other);
  }

  /** Everything from where the range began to `item`, in the order it is shown. */
  extendTo(item: ItemId, order: readonly ItemId[]): void {
    const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
    const to = order.indexOf(item);
    if (from < 0 || to < 0) {
      this.selectItem(item);
      return;
    }
    this.items = new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.#show(item);
  }

  /** These and no others; the inspector stays where it is if it can. */
  selectItems(items: Iterable<ItemId>): void {
    this.items = new Set(items);
    const [first] = this.items;
    if (first === undefined) {
      if (this.current.kind === "item") this.clear();
      return;
    }
    if (this.item !== null && this.items.has(this.item)) return;
    this.#anchor = first;
    this.#show(first);
  }

  selectTopic(topic: TopicId | null): void {
    this.current = { kind: "topic", topic };
    this.pair = null;
    this.items = NONE;
    this.#anchor = null;
  }

  /** Lets the words go; the inspector goes on showing what it shows. */
  release(): void {
    this.items = NONE;
  }

  clear(): void {
    this.current = { kind: "nothing" };
    this.pair = null;
    this.items = NONE;
    this.#anchor = null;
  }

  /** What was selected when the window was left. */
  restore(selected: Selected): void {
    if (selected.kind === "item") this.selectItem(selected.item);
    else this.current = selected;
  }

  /** Lets go of items that are not there any more: what was added last goes first. */
  keepBelow(count: number): void {
    const isGone = (item: ItemId): boolean => item >= count;
    if (this.pair && isGone(this.pair.other)) this.pair = null;
    if (this.item !== null && isGone(this.item)) this.clear();
    else if ([...this.items].some(isGone))
      this.items = new Set([...this.items].filter((item) => !isGone(item)));
  }

  isTopic(topic: TopicId | null): boolean {
    return this.current.kind === "topic" && this.current.topic === topic;
  }

  #show(item: ItemId, pair: Pair | null = null): void {
    this.current = { kind: "item", item };
    this.pair = pair;
  }
}
