// Sketch of what `messages.rs` generates; replaced by the generated file, same names.
export type ItemId = number;
export type TopicId = number;
export type JobId = string;

export type ErrorCode =
  | "unreadable" | "nothingToImport" | "notAWorkbook" | "newerWorkbook" | "damaged" | "readOnly"
  | "diskFull" | "storage" | "modelUnavailable" | "embedding" | "unwritable" | "invalid" | "noWorkbook" | "internal";
/** What every command rejects with: a code to act on, a sentence for the person, the chain for "Copy details". */
export type AppError = { code: ErrorCode; message: string; detail: string };

export type Unit = "words" | "phrases" | "sentences";
export type Sample = { id: string; name: string; itemCount: number; unit: Unit };
export type Recent = { path: string; name: string; openedAtSecs: number; itemCount: number; isMissing: boolean };
export type StartInfo = { version: string; samples: Sample[]; recents: Recent[]; engineProblem: string | null };

export type ListSource = { kind: "file"; path: string } | { kind: "text"; text: string } | { kind: "sample"; id: string };
/** What a dropped or picked file is. */
export type FileKind = "list" | "workbook";
export type ListFormat = "text" | "csv" | "tsv";
export type ImportOptions = {
  format: ListFormat;
  /** Encoding label such as "UTF-8", "UTF-16LE", "windows-1252". */
  encoding: string;
  hasHeader: boolean;
  textColumn: number;
  categoryColumn: number | null;
};
export type ColumnPreview = { name: string; filled: number; distinct: number };
export type ImportProblem = { line: number; message: string };
export type ImportPreview = {
  sourceName: string;
  /** What was recognised; send back changed to `preview` for another look, or to `importList`. */
  options: ImportOptions;
  encodings: string[];
  columns: ColumnPreview[];
  /** The first rows (at most 100), header left out, one cell per column. */
  rows: string[][];
  /** Rows in the whole list, header left out. */
  rowCount: number;
  report: ImportReport;
};
/** rows read = kept + blank + duplicates + problems. */
export type ImportReport = { rows: number; kept: number; blank: number; duplicates: number; problemCount: number; problems: ImportProblem[] };

export type ModelView = { id: string; name: string; dim: number; isLocal: boolean };
export type TopicView = {
  id: TopicId;
  name: string;
  namedByPerson: boolean;
  alternates: string[];
  /** Place in the palette of topic colours, counted from 0 and unbounded. */
  colour: number;
  size: number;
  /** Mean similarity of its items to each other, 0 to 1. */
  cohesion: number;
  /** How alike re-runs find it, 0 to 1. */
  stability: number;
  nearestTopic: TopicId | null;
  /** Most typical items first. */
  typical: ItemId[];
  /** Worst fitting items first; empty when all fit. */
  odd: ItemId[];
};
export type WorkbookView = {
  /** Changes whenever items, vectors, topics or places changed: fetch again what depends on them. */
  revision: number;
  name: string;
  path: string;
  sourceName: string;
  isReadOnly: boolean;
  itemCount: number;
  embeddedCount: number;
  hasCategories: boolean;
  /** The person cancelled embedding: do not go on by yourself. */
  isPaused: boolean;
  model: ModelView;
  topics: TopicView[];
  unsortedCount: number;
  /** Whether topics were found at least once. */
  hasTopics: boolean;
  undoLabel: string | null;
  redoLabel: string | null;
  report: ImportReport;
  /** The window's own memory (tab, zoom, palette ...), a string only the UI understands; "" at first. */
  view: string;
};

export type Edit = { kind: "renameTopic"; topic: TopicId; name: string };

export type Stage = "loadingModel" | "embedding" | "findingTopics" | "namingTopics" | "saving";
export type Progress = { stage: Stage; done: number; total: number; perSecond: number | null; secondsLeft: number | null };
export type JobOutcome = { kind: "finished"; workbook: WorkbookView } | { kind: "cancelled"; workbook: WorkbookView };

export type Neighbour = { item: ItemId; similarity: number };
export type Metric = "cosine" | "dot";
export type Band = { topic: TopicId | null; start: number; end: number };
export type HeatmapLayout = {
  /** Items along each side. */
  size: number;
  /** Cells along each side of a tile (a tile at the edge is filled up with 255). */
  tileCells: number;
  /** Level l has cells of 2^l x 2^l items; level 0 is single items; the last level fits one tile. */
  levels: number;
  /** Similarity shown by cell value 0 and 254: the list's real range, the diagonal left out. */
  low: number;
  high: number;
  /** Stretches of the order that belong to one topic, in order; Unsorted (null) last. */
  bands: Band[];
};
export type PairStatistics = {
  pairs: number;
  /** Whether all pairs were counted, not a sample. */
  isExact: boolean;
  /** Similarity at 0 %, 0.5 %, ... 100 % of the pairs: 201 values. */
  quantiles: number[];
  histogram: { low: number; high: number; counts: number[] };
};
