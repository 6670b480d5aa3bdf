/** Topics grouped into broad ones: the same groups in the list, on the board and on the map. */
import type { Backend } from "$lib/ipc/backend";
import type { BroadTopic, TopicId, TopicView } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import type { OpenWorkbook } from "./workbook.svelte";

/** Fewer topics than this are seen at one glance as they are. */
export const FEWEST_TO_GROUP = 6;

/** A topic and its place in the whole list, which is what digits and drags mean. */
export interface PlacedTopic {
  topic: TopicView;
  place: number;
}

export interface TopicGroup {
  /** Its first topic: names may be found anew with every edit. Null for those that belong with no other. */
  key: TopicId | null;
  /** Null for those that belong with no other. */
  name: string | null;
  topics: readonly PlacedTopic[];
  /** Items in all of its topics. */
  size: number;
}

export class Broad {
  /** As the backend told them last; none when there are too few topics. */
  groups = $state.raw<readonly BroadTopic[]>([]);
  /** The groups that are closed in the list. */
  #closed = $state.raw<ReadonlySet<TopicId | null>>(new Set());
  readonly #backend: Backend;
  readonly #workbook: OpenWorkbook;
  readonly #asked = new Latest();
  /** What `groups` answers, or will in a moment. */
  #wanted = -1;

  /** The topics as they are now, in the groups as they were told last. */
  readonly sections = $derived.by((): readonly TopicGroup[] => this.#sections());

  constructor(backend: Backend, workbook: OpenWorkbook) {
    this.#backend = backend;
    this.#workbook = workbook;
  }

  /** Whether there is anything to show in groups. */
  get hasGroups(): boolean {
    return this.isPossible && this.sections.some(({ key }) => key !== null);
  }

  /** Whether there are enough topics to group them. */
  get isPossible(): boolean {
    return this.#workbook.view.topics.length >= FEWEST_TO_GROUP;
  }

  /** Asks anew if the workbook is another one than last time. */
  async look(revision: number): Promise<void> {
    if (revision === this.#wanted) return;
    this.#wanted = revision;
    if (!this.isPossible) {
      this.#asked.forget();
      this.groups = [];
      return;
    }
    try {
      const reply = await this.#asked.ask(() => this.#backend.broadTopics());
      if (reply) this.groups = reply.answer;
    } catch (thrown) {
      // Whoever looks next tries again.
      this.#wanted = -1;
      throw thrown;
    }
  }

  isOpen({ key }: TopicGroup): boolean {
    return !this.#closed.has(key);
  }

  setOpen({ key }: TopicGroup, isOpen: boolean): void {
    const closed = new Set(this.#closed);
    if (isOpen) closed.delete(key);
    else closed.add(key);
    this.#closed = closed;
  }

  #sections(): readonly TopicGroup[] {
    const { topics } = this.#workbook.view;
    const placed = new Map(topics.map((topic, place) => [topic.id, { topic, place }]));
    const take = (key: TopicId | null, name: string | null, inside: readonly PlacedTopic[]): TopicGroup => {
      for (const { topic } of inside) placed.delete(topic.id);
      return { key, name, topics: inside, size: inside.reduce((sum, { topic }) => sum + topic.size, 0) };
    };
    const groups = this.groups.flatMap(({ name, topics: ids }) => {
      const inside = ids.flatMap((id) => placed.get(id) ?? []).sort((a, b) => a.place - b.place);
      // A topic on its own needs no heading that says the same again.
      return inside.length < 2 ? [] : [take(ids[0] ?? null, name, inside)];
    });
    // So does one that was made just now.
    const others = take(null, null, [...placed.values()]);
    return others.topics.length > 0 ? [...groups, others] : groups;
  }
}
