/**
 * Everything the window may ask of the engine. `tauri.ts` answers it in the
 * app, `fake.ts` in tests; nothing else knows where answers come from.
 */
import type {
  AddOutcome, Agreement, Answer, ApiForm, ApiPreset, ApiTrial, AxisEnd, BroadTopic, CompareOutcome, DownloadOutcome, DownloadProgress, Edit, ExportRequest, FileKind,
  Follower, HeatmapLayout, History, ImportOptions, ImportOutcome, ItemId, JobId, JobOutcome, Judge, Linkage, ListSource, MapOutcome, MapRequest, MapView, Metric,
  ModelList, Neighbour, OpenWords, OwnModelOptions, OwnModelTrial, PairStatistics, PreviewOutcome, Progress, Question, Receipt, Related,
  RelatedPair, Scale, SortRequest, StartInfo, TopicId, TopicMethod, WorkbookView,
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

/**
 * A tree over the heatmap's places. Nodes below `leaves` are the leaves in order; node
 * `leaves + i` is merge `i`, and merges come in order of height.
 */
export interface Tree {
  linkage: Linkage;
  /** A leaf is one item, or a small group of items that were too many for a tree of their own. */
  leaves: number;
  /** First place of every leaf in the heatmap's order, and the end: `leaves + 1` numbers. */
  starts: Uint32Array;
  left: Uint32Array;
  right: Uint32Array;
  /** How far the two sides are from each other; what it measures depends on the linkage. */
  heights: Float32Array;
}
export const NO_TOPIC = 0xffffffff;

export interface Backend {
  // Queries
  start(): Promise<StartInfo>;
  /** Reads a list without keeping it. Without options it recognises them. A newer preview or import ends an older preview. */
  preview(
    job: JobId, source: ListSource, options: ImportOptions | null, onProgress: (progress: Progress) => void,
  ): Promise<PreviewOutcome>;
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
  /** `model` null: the workbook's own. The order of items is the same for every model. */
  heatmapLayout(metric: Metric, model: string | null): Promise<HeatmapLayout>;
  /** Item id at every place along the heatmap's sides. */
  heatmapOrder(): Promise<Uint32Array>;
  /** `tileCells x tileCells` values, row-major: 0 to 254 from low to high, 255 for nothing (the diagonal, outside). */
  heatmapTile(metric: Metric, model: string | null, level: number, row: number, column: number): Promise<Uint8Array>;
  /** Exact similarities of a stretch of rows with a stretch of columns (places in the order), row-major, at most 65,536. */
  similarities(
    metric: Metric, model: string | null, rows: [number, number], columns: [number, number],
  ): Promise<Float32Array>;

  /** Topics grouped into broad ones, in topic order; empty when there are too few topics. */
  broadTopics(): Promise<BroadTopic[]>;
  /** The tree the heatmap is ordered by, or null while it is ordered by topic. */
  tree(): Promise<Tree | null>;
  /** Orders the heatmap by topic again. */
  dropTree(): Promise<void>;

  // Map
  /** The map kept for this request, or null when it was never laid out. */
  map(request: MapRequest): Promise<MapView | null>;
  /**
   * `dims` numbers per item, by item id, in no particular unit; NaN for an item that has no place.
   * Of a layout that is forming its latest state, else of the kept map; empty when there is none.
   */
  positions(request: MapRequest): Promise<Float32Array>;
  /** Halts a layout that is forming, or lets it go on. */
  pauseLayout(job: JobId, isPaused: boolean): Promise<void>;
  /** Where every item lies between two ends, by item id: 0 at the first end, 1 at the second. */
  axis(from: AxisEnd, to: AxisEnd): Promise<Float32Array>;

  // Models
  models(): Promise<ModelList>;
  apiPresets(): Promise<ApiPreset[]>;
  /** Fetches a model of the catalogue, or goes on with it. Nothing is fetched before this is called. */
  downloadModel(model: string, onProgress: (progress: DownloadProgress) => void): Promise<DownloadOutcome>;
  /** Stops a download; what is there stays. */
  pauseDownload(model: string): Promise<void>;
  /** Stops a download and throws away what is there. */
  discardDownload(model: string): Promise<ModelList>;
  /** Takes a model off this computer, a folder or an address out of the list. Vectors in workbooks stay. */
  deleteModel(model: string): Promise<ModelList>;
  /** Where models are fetched from; null for the usual address. */
  setAddress(address: string | null): Promise<ModelList>;
  /** The model that embeds new lists; it must be on this computer. */
  setModelForNewLists(model: string): Promise<ModelList>;
  /** Embeds 50 items with it and keeps how fast that was. */
  measureSpeed(model: string): Promise<ModelList>;
  /** Reads a folder with an ONNX model and embeds two texts with it. */
  tryOwnModel(folder: string): Promise<OwnModelTrial>;
  addOwnModel(folder: string, options: OwnModelOptions): Promise<ModelList>;
  /** Sends two words to a server. */
  tryApi(form: ApiForm): Promise<ApiTrial>;
  addApi(form: ApiForm, dim: number): Promise<ModelList>;
  setPrice(model: string, perMillion: number | null): Promise<ModelList>;
  setKey(model: string, key: string): Promise<ModelList>;
  forgetKey(model: string): Promise<ModelList>;
  /** What embedding the open workbook with this model would send. Sends nothing. */
  receipt(model: string): Promise<Receipt>;
  /** What similarities mean for this model in the open workbook. */
  scale(model: string): Promise<Scale>;
  related(): Promise<Related>;
  setRelated(percentile: number): Promise<Related>;
  /** Pairs above the threshold, most alike first. */
  relatedPairs(model: string, count: number): Promise<RelatedPair[]>;
  /** At most ten pairs that tell most about where these models draw the line. */
  questions(models: string[]): Promise<Question[]>;
  /** Keeps the answers and sets the threshold from them. */
  answer(answers: Answer[]): Promise<Related>;
  forgetAnswers(): Promise<Related>;

  // Workbooks
  /** Makes a workbook of a list and opens it. */
  importList(
    job: JobId, source: ListSource, options: ImportOptions, onProgress: (progress: Progress) => void,
  ): Promise<ImportOutcome>;
  /** Adds the items of a list to the open workbook, as one edit; they wait in Unsorted until they are embedded and placed. */
  addItems(
    job: JobId, source: ListSource, options: ImportOptions, onProgress: (progress: Progress) => void,
  ): Promise<AddOutcome>;
  /** Writes the workbook into another file; the open one stays open. */
  saveCopy(path: string): Promise<void>;
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
  /**
   * Embeds the open workbook with another model, beside the one it uses. A server is sent texts
   * only when `seenHost` is the host that the person saw in the receipt.
   */
  embedWith(
    job: JobId, model: string, seenHost: string | null, onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome>;
  /** Makes the workbook use a model that has embedded everything; topics are found or sorted anew, as one edit. */
  adoptModel(job: JobId, model: string, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Keeps the draft: no other model takes over. */
  keepDraft(): Promise<WorkbookView>;
  compare(job: JobId, models: string[], onProgress: (progress: Progress) => void): Promise<CompareOutcome>;
  embed(job: JobId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /**
   * `count` is how many topics, and for `hdbscan`, `dbscan` and `optics` how many items make a topic at least;
   * null: the machine chooses.
   */
  findTopics(
    job: JobId, method: TopicMethod, count: number | null, onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome>;
  /** Lays a map out and keeps it. The same list gives the same map; a new one is turned to match the one before. */
  layOut(job: JobId, request: MapRequest, onProgress: (progress: Progress) => void): Promise<MapOutcome>;
  /** Makes a tree over all items and orders the heatmap by it. */
  growTree(job: JobId, linkage: Linkage, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Sorts everything that is not pinned into topics the person made. */
  sortInto(job: JobId, request: SortRequest, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Finds topics inside a topic. */
  splitTopic(job: JobId, topic: TopicId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Puts what is unsorted and not pinned into the topics there are. */
  placeUnsorted(job: JobId, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  cancelJob(job: JobId): Promise<void>;

  // The system
  /** Asks for files to open; empty when the person closed the dialog. */
  askOpenPaths(words: OpenWords): Promise<string[]>;
  /** Asks for a folder; null when the person closed the dialog. */
  askFolder(title: string): Promise<string | null>;
  /** Asks where to save; what the suggested name ends with says as what. */
  askSavePath(title: string, suggestedName: string): Promise<string | null>;
  /** Writes a file for other programs, whole or not at all. */
  exportTo(job: JobId, request: ExportRequest, onProgress: (progress: Progress) => void): Promise<JobOutcome>;
  /** Puts text, topic and confidence of these items (null: all) on the clipboard, as a table. */
  copyTable(items: ItemId[] | null): Promise<void>;
  /** Writes a whole file, or nothing. */
  savePicture(path: string, bytes: Uint8Array): Promise<void>;
  /** Puts a PNG on the clipboard. */
  copyPicture(png: Uint8Array): Promise<void>;
  /** Calls back with the paths of files dropped on the window or given on the command line. */
  onFiles(callback: (paths: string[]) => void): () => void;
  /** Whether a drag with files is over the window. */
  onFileHover(callback: (isOver: boolean) => void): () => void;
  /** The window is about to close: it waits, a moment at most, until what the callback began is done. */
  onClosing(callback: () => Promise<void>): () => void;
}
