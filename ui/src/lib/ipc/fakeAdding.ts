/** Adds items to the made-up workbook: they wait in Unsorted, without vectors, or in the topics they came with. */
import type { ItemId } from "./bindings";
import { edited, type Sorting, unsorted } from "./fakeSorting";

export interface Additions {
  texts: string[];
  categories: string[];
  sorting: Sorting;
  added: number;
  known: number;
}

interface Listed {
  texts: readonly string[];
  categories: readonly string[];
  sorting: Sorting;
}

/** What the workbook holds once a list was added; texts that are there already stay as they are. */
export function withAdded(
  book: Listed,
  list: { texts: readonly string[]; categories: readonly string[]; topics: readonly string[] },
): Additions {
  const there = new Set(book.texts);
  const isNew = list.texts.map((text) => !there.has(text));
  const fresh = list.texts.filter((_, item) => isNew[item]);
  const texts = [...book.texts, ...fresh];
  const hasCategories = book.categories.length > 0 || list.categories.length > 0;
  const categories = hasCategories
    ? [
        ...book.texts.map((_, item) => book.categories[item] ?? ""),
        ...list.texts.map((_, item) => list.categories[item] ?? "").filter((_, item) => isNew[item]),
      ]
    : [];
  const grown = withRoom(book.sorting, fresh.length);
  const topics = list.topics.filter((_, item) => isNew[item]);
  return {
    texts,
    categories,
    sorting: withTopics(grown, texts, book.texts.length, topics),
    added: fresh.length,
    known: list.texts.length - fresh.length,
  };
}

/** Puts items into the topics they came with; topics that are not there yet are made. */
export function withTopics(
  sorting: Sorting,
  texts: readonly string[],
  firstItem: ItemId,
  topics: readonly string[],
): Sorting {
  const byName = new Map<string, ItemId[]>();
  topics.forEach((name, at) => {
    if (name !== "") byName.set(name, [...(byName.get(name) ?? []), firstItem + at]);
  });
  return [...byName].reduce((before, [name, items]) => {
    const known = before.topics.find((topic) => topic.name === name);
    const edit = known
      ? ({ kind: "moveItems", items, topic: known.id } as const)
      : ({ kind: "newTopic", name, items } as const);
    return edited(before, texts, edit).next;
  }, sorting);
}

function withRoom(sorting: Sorting, count: number): Sorting {
  const more = unsorted(count).places;
  const { places } = sorting;
  const joined = (a: Uint32Array, b: Uint32Array): Uint32Array => Uint32Array.from([...a, ...b]);
  return {
    ...sorting,
    // Embedding goes on in a list of its own, so that undo finds the one before as it was.
    vectors: [...sorting.vectors],
    places: {
      topic: joined(places.topic, more.topic),
      suggested: joined(places.suggested, more.suggested),
      runnerUp: joined(places.runnerUp, more.runnerUp),
      confidence: Float32Array.from([...places.confidence, ...more.confidence]),
      runnerUpConfidence: Float32Array.from([...places.runnerUpConfidence, ...more.runnerUpConfidence]),
      pinned: Uint8Array.from([...places.pinned, ...more.pinned]),
    },
  };
}
