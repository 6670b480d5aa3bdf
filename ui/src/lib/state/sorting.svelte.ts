/** "Sort into my topics": the names a person types, and what would come of them. */
import type { SortRequest, TopicView } from "$lib/ipc/bindings";
import { nameKey, parseTopicNames, writeTopicNames } from "$lib/text/topicNames";
import type { OpenWorkbook } from "./workbook.svelte";

/** More than this nobody can look through. */
export const MOST_TOPICS = 200;

export class Sorting {
  isOpen = $state(false);
  text = $state("");
  /** Items whose category is called like a topic are its examples. */
  usesCategories = $state(false);
  /** Keeps what was typed when sorting did not come to its end. */
  #isDraft = false;

  readonly #workbook: OpenWorkbook;
  readonly typed = $derived(parseTopicNames(this.text));
  readonly withExamples = $derived(this.typed.topics.filter(({ examples }) => examples.length > 0).length);
  readonly #keys = $derived(new Set(this.typed.topics.map(({ name }) => nameKey(name))));
  readonly #unnamed = $derived.by((): TopicView[] =>
    this.#workbook.view.topics.filter(({ name }) => !this.#keys.has(nameKey(name))),
  );
  /** Topics there are that the list does not name, and that go. */
  readonly leaving = $derived(this.#unnamed.filter(({ pinned }) => pinned === 0));
  /** Those that stay nevertheless, because the person put something there. */
  readonly kept = $derived(this.#unnamed.filter(({ pinned }) => pinned > 0));
  /** Items whose category is one of the names. */
  readonly categoryExamples = $derived.by(
    () => this.#workbook.categories.filter((category) => this.#keys.has(nameKey(category))).length,
  );
  readonly isTooMany = $derived(this.typed.topics.length > MOST_TOPICS);
  readonly canSort = $derived(this.typed.topics.length > 0 && !this.isTooMany);

  constructor(workbook: OpenWorkbook) {
    this.#workbook = workbook;
  }

  /** Begins with the names of the topics there are. */
  open(): void {
    if (!this.#isDraft) {
      this.text = writeTopicNames(this.#workbook.view.topics.map(({ name }) => name));
      this.usesCategories = false;
    }
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
    this.#isDraft = false;
  }

  /** Names of the list's category column, in the order they first come. */
  takeCategories(): void {
    const names = new Map<string, string>();
    for (const category of this.#workbook.categories) {
      const key = nameKey(category);
      if (key !== "" && !names.has(key)) names.set(key, category.trim());
    }
    this.text = writeTopicNames([...names.values()]);
  }

  /** What to ask of the engine; the dialog closes, its text is kept until `finish`. */
  request(): SortRequest {
    this.isOpen = false;
    this.#isDraft = true;
    return {
      topics: this.typed.topics,
      usesCategories: this.usesCategories && this.categoryExamples > 0,
    };
  }

  finish(): void {
    this.#isDraft = false;
  }
}
