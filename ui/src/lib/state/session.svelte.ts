/**
 * One open workbook on screen: its data, its jobs and everything the window
 * remembers about it. Opening another workbook makes another session.
 */
import { untrack } from "svelte";
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, TopicId, WorkbookView } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { figure } from "$lib/text/format";
import { addedText } from "$lib/text/report";
import { said } from "$lib/text/said";
import { Broad } from "./broad.svelte";
import { Compare } from "./compare.svelte";
import { Doubt } from "./doubt.svelte";
import { Exporting } from "./exporting.svelte";
import { Finding } from "./finding.svelte";
import { Heatmap } from "./heatmap.svelte";
import { History } from "./history.svelte";
import type { Added } from "./importing.svelte";
import { Jobs, type RunJob } from "./jobs.svelte";
import { Layout, type Tab } from "./layout.svelte";
import type { Library } from "./library.svelte";
import { Lit } from "./lit.svelte";
import { ItemMap } from "./map.svelte";
import { readMemory, writeMemory } from "./memory";
import { Models } from "./models.svelte";
import { Moving, type ToastAction } from "./moving.svelte";
import { Nearness } from "./nearness.svelte";
import { Score } from "./score.svelte";
import { Selection } from "./selection.svelte";
import { Sorting } from "./sorting.svelte";
import { Threshold } from "./threshold.svelte";
import { HeatmapTree } from "./tree.svelte";
import { OpenWorkbook } from "./workbook.svelte";
import { WordsTable } from "./words.svelte";

const SAVE_AFTER_MS = 400;

/** What a session needs of the app around it. */
export interface Surroundings {
  backend: Backend;
  library: Library;
  fail: (thrown: unknown) => void;
  say: (text: string, action?: ToastAction) => void;
}

export class Session {
  readonly workbook: OpenWorkbook;
  readonly selection = new Selection();
  readonly layout = new Layout();
  readonly jobs: Jobs;
  readonly words: WordsTable;
  readonly heatmap: Heatmap;
  readonly tree: HeatmapTree;
  readonly nearness: Nearness;
  readonly moving: Moving;
  readonly sorting: Sorting;
  readonly threshold: Threshold;
  readonly doubt: Doubt;
  readonly score: Score;
  readonly history: History;
  readonly compare: Compare;
  readonly models: Models;
  readonly map: ItemMap;
  readonly broad: Broad;
  readonly finding: Finding;
  readonly exporting: Exporting;
  readonly lit = new Lit();
  /** The topic whose name is being edited in the topics panel. */
  renaming = $state<TopicId | null>(null);
  /** The item that is read again with its new context. */
  givingContextTo = $state<ItemId | null>(null);
  isReportOpen = $state(false);

  readonly #around: Surroundings;
  /** What was added last: with how many items, after how many steps, and what undo calls it and the placing after it. */
  #added: { itemCount: number; before: number; labels: string[]; isWaiting: boolean } | null = null;
  #saved: string;
  #unsaved: string | null = null;
  #saving: Promise<void> = Promise.resolve();
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #stopWatching: () => void;
  #isClosed = false;

