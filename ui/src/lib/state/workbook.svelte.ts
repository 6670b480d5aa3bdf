/** The open workbook: its texts, topics and places, and the edits made to it. */
import type { Backend, Places } from "$lib/ipc/backend";
import { NO_TOPIC } from "$lib/ipc/backend";
import type { Edit, ItemId, TopicId, TopicView, WorkbookView } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { unitOf } from "$lib/text/unit";
import { Latest } from "./latest";

/** Where items are before topics were found: all in Unsorted. */
function nowhere(count: number): Places {
  return {
    topic: new Uint32Array(count).fill(NO_TOPIC),
    suggested: new Uint32Array(count).fill(NO_TOPIC),
    runnerUp: new Uint32Array(count).fill(NO_TOPIC),
    confidence: new Float32Array(count),
    runnerUpConfidence: new Float32Array(count),
    pinned: new Uint8Array(count),
  };
}

const LABEL_LETTERS = 300;

export class OpenWorkbook {
  view: WorkbookView;
  texts = $state.raw<readonly string[]>([]);
  /** Empty when the list has no categories. */
  categories = $state.raw<readonly string[]>([]);
  places: Places;
  isLoaded = $state(false);

  readonly unit = $derived(unitOf(this.texts));
  readonly topicById = $derived.by(() => new Map(this.view.topics.map((topic) => [topic.id, topic])));
  /** Items in Unsorted that the machine may place. */
  readonly placeableCount = $derived.by(() => {
    const { topic, pinned } = this.places;
    return topic.reduce((sum, at, item) => sum + (at === NO_TOPIC && pinned[item] !== 1 ? 1 : 0), 0);
  });
  readonly #contextByItem = $derived.by(
    () => new Map(this.view.contexts.map(({ item, context }) => [item, context])),
  );
  /** Items of every topic (and of `NO_TOPIC`), typical ones first, then by confidence. */
  readonly members = $derived.by(() => this.#sortMembers());

  readonly #backend: Backend;
  readonly #onItems: (count: number) => void;
  readonly #places = new Latest();
  #placesRevision = -1;
  /** The members worked out last: a list that stayed the same stays the same array. */
  #known = new Map<number, ItemId[]>();

  /** `onItems` hears how many items there are before others, or fewer, are shown. */
  constructor(backend: Backend, view: WorkbookView, onItems: (count: number) => void = () => undefined) {
    this.#backend = backend;
    this.#onItems = onItems;
    this.view = $state.raw(view);
    this.places = $state.raw(nowhere(0));
  }

  get isReadOnly(): boolean {
    return this.view.isReadOnly;
  }

  get missingVectors(): number {
    return this.view.itemCount - this.view.embeddedCount;
  }

  async load(): Promise<void> {
    const { texts, categories } = await this.#list(this.view);
    this.texts = texts;
    this.categories = categories;
    this.places = nowhere(texts.length);
    await this.#loadPlaces();
    this.isLoaded = true;
  }

  async #list({ hasCategories }: WorkbookView): Promise<{ texts: string[]; categories: string[] }> {
    const [texts, categories] = await Promise.all([
      this.#backend.texts(),
      hasCategories ? this.#backend.categories() : [],
    ]);
    return { texts, categories };
  }

  /** Takes over what the engine says the workbook is now. */
  async update(view: WorkbookView): Promise<void> {
    // Items were added, or that was undone.
    const hasOtherItems = this.isLoaded && view.itemCount !== this.texts.length;
    if (hasOtherItems || (view.revision !== this.#placesRevision && view.hasTopics)) {
      // Texts, topics and places change together on screen, or a topic would lose its items for a moment.
      const reply = await this.#places.ask(() =>
        Promise.all([
          hasOtherItems ? this.#list(view) : null,
          view.hasTopics ? this.#backend.places() : nowhere(view.itemCount),
        ]),
      );
      if (!reply) return;
      const [list, places] = reply.answer;
      if (list) {
        this.#onItems(view.itemCount);
        this.texts = list.texts;
        this.categories = list.categories;
      }
      this.places = places;
      this.#placesRevision = view.revision;
    }
    this.view = { ...view, topics: view.topics.map((topic) => this.#unlessSame(topic)) };
  }

  /** The topic as it was known when nothing about it is new, so that only what changed is drawn anew. */
  #unlessSame(topic: TopicView): TopicView {
    const known = this.topicById.get(topic.id);
    return known && JSON.stringify(known) === JSON.stringify(topic) ? known : topic;
  }

  async apply(edit: Edit): Promise<void> {
    await this.update(await this.#backend.applyEdit(edit));
  }

  async undo(): Promise<void> {
    if (this.view.undoLabel !== null) await this.update(await this.#backend.undo());
  }

  async redo(): Promise<void> {
    if (this.view.redoLabel !== null) await this.update(await this.#backend.redo());
  }

  text(item: ItemId): string {
    return this.texts[item] ?? "";
  }

  /** The text as far as a line of the window can show it. */
  label(item: ItemId): string {
    const text = this.text(item);
    return text.length > LABEL_LETTERS ? `${text.slice(0, LABEL_LETTERS)}\u2026` : text;
  }

  /** What the person said it means; null for nothing. */
  contextOf(item: ItemId): string | null {
    return this.#contextByItem.get(item) ?? null;
  }

  /** The text as the model reads it, for tooltips: "apple, the company". */
  readAs(item: ItemId): string {
    const context = this.contextOf(item);
    return context === null ? this.label(item) : m.read_as({ text: this.label(item), context });
  }

  topicOf(item: ItemId): TopicView | null {
    return this.topicById.get(this.places.topic[item] ?? NO_TOPIC) ?? null;
  }

  runnerUpOf(item: ItemId): TopicView | null {
    return this.topicById.get(this.places.runnerUp[item] ?? NO_TOPIC) ?? null;
  }

  confidenceOf(item: ItemId): number {
    return this.places.confidence[item] ?? 0;
  }

  isPinned(item: ItemId): boolean {
    return this.places.pinned[item] === 1;
  }

  /** Where the machine would put it. */
  suggestedOf(item: ItemId): TopicView | null {
    return this.topicById.get(this.places.suggested[item] ?? NO_TOPIC) ?? null;
  }

  runnerUpConfidenceOf(item: ItemId): number {
    return this.places.runnerUpConfidence[item] ?? 0;
  }

  membersOf(topic: TopicId | null): readonly ItemId[] {
    return this.members.get(topic ?? NO_TOPIC) ?? [];
  }

  async #loadPlaces(): Promise<void> {
    if (!this.view.hasTopics) return;
    const places = await this.#places.ask(() => this.#backend.places());
    if (!places) return;
    this.places = places.answer;
    this.#placesRevision = this.view.revision;
  }

  #sortMembers(): Map<number, ItemId[]> {
    const { topic, confidence } = this.places;
    const members = new Map<number, ItemId[]>([[NO_TOPIC, []]]);
    for (const { id } of this.view.topics) members.set(id, []);
    for (let item = 0; item < topic.length; item += 1) members.get(topic[item] ?? NO_TOPIC)?.push(item);
    for (const items of members.values()) {
      items.sort((a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0) || a - b);
    }
    for (const { id, typical } of this.view.topics) {
      const first = new Set(typical.filter((item) => topic[item] === id));
      const rest = (members.get(id) ?? []).filter((item) => !first.has(item));
      members.set(id, [...first, ...rest]);
    }
    for (const [id, items] of members) {
      const known = this.#known.get(id);
      if (known && known.length === items.length && known.every((item, at) => item === items[at])) {
        members.set(id, known);
      }
    }
    this.#known = members;
    return members;
  }
}
