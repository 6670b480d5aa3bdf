/**
 * Moving words and topics about: by dragging, by menu, by keys. All of them end
 * here, and here the person is asked about what would follow.
 */
import { Drag } from "$lib/drag/drag.svelte";
import { judge, type Verdict } from "$lib/drag/policy";
import type { Backend } from "$lib/ipc/backend";
import { NO_TOPIC } from "$lib/ipc/backend";
import type { Edit, Follower, ItemId, TopicId } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { countOf } from "$lib/text/format";
import type { Names } from "$lib/text/moves";
import { Latest } from "./latest";
import type { Selection } from "./selection.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

/** What the "Move to ..." palette is open for. */
export type Palette = { kind: "items"; items: readonly ItemId[] } | { kind: "merge"; topic: TopicId };

/** Others that look like they belong where the person just moved something. */
export interface Offer {
  moved: readonly ItemId[];
  topic: TopicId;
  followers: readonly Follower[];
  /** The workbook it is about: after any change it is void. */
  revision: number;
}

/** A menu of words, and where on screen it opens. */
export interface ItemMenu {
  items: readonly ItemId[];
  x: number;
  y: number;
}

export interface ToastAction {
  label: string;
  run: () => void;
}

/** What moving needs of the session. */
export interface MovingSurroundings {
  backend: Backend;
  workbook: OpenWorkbook;
  selection: Selection;
  attempt: (action: () => Promise<void>) => Promise<void>;
  say: (text: string, action?: ToastAction) => void;
  /** Lets the person name a topic that was just made. */
  nameTopic: (topic: TopicId) => void;
}

export class Moving {
  readonly drag: Drag;
  palette = $state.raw<Palette | null>(null);
  menu = $state.raw<ItemMenu | null>(null);
  /** The topic whose colour is being chosen. */
  colouring = $state<TopicId | null>(null);
  isShowingFollowers = $state(false);
  /** What was just done, for those who listen. */
  said = $state("");
  /** The words moved last come first on their card. */
  landed = $state.raw<ReadonlySet<ItemId>>(new Set());