  constructor(around: Surroundings, view: WorkbookView) {
    this.#around = around;
    this.workbook = new OpenWorkbook(around.backend, view, (count) => {
      this.selection.keepBelow(count);
    });
    this.jobs = new Jobs(around.backend, (view) => this.workbook.update(view));
    this.words = new WordsTable(this.workbook);
    this.broad = new Broad(around.backend, this.workbook);
    this.finding = new Finding(this.workbook);
    this.heatmap = new Heatmap(around.backend, this.fail);
    this.nearness = new Nearness(around.backend);
    this.moving = new Moving({
      backend: around.backend,
      workbook: this.workbook,
      selection: this.selection,
      attempt: (action) => this.attempt(action),
      say: around.say,
      nameTopic: (topic) => {
        if (this.layout.isTopicsOpen) this.renaming = topic;
      },
    });
    this.sorting = new Sorting(this.workbook);
    this.threshold = new Threshold(this.workbook);
    this.doubt = new Doubt(this.workbook);
    this.score = new Score(around.backend, this.workbook);
    this.history = new History(around.backend, this.workbook);
    this.models = new Models({
      backend: around.backend,
      library: around.library,
      workbook: this.workbook,
      jobs: this.jobs,
      runJob: this.#runJob,
      attempt: (action) => this.attempt(action),
      undo: () => this.undo(),
      say: around.say,
    });
    this.compare = new Compare({
      backend: around.backend,
      library: around.library,
      workbook: this.workbook,
      models: this.models,
      jobs: this.jobs,
      runJob: this.#runJob,
    });
    this.tree = new HeatmapTree({
      backend: around.backend,
      workbook: this.workbook,
      heatmap: this.heatmap,
      runJob: this.#runJob,
      attempt: (action) => this.attempt(action),
      say: around.say,
      undo: () => this.undo(),
      onorder: () => {
        for (const { cells } of this.compare.heatmaps.all) cells.forget();
      },
    });
    this.map = new ItemMap({
      backend: around.backend,
      workbook: this.workbook,
      jobs: this.jobs,
      runJob: this.#runJob,
      attempt: (action) => this.attempt(action),
    });
    this.exporting = new Exporting({
      backend: around.backend,
      workbook: this.workbook,
      selection: this.selection,
      words: this.words,
      layout: this.layout,
      runJob: this.#runJob,
      attempt: (action) => this.attempt(action),
      say: around.say,
    });
    this.#restore(view);
    this.#saved = this.#remember();
    this.#stopWatching = $effect.root(() => {
      $effect(() => {
        const memory = this.#remember();
        untrack(() => {
          this.#saveSoon(memory);
        });
      });
    });
  }

  /** Tells the person of a failure, unless it came too late to matter: its workbook is closed. */
  readonly fail = (thrown: unknown): void => {
    if (!this.#isClosed) this.#around.fail(thrown);
  };

  /** Fetches what the workbook holds, then does by itself what is still to do. */
  async begin(): Promise<void> {
    try {
      await this.workbook.load();
    } catch (thrown) {
      this.fail(thrown);
      return;
    }
    const { view, isReadOnly, missingVectors } = this.workbook;
    if (this.#isClosed || isReadOnly) return;
    if (missingVectors > 0) {
      // Nothing is sent to a server by itself: the window says what waits, and for whom.
      if (!view.isPaused && view.model.isLocal) await this.embed();
    } else if (!view.hasTopics) {
      await this.findTopics();
    } else {
      this.#warmUp();
      this.#goOnWithDraft();
    }
  }

  /** Embeds what has no vector yet (a server is asked only after its receipt) and, the first time, finds topics after it. */
  async embed(): Promise<void> {
    const { model } = this.workbook.view;
    if (model.isLocal) {
      await this.#runJob("embed", (id, onProgress) => this.#around.backend.embed(id, onProgress));
    } else {
      await this.models.embed(model.id);
    }
    const { view, isReadOnly, missingVectors } = this.workbook;
    if (this.#isClosed || isReadOnly || missingVectors > 0 || this.jobs.running) return;
    if (!view.hasTopics) await this.findTopics();
    else if (this.#added?.isWaiting === true && this.#added.itemCount === view.itemCount)
      await this.#placeAdded();
  }

  /** Goes on with what was just added: it is embedded, then placed into the topics there are. */
  async takeAdded({ workbook: view, added, known }: Added): Promise<void> {
    const { say, backend } = this.#around;
    await this.attempt(async () => {
      await this.workbook.update(view);
      if (this.#isClosed) return;
      if (added === 0) {
        say(m.added_nothing({ count: known, shown: figure(known) }));
        return;
      }
      const { done } = await backend.history();
      this.#added = {
        itemCount: view.itemCount,
        before: done - 1,
        labels: [lastOf(view)],
        isWaiting: true,
      };
      say(addedText(this.workbook.unit, added, known), {
        label: m.undo(),
        run: () => void this.#takeAddedBack(),
      });
      // Nothing is sent to a server by itself: the window says what waits, and for whom.
      if (view.model.isLocal) await this.embed();
    });
  }

  async #placeAdded(): Promise<void> {
    const added = this.#added;
    if (!added) return;
    added.isWaiting = false;
    await this.placeUnsorted();
    added.labels.push(lastOf(this.workbook.view));
  }

  /** Undoes adding, with the placing that followed it. */
  async #takeAddedBack(): Promise<void> {
    const added = this.#added;
    if (this.#isClosed || !added) return;
    if (!added.labels.includes(lastOf(this.workbook.view))) {
      this.#around.say(m.undo_too_late());
      return;
    }
    this.#added = null;
    const kind = this.jobs.running?.kind;
    if (kind === "embed" || kind === "placeUnsorted") this.jobs.abandon();
    await this.attempt(async () => {
      await this.workbook.update(await this.#around.backend.travel(added.before));
    });
  }

  /** While nothing else is to do, the model that follows a draft reads the list. */
  #goOnWithDraft(): void {
    const { isReadOnly, missingVectors, view } = this.workbook;
    const isIdle = !this.#isClosed && !this.jobs.running && missingVectors === 0 && view.hasTopics;
    if (isIdle && !isReadOnly && !this.models.isHeld && !view.isPaused && view.nextModel?.isLocal === true) {
      void this.models.finishDraft();
    }
  }

  async findTopics(): Promise<void> {
    const { method, count } = this.finding;
    await this.#runJob("findTopics", (id, onProgress) =>
      this.#around.backend.findTopics(id, method, count, onProgress),
    );
    this.#warmUp();
  }

  /** Lets the engine look for everybody's neighbours now, so that the first drag need not wait for it. */
  #warmUp(): void {
    // Whatever is wrong will be told when somebody drags.
    if (!this.#isClosed && this.workbook.view.hasTopics) {
      this.#around.backend.followers([0], null).catch(() => undefined);
    }
  }

  /** Lists can be added to this workbook. */
  get canAdd(): boolean {
    return !this.#isClosed && !this.workbook.isReadOnly;
  }

  /** Something is under way that the person has to wait for: a model that reads behind a draft is not. */
  get isBusy(): boolean {
    return this.jobs.running !== null && !this.models.isBehindDraft;
  }

  /** Sorts into the topics typed in the dialog. */
  async sortIntoTopics(): Promise<void> {
    if (!this.sorting.canSort || this.workbook.missingVectors > 0) return;
    const request = this.sorting.request();
    const outcome = await this.#runJob("sortInto", (id, onProgress) =>
      this.#around.backend.sortInto(id, request, onProgress),
    );
    if (outcome?.kind === "finished") this.sorting.finish();
  }

  async placeUnsorted(): Promise<void> {
    await this.#runJob("placeUnsorted", (id, onProgress) =>
      this.#around.backend.placeUnsorted(id, onProgress),
    );
  }

  /** Tells the model what an item means; an empty context takes that back. */
  async giveContext(item: ItemId, context: string): Promise<void> {
    const wanted = context === "" ? null : context;
    if (wanted === this.workbook.contextOf(item)) return;
    this.givingContextTo = item;
    await this.attempt(async () =>
      this.workbook.update(await this.#around.backend.giveContext(item, wanted)),
    );
    if (this.givingContextTo === item) this.givingContextTo = null;
  }

  /** Whether a tab has something to show: the list from the start, likeness with vectors, the rest with topics. */
  hasTab(tab: Tab): boolean {
    if (tab === "words") return true;
    if (tab === "heatmap" || tab === "map")
      return this.workbook.isLoaded && this.workbook.missingVectors === 0;
    return this.workbook.view.hasTopics && (tab !== "score" || this.score.judges.length > 0);
  }

  /** Finds topics inside a topic. */
  async split(topic: TopicId): Promise<void> {
    await this.#runJob("splitTopic", (id, onProgress) =>
      this.#around.backend.splitTopic(id, topic, onProgress),
    );
  }

  async cancelJob(): Promise<void> {
    await this.attempt(() => this.jobs.cancel());
  }

  async rename(topic: TopicId, name: string): Promise<void> {
    this.renaming = null;
    const wanted = name.trim();
    if (wanted === "" || wanted === this.workbook.topicById.get(topic)?.name) return;
    await this.attempt(() => this.workbook.apply({ kind: "renameTopic", topic, name: wanted }));
  }

  async undo(): Promise<void> {
    await this.attempt(() => this.workbook.undo());
  }

  async redo(): Promise<void> {
    await this.attempt(() => this.workbook.redo());
  }

  async openHistory(): Promise<void> {
    await this.attempt(() => this.history.open());
  }

  /** Undoes or redoes until so many steps are done. */
  async travel(done: number): Promise<void> {
    await this.attempt(() => this.history.goTo(done));
  }

  /** Writes the window's memory now instead of in a moment. */
  async flush(): Promise<void> {
    if (this.#isClosed) return;
    this.#saveSoon(this.#remember());
    clearTimeout(this.#saveTimer);
    const memory = this.#unsaved;
    if (memory !== null && !this.workbook.isReadOnly) {
      this.#unsaved = null;
      this.#saved = memory;
      this.#saving = this.#around.backend.saveView(memory).catch(this.fail);
    }
    // Also what was on its way already: a window that closes next must not cut it off.
    await this.#saving;
  }

  /** Saves the window's memory and ends the session. */
  async close(): Promise<void> {
    await this.flush();
    this.leave();
  }

  /** Ends the session without writing anything: its workbook is no longer the open one. */
  leave(): void {
    this.#isClosed = true;
    clearTimeout(this.#saveTimer);
    this.#unsaved = null;
    this.#stopWatching();
    this.jobs.abandon();
    this.models.receipt.cancel();
    this.moving.drag.cancel();
  }

  /** Does something for the person; if it fails, says so. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  readonly #runJob: RunJob = async (kind, start) => {
    try {
      const outcome = await this.jobs.run(kind, start);
      // What is open now may be another workbook.
      if (this.#isClosed) return null;
      // Its own jobs end for a reason; other ones only interrupted it.
      if (kind !== "embedWith" && kind !== "adoptModel") this.#goOnWithDraft();
      return outcome;
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  };

  #remember(): string {
    const { layout, selection, heatmap, words, finding, map } = this;
    return writeMemory({
      tab: layout.tab,
      isTopicsOpen: layout.isTopicsOpen,
      isInspectorOpen: layout.isInspectorOpen,
      selected: selection.current,
      metric: heatmap.metric,
      palette: heatmap.palette,
      numbers: heatmap.numbers,
      isTable: heatmap.isTable,
      viewport: heatmap.viewport,
      sortKey: words.sortKey,
      isDescending: words.isDescending,
      topicFilter: words.topicFilter,
      query: words.query,
      topicCount: finding.topicCount,
      topicMethod: finding.method,
      smallestTopic: finding.smallestTopic,
      isGrouped: layout.isGrouped,
      mapMethod: map.method,
      mapDims: map.dims,
    });
  }

  #restore(view: WorkbookView): void {
    const memory = readMemory(view.view);
    const { layout, selection, heatmap, words, finding, map } = this;
    layout.tab = memory.tab ?? layout.tab;
    layout.isTopicsOpen = memory.isTopicsOpen ?? layout.isTopicsOpen;
    layout.isInspectorOpen = memory.isInspectorOpen ?? layout.isInspectorOpen;
    heatmap.metric = memory.metric ?? heatmap.metric;
    heatmap.palette = memory.palette ?? heatmap.palette;
    heatmap.numbers = memory.numbers ?? heatmap.numbers;
    heatmap.isTable = memory.isTable ?? heatmap.isTable;
    heatmap.viewport = memory.viewport ?? null;
    words.sortKey = memory.sortKey ?? words.sortKey;
    words.isDescending = memory.isDescending ?? words.isDescending;
    words.query = memory.query ?? words.query;
    words.topicFilter = memory.topicFilter ?? null;
    finding.topicCount = memory.topicCount ?? null;
    finding.method = memory.topicMethod ?? finding.method;
    finding.smallestTopic = memory.smallestTopic ?? null;
    layout.isGrouped = memory.isGrouped ?? layout.isGrouped;
    map.method = memory.mapMethod ?? map.method;
    map.dims = memory.mapDims ?? map.dims;
    const selected = memory.selected;
    const isThere =
      selected?.kind === "item"
        ? selected.item < view.itemCount
        : selected?.kind !== "topic" ||
          selected.topic === null ||
          view.topics.some((topic) => topic.id === selected.topic);
    if (selected && isThere) selection.restore(selected);
  }

  #saveSoon(memory: string): void {
    if (memory === this.#saved) {
      this.#unsaved = null;
      return;
    }
    this.#unsaved = memory;
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.flush(), SAVE_AFTER_MS);
  }
}

/** What undo would take back, to know it again. */
function lastOf({ undoLabel }: WorkbookView): string {
  return undoLabel ? said(undoLabel) : "";
}
