/**
 * Everything the window may ask of the engine. `tauri.ts` answers it in the
 * app, `fake.ts` in tests; nothing else knows where answers come from.
 */
import type {
  Agreement, Edit, FileKind, Follower, HeatmapLayout, History, ImportOptions, ImportPreview, ItemId, JobId, JobOutcome,
  Judge, ListSource, Metric, Neighbour, PairStatistics, Progress, SortRequest, StartInfo, TopicId, WorkbookView,
} from "./bindings";

/** Where every item is, by item id. */
export interface Places {
  /** Topic id, or `NO_TOPIC` in Unsorted. */
  topic: Uint32Array;
  /** Where the machine would put it, or `NO_TOPIC`. */
  suggested: Uint32Array;
  /** The second best topic, or `NO_TOPIC`. */
  runnerUp: Uint32Array;
  /** How sure the machine is of its suggestion, 0 to 1. */
  confidence: Float32Array;
  runnerUpConfidence: Float32Array;
  /** 1 when the person put it there. */
  pinned: Uint8Array;
}
export const NO_TOPIC = 0xffffffff;

export interface Backend {
  // Queries
  start(): Promise<StartInfo>;
  /** Reads a list without keeping it. Without options it recognises them. */
  preview(source: ListSource, options: ImportOptions | null): Promise<ImportPreview>;
  fileKind(path: string): Promise<FileKind>;
  /** The open workbook, or null on the start screen. */
  workbook(): Promise<WorkbookView | null>;
  /** Text of every item, by item id. */
  texts(): Promise<string[]>;
  /** The list's own category of every item ("" for none), by item id. */
  categories(): Promise<string[]>;
  places(): Promise<Places>;
  neighbours(item: ItemId, count: number): Promise<Neighbour[]>;
  /** Unpinned items elsewhere that would follow `items` into `topic` (null: a new topic), surest first. */
  followers(items: ItemId[], topic: TopicId | null): Promise<Follower[]>;
  history(): Promise<History>;
  /** Null when there is nothing to compare with. */
  agreement(judge: Judge): Promise<Agreement | null>;
  pairStatistics(): Promise<PairStatistics>;
  heatmapLayout(metric: Metric): Promise<HeatmapLayout>;
  /** Item id at every place along the heatmap's sides. */
  heatmapOrder(): Promise<Uint32Array>;
  /** `tileCells x tileCells` values, row-major: 0 to 254 from low to high, 255 for nothing (the diagonal, outside). */
  heatmapTile(metric: Metric, level: number, row: number, column: number): Promise<Uint8Array>;
  /** Exact similarities of a stretch of rows with a stretch of columns (places in the order), row-major, at most 65,536. */
  similarities(metric: Metric, rows: [number, number], columns: [number, number]): Promise<Float32Array>;

  // Workbooks
  importList(source: ListSource, options: ImportOptions): Promise<WorkbookView>;
  openWorkbook(path: string): Promise<WorkbookView>;
  closeWorkbook(): Promise<void>;
  forgetRecent(path: string): Promise<StartInfo>;
  /** Remembers how the window looks. */
  saveView(view: string): Promise<void>;

  // Edits
  applyEdit(edit: Edit): Promise<WorkbookView>;
  undo(): Promise<WorkbookView>;
  redo(): Promise<WorkbookView>;
  /** Undoes or redoes until so many edits of the history are done. */
  travel(done: number): Promise<WorkbookView>;
  /** Tells the model what a text means (null: nothing) and embeds it anew. */
  giveContext(item: ItemId, context: string | null): Promise<WorkbookView>;

  // Jobs
  embed(job: JobId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** `count` null: the machine chooses how many. */
  findTopics(job: JobId, count: number | null, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Sorts everything that is not pinned into topics the person made. */
  sortInto(job: JobId, request: SortRequest, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Finds topics inside a topic. */
  splitTopic(job: JobId, topic: TopicId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Puts what is unsorted and not pinned into the topics there are. */
  placeUnsorted(job: JobId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  cancelJob(job: JobId): Promise<void>;

  // The system
  /** Asks for a file to open; null when the person closed the dialog. */
  askOpenPath(): Promise<string | null>;
  askSavePath(suggestedName: string): Promise<string | null>;
  /** Writes text, topic and confidence of these items, in this order (null: all, in list order). */
  exportCsv(path: string, items: ItemId[] | null): Promise<void>;
  /** Calls back with the paths of files dropped on the window or given on the command line. */
  onFiles(callback: (paths: string[]) => void): () => void;
  /** Whether a drag with files is over the window. */
  onFileHover(callback: (isOver: boolean) => void): () => void;
  /** The window is about to close: it waits, a moment at most, until what the callback began is done. */
  onClosing(callback: () => Promise<void>): () => void;
}
