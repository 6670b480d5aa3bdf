/** The Words table: which items it shows and in which order. */
import { NO_TOPIC } from "$lib/ipc/backend";
import type { ItemId } from "$lib/ipc/bindings";
import type { OpenWorkbook } from "./workbook.svelte";

export const SORT_KEYS = ["list", "word", "topic", "confidence", "runnerUp", "category"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Rank of every text in alphabetical order: sorting by it is then sorting numbers. */
function ranks(texts: readonly string[]): Uint32Array {
  const order = texts.map((_, index) => index);
  order.sort((a, b) => collator.compare(texts[a] ?? "", texts[b] ?? "") || a - b);
  const rank = new Uint32Array(texts.length);
  order.forEach((item, place) => {
    rank[item] = place;
  });
  return rank;
}

/** For comparing without regard to case. */
export function folded(text: string): string {
  return text.toLocaleLowerCase();
}

export class WordsTable {
  sortKey = $state<SortKey>("list");
  isDescending = $state(false);
  /** A topic id, `NO_TOPIC` for Unsorted, null for all. */
  topicFilter = $state<number | null>(null);
  query = $state("");

  readonly #workbook: OpenWorkbook;
  readonly #foldedTexts = $derived.by(() => this.#workbook.texts.map(folded));
  readonly #wordRank = $derived.by(() => ranks(this.#workbook.texts));
  readonly #categoryRank = $derived.by(() => ranks(this.#workbook.categories));
  /** Items on screen, from top to bottom. */
  readonly rows = $derived.by(() => this.#sorted(this.#filtered()));

  constructor(workbook: OpenWorkbook) {
    this.#workbook = workbook;
  }

  get isFiltered(): boolean {
    return this.topicFilter !== null || this.query.trim() !== "";
  }

  /** Sorts by a column; the same column again turns the order round, a third time lifts it. */
  sortBy(key: SortKey): void {
    if (this.sortKey !== key) {
      this.sortKey = key;
      // The surest first is what a person looks for.
      this.isDescending = key === "confidence";
    } else if (this.isDescending === (key === "confidence")) {
      this.isDescending = !this.isDescending;
    } else {
      this.sortKey = "list";
      this.isDescending = false;
    }
  }

  showAll(): void {
    this.topicFilter = null;
    this.query = "";
  }

  #filtered(): ItemId[] {
    const { topic } = this.#workbook.places;
    const wanted = folded(this.query.trim());
    const items: ItemId[] = [];
    for (let item = 0; item < this.#workbook.texts.length; item += 1) {
      if (this.topicFilter !== null && topic[item] !== this.topicFilter) continue;
      if (wanted !== "" && !(this.#foldedTexts[item] ?? "").includes(wanted)) continue;
      items.push(item);
    }
    return items;
  }

  #sorted(items: ItemId[]): ItemId[] {
    const value = this.#sortValue();
    if (!value) return this.isDescending ? items.reverse() : items;
    const sign = this.isDescending ? -1 : 1;
    return items.sort((a, b) => sign * (value(a) - value(b)) || a - b);
  }

  /** The number each item is sorted by; null in list order. */
  #sortValue(): ((item: ItemId) => number) | null {
    const { topic, runnerUp, confidence } = this.#workbook.places;
    const place = new Map(this.#workbook.view.topics.map(({ id }, index) => [id, index]));
    // Unsorted is last, as in the topics panel.
    const placeOf = (id: number | undefined): number => place.get(id ?? NO_TOPIC) ?? place.size;
    switch (this.sortKey) {
      case "list":
        return null;
      case "word":
        return (item) => this.#wordRank[item] ?? 0;
      case "topic":
        return (item) => placeOf(topic[item]);
      case "runnerUp":
        return (item) => placeOf(runnerUp[item]);
      case "confidence":
        return (item) => confidence[item] ?? 0;
      case "category":
        return (item) => this.#categoryRank[item] ?? 0;
    }
  }
}
