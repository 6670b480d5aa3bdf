/** Handing the list on to other programs: as a file, as a table to paste, as a copy of the workbook. */
import type { Backend } from "$lib/ipc/backend";
import type { ExportFormat, ItemId, TopicId } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { fileNameOf } from "$lib/text/files";
import { countOf, fileName } from "$lib/text/format";
import type { RunJob } from "./jobs.svelte";
import type { Layout } from "./layout.svelte";
import type { Selection } from "./selection.svelte";
import type { OpenWorkbook } from "./workbook.svelte";
import type { WordsTable } from "./words.svelte";

/** For people first, then for programs. */
export const FORMATS: readonly ExportFormat[] = [
  "xlsx",
  "csv",
  "report",
  "json",
  "parquet",
  "npy",
  "projector",
];

export const ENDINGS: Record<ExportFormat, string> = {
  xlsx: "xlsx",
  csv: "csv",
  report: "html",
  json: "json",
  parquet: "parquet",
  npy: "npy",
  projector: "tsv",
};

/** Everything, one topic, what is selected, or the rows that Words shows, as filtered and sorted. */
export type ExportWhat = "all" | "topic" | "selection" | "shown";

/** What the dialog was opened for; by itself it looks at what is selected. */
export type ExportWish = { kind: "selection" } | { kind: "topic"; topic: TopicId | null };

export interface ExportingSurroundings {
  backend: Backend;
  workbook: OpenWorkbook;
  selection: Selection;
  words: WordsTable;
  layout: Layout;
  runJob: RunJob;
  attempt: (action: () => Promise<void>) => Promise<void>;
  say: (text: string) => void;
}

// One word is selected by looking at it, so that it alone is seldom meant.
const FEWEST_MEANT = 2;

export class Exporting {
  isOpen = $state(false);
  format = $state<ExportFormat>("xlsx");
  what = $state<ExportWhat>("all");
  /** Null: Unsorted. */
  topic = $state<TopicId | null>(null);
  isExact = $state(false);
  hasMark = $state(true);

  readonly #around: ExportingSurroundings;

  constructor(around: ExportingSurroundings) {
    this.#around = around;
  }

  /** What there is to choose from. */
  get choices(): ExportWhat[] {
    const { workbook, selection } = this.#around;
    return [
      "all",
      ...(workbook.view.hasTopics ? (["topic"] as const) : []),
      ...(selection.items.size > 0 ? (["selection"] as const) : []),
      ...(this.#isListChanged ? (["shown"] as const) : []),
    ];
  }

  open(wish?: ExportWish): void {
    const { selection, workbook } = this.#around;
    const { current, items } = selection;
    if (wish?.kind === "topic") this.topic = wish.topic;
    else if (current.kind === "topic") this.topic = current.topic;
    else if (current.kind === "item") this.topic = workbook.topicOf(current.item)?.id ?? null;
    else this.topic = workbook.view.topics[0]?.id ?? null;
    if (wish) this.what = wish.kind;
    else if (items.size >= FEWEST_MEANT) this.what = "selection";
    else if (this.#isListChanged) this.what = "shown";
    else this.what = current.kind === "topic" && workbook.view.hasTopics ? "topic" : "all";
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  countOf(what: ExportWhat): number {
    return this.#items(what)?.length ?? this.#around.workbook.view.itemCount;
  }

  get count(): number {
    return this.countOf(this.what);
  }

  get suggestedName(): string {
    const { workbook } = this.#around;
    const topic = this.topic === null ? m.unsorted() : (workbook.topicById.get(this.topic)?.name ?? "");
    const parts = [workbook.view.name, ...(this.what === "topic" ? [topic] : [])];
    return fileNameOf(parts.join(" - "), ENDINGS[this.format]);
  }

  /** Asks where to, then writes the file while the window can be used. */
  async confirm(): Promise<void> {
    const { backend, runJob, attempt, say, workbook } = this.#around;
    const items = this.#items(this.what);
    const what = countOf(workbook.unit, this.count);
    const { format, isExact, hasMark } = this;
    await attempt(async () => {
      const path = await backend.askSavePath(m.export_title(), this.suggestedName);
      if (path === null) return;
      this.isOpen = false;
      const request = { path, format, items, isExact, hasMark };
      const outcome = await runJob("export", (id, onProgress) => backend.exportTo(id, request, onProgress));
      if (outcome?.kind === "finished") say(m.export_saved({ what, name: fileName(path) }));
    });
  }

  /** What is selected, else what Words shows, else everything. */
  async copyTable(): Promise<void> {
    const { backend, attempt, say, selection, workbook } = this.#around;
    const what = selection.items.size > 0 ? "selection" : this.#isListChanged ? "shown" : "all";
    await attempt(async () => {
      await backend.copyTable(this.#items(what));
      say(m.copy_table_done({ what: countOf(workbook.unit, this.countOf(what)) }));
    });
  }

  async saveCopy(): Promise<void> {
    const { backend, attempt, say, workbook } = this.#around;
    await attempt(async () => {
      const path = await backend.askSavePath(
        m.save_copy_title(),
        fileNameOf(m.save_copy_name({ name: workbook.view.name }), "kindred"),
      );
      if (path === null) return;
      await backend.saveCopy(path);
      say(m.save_copy_done({ name: fileName(path) }));
    });
  }

  /** In Words, where the list is filtered or in another order. */
  get #isListChanged(): boolean {
    const { layout, words } = this.#around;
    return layout.tab === "words" && (words.isFiltered || words.sortKey !== "list");
  }

  /** Null: all, in the order of the list. */
  #items(what: ExportWhat): ItemId[] | null {
    const { selection, words, workbook } = this.#around;
    const inListOrder = (items: Iterable<ItemId>): ItemId[] => [...items].sort((a, b) => a - b);
    switch (what) {
      case "all":
        return null;
      case "topic":
        return inListOrder(workbook.membersOf(this.topic));
      case "selection":
        return inListOrder(selection.items);
      case "shown":
        return [...words.rows];
    }
  }
}