  /** Names of what hints speak of. */
  readonly names: Names = {
    topic: (topic) =>
      topic === null ? m.unsorted() : (this.#around.workbook.topicById.get(topic)?.name ?? ""),
    items: (items) => this.nameOf(items),
  };

  readonly #around: MovingSurroundings;
  readonly #asked = new Latest();
  #offer = $state.raw<Offer | null>(null);
  readonly offer = $derived.by(() =>
    this.#offer?.revision === this.#around.workbook.view.revision ? this.#offer : null,
  );

  constructor(around: MovingSurroundings) {
    this.#around = around;
    const { backend, workbook } = around;
    this.drag = new Drag({
      judge: (dragged, target) =>
        judge(dragged, target, {
          isReadOnly: workbook.isReadOnly,
          topics: workbook.view.topics.map(({ id }) => id),
          topicOf: (item) => {
            const topic = workbook.places.topic[item] ?? NO_TOPIC;
            return topic === NO_TOPIC ? null : topic;
          },
        }),
      // Nobody follows while what was added is not read yet.
      follow: async (items, topic) =>
        workbook.missingVectors > 0 ? [] : backend.followers([...items], topic),
      drop: (verdict) => void this.carryOut(verdict),
    });
  }

  /** The selected words, lowest first. */
  get selected(): ItemId[] {
    return [...this.#around.selection.items].sort((a, b) => a - b);
  }

  /** What a drag that begins on this word takes along; the word is selected if it was not. */
  take(item: ItemId): readonly ItemId[] {
    const { selection } = this.#around;
    if (!selection.has(item)) selection.selectItem(item);
    return this.selected;
  }

  async carryOut(verdict: Verdict & { takes: true }): Promise<void> {
    switch (verdict.does) {
      case "move":
        return this.move(verdict.items, verdict.topic);
      case "makeTopic": {
        const made = await this.makeTopic(this.freeName(verdict.items), verdict.items);
        if (made !== null) this.#around.nameTopic(made);
        return;
      }
      case "merge":
        return this.merge(verdict.from, verdict.into);
      case "reorder":
        await this.#apply({ kind: "reorderTopic", topic: verdict.topic, place: verdict.place });
    }
  }

  /** Null: Unsorted. */
  async move(items: readonly ItemId[], topic: TopicId | null): Promise<void> {
    if (items.length === 0 || this.#around.workbook.isReadOnly) return;
    const isDone = await this.#apply({ kind: "moveItems", items: [...items], topic });
    if (!isDone) return;
    this.#settle(items, topic);
    if (topic !== null) await this.#askWhatFollows(items, topic);
  }

  async makeTopic(name: string, items: readonly ItemId[]): Promise<TopicId | null> {
    const { workbook } = this.#around;
    const wanted = name.trim();
    if (wanted === "" || workbook.isReadOnly) return null;
    const isDone = await this.#apply({ kind: "newTopic", name: wanted, items: [...items] });
    const made = workbook.view.topics.at(-1);
    if (!isDone || !made) return null;
    if (items.length > 0) {
      this.#settle(items, made.id);
      await this.#askWhatFollows(items, made.id);
    }
    return made.id;
  }

  /** Lets the machine move them again. */
  async unpin(items: readonly ItemId[]): Promise<void> {
    const pinned = items.filter((item) => this.#around.workbook.isPinned(item));
    if (pinned.length > 0) await this.#apply({ kind: "unpinItems", items: pinned });
  }

  async merge(from: TopicId, into: TopicId): Promise<void> {
    const { selection } = this.#around;
    if ((await this.#apply({ kind: "mergeTopics", from, into })) && selection.isTopic(from)) {
      selection.selectTopic(into);
    }
  }

  async recolour(topic: TopicId, colour: number): Promise<void> {
    this.colouring = null;
    if (this.#around.workbook.topicById.get(topic)?.colour === colour) return;
    await this.#apply({ kind: "recolourTopic", topic, colour });
  }

  /** Moves a topic one place up or down the list. */
  async shift(topic: TopicId, by: number): Promise<void> {
    const { topics } = this.#around.workbook.view;
    const place = topics.findIndex(({ id }) => id === topic) + by;
    if (place >= 0 && place < topics.length) await this.#apply({ kind: "reorderTopic", topic, place });
  }

  /** Deletes without asking; the notice can take it back. */
  async remove(topic: TopicId): Promise<void> {
    const { workbook, selection, say, attempt } = this.#around;
    const before = workbook.topicById.get(topic);
    if (!before || !(await this.#apply({ kind: "deleteTopic", topic }))) return;
    if (selection.isTopic(topic)) selection.clear();
    const { revision } = workbook.view;
    const what = countOf(workbook.unit, before.size);
    say(
      before.size === 0
        ? m.deleted_empty({ name: before.name })
        : m.deleted({ name: before.name, what, count: before.size }),
      {
        label: m.undo(),
        run: () => {
          // Something else may have been changed since: that is not what this notice takes back.
          if (workbook.view.revision === revision) void attempt(() => workbook.undo());
          else say(m.undo_too_late());
        },
      },
    );
  }

  /** Moves those who follow too, without asking about others again. */
  async takeFollowers(items: readonly ItemId[]): Promise<void> {
    const offer = this.offer;
    this.leaveFollowers();
    if (!offer || items.length === 0) return;
    if (await this.#apply({ kind: "moveItems", items: [...items], topic: offer.topic })) {
      this.#settle(items, offer.topic);
    }
  }

  leaveFollowers(): void {
    this.#offer = null;
    this.isShowingFollowers = false;
  }

  /** A name no topic has yet: the word itself, or "New topic". */
  freeName(items: readonly ItemId[]): string {
    const { workbook } = this.#around;
    const [only] = items;
    const wanted = items.length === 1 && only !== undefined ? workbook.label(only) : m.topic_new_name();
    const used = new Set(workbook.view.topics.map(({ name }) => name));
    if (!used.has(wanted)) return wanted;
    let number = 2;
    while (used.has(`${wanted} ${number}`)) number += 1;
    return `${wanted} ${number}`;
  }

  openPalette(palette: Palette): void {
    if (!this.#around.workbook.isReadOnly) this.palette = palette;
  }

  async #askWhatFollows(items: readonly ItemId[], topic: TopicId): Promise<void> {
    const { backend, workbook } = this.#around;
    const { revision } = workbook.view;
    if (workbook.missingVectors > 0) return;
    await this.#around.attempt(async () => {
      const reply = await this.#asked.ask(() => backend.followers([...items], topic));
      if (!reply || reply.answer.length === 0) return;
      this.isShowingFollowers = false;
      this.#offer = { moved: items, topic, followers: reply.answer, revision };
    });
  }

  #settle(items: readonly ItemId[], topic: TopicId | null): void {
    const { workbook, selection } = this.#around;
    this.landed = new Set(items);
    selection.release();
    const name = topic === null ? m.unsorted() : (workbook.topicById.get(topic)?.name ?? "");
    this.said = m.moved_to({ what: this.nameOf(items), topic: name });
  }

  /** "tomato" or "3 words". */
  nameOf(items: readonly ItemId[]): string {
    const { workbook } = this.#around;
    const [only] = items;
    return items.length === 1 && only !== undefined
      ? workbook.label(only)
      : countOf(workbook.unit, items.length);
  }

  async #apply(edit: Edit): Promise<boolean> {
    this.#asked.forget();
    let isDone = false;
    await this.#around.attempt(async () => {
      await this.#around.workbook.apply(edit);
      isDone = true;
    });
    return isDone;
  }
}
