/**
 * A backend without an engine, for tests and for designing in a plain browser.
 * Vectors are made up, everything computed from them is real. The build
 * refuses to ship it.
 */
import type { Backend } from "./backend";
import { NO_TOPIC } from "./backend";
import type {
  AddOutcome,
  Answer,
  Band,
  CompareOutcome,
  Edit,
  Follower,
  History,
  ImportOptions,
  ImportOutcome,
  ImportReport,
  ItemId,
  JobId,
  JobOutcome,
  Judge,
  ListSource,
  PairStatistics,
  PreviewOutcome,
  Progress,
  Question,
  Recent,
  Related,
  RelatedPair,
  Sample,
  Scale,
  Sentence,
  SortRequest,
  StartInfo,
  TopicId,
  TopicMethod,
  WorkbookView,
} from "./bindings";
import { withAdded, withTopics } from "./fakeAdding";
import { appError, readList, spoken, type ReadList } from "./fakeImport";
import { comparisonOf, type FakeContender, questionsOf, relatedPairsOf, scaleOf } from "./fakeCompare";
import { FakeExports } from "./fakeExport";
import { FakeMaps } from "./fakeMap";
import { FakeTree } from "./fakeTree";
import { embedBy, FakeModels, INSTANT } from "./fakeModels";
import { moreWords, NINE, twentyThousand, words } from "./fakeLists";
import {
  agreementOf,
  edited,
  followersOf,
  found,
  sortedInto,
  type Sorting,
  split,
  unsorted,
  withContext,
  withUnsortedPlaced,
} from "./fakeSorting";
import { blockMean, DIM, dot, runningSums } from "./fakeVectors";

export interface FakeOptions {
  /** Files on the made-up disk, by path. */
  files?: Record<string, string>;
  /** Encodings of files that are not UTF-8, by path. */
  encodings?: Record<string, string>;
  recents?: Recent[];
  engineProblem?: string;
  /** What the dialogs of the system answer. */
  openPaths?: string[];
  savePath?: string | null;
  folderPath?: string | null;
  /** How long a list is read, in milliseconds. */
  readingMs?: number;
  /** How long a job rests between two batches. */
  tickMs?: number;
  textsPerTick?: number;
  /** Every workbook is open for reading only from now on. */
  isReadOnly?: boolean;
  /** Every map has so many made-up points, to see how many can be drawn. */
  mapPoints?: number | null;
  /** Lists of at least so many texts begin with a draft by Instant. */
  draftFrom?: number;
}

interface Step {
  label: string;
  texts: string[];
  categories: string[];
  sorting: Sorting;
  model: string;
}

interface Stored {
  path: string;
  name: string;
  sourceName: string;
  texts: string[];
  categories: string[];
  report: ImportReport;
  sorting: Sorting;
  /** The model in use: the sorting's vectors are its. */
  model: string;
  nextModel: string | null;
  /** Vectors of the other models. */
  otherVectors: Map<string, Float32Array[]>;
  isPaused: boolean;
  view: string;
  undo: Step[];
  redo: Step[];
}

const TILE_CELLS = 512;
const SAMPLE_TEXTS: Record<string, () => string[]> = { nine: () => NINE, words, more: moreWords };
const SAMPLES: Sample[] = [
  { id: "nine", name: "Fruit, countries, companies", itemCount: 9, unit: "words" },
  { id: "words", name: "Ten kinds of things", itemCount: 280, unit: "words" },
  { id: "more", name: "Ten kinds of things, twice", itemCount: 560, unit: "words" },
];
/** Always on the made-up disk: 20,000 texts, written only when they are read. */
const LARGE_LIST = "/lists/large.txt";

function labelOf(step: Step | undefined): Sentence | null {
  return step ? spoken(step.label) : null;
}

function stepOf({ sorting, model, texts, categories }: Stored, label: string): Step {
  return { label, sorting, model, texts, categories };
}

/** Rows of the first table on a page, with tabs between the cells; null when there is none. */
function tableOfPage(html: string): string | null {
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return null;
  return [...table.rows]
    .map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t"))
    .join("\n");
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export class FakeBackend implements Backend {
  /** What a test may look at: written files and the calls that change something. */
  readonly written = new Map<string, string>();
  readonly calls: string[] = [];
  readonly edits: Edit[] = [];
  /** How lists were read in the end. */
  readonly imported: ImportOptions[] = [];
  readonly options: FakeOptions;
  /** The next command of this name fails with this error. */
  readonly failures = new Map<string, unknown>();
  readonly library = new FakeModels(
    (command) => {
      this.#did(command);
    },
    () => delay(this.options.tickMs ?? 0),
    () => {
      const book = this.#open;
      return (
        book && {
          texts: book.texts,
          model: book.model,
          embeddedBy: (model) => this.#vectorsOf(book, model).length,
        }
      );
    },
  );

  #disk: Map<string, string>;
  #workbooks = new Map<string, Stored>();
  #open: Stored | null = null;
  #revision = 1;
  #recents: Recent[];
  #cancelled = new Set<JobId>();
  #fileListeners = new Set<(paths: string[]) => void>();
  #hoverListeners = new Set<(isOver: boolean) => void>();
  #closingListeners = new Set<() => Promise<void>>();
  /** By model. */
  #pictures = new Map<
    string,
    {
      revision: number;
      order: Uint32Array;
      vectors: readonly Float32Array[];
      sums: Float64Array;
      low: number;
      high: number;
    }
  >();

  constructor(options: FakeOptions = {}) {
    this.options = options;
    this.#disk = new Map(Object.entries(options.files ?? {}));
    this.#disk.set(LARGE_LIST, "");
    this.#recents = [...(options.recents ?? [])];
  }

  /** What a person does outside the page. */
  dropFiles(paths: string[]): void {
    for (const listener of this.#fileListeners) listener(paths);
  }
  hover(isOver: boolean): void {
    for (const listener of this.#hoverListeners) listener(isOver);
  }
  async closeWindow(): Promise<void> {
    await Promise.all([...this.#closingListeners].map((listener) => listener()));
  }
  /** As if the open workbook had been closed while its last items were being embedded. */
  forgetVectors(count: number): void {
    const { sorting } = this.#workbook();
    sorting.vectors = sorting.vectors.slice(0, -count);
  }
  /** The memory stored with the open workbook. */
  get storedView(): string {
    return this.#workbook().view;
  }

  async start(): Promise<StartInfo> {
    this.#did("start");
    return {
      version: "0.1.0",
      samples: SAMPLES,
      recents: this.#recents,
      engineProblem: this.options.engineProblem ? spoken(this.options.engineProblem) : null,
    };
  }

  async preview(
    job: JobId,
    source: ListSource,
    options: ImportOptions | null,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<PreviewOutcome> {
    this.#did("preview");
    if (!(await this.#reading(job, onProgress))) return { kind: "cancelled" };
    return { kind: "finished", preview: this.#read(source, options).preview };
  }

  async fileKind(path: string) {
    this.#did("fileKind");
    if (this.#filesAt(path).length === 0 && !this.#workbooks.has(path)) {
      throw appError("unreadable", `The file is not there any more: ${path}`, "No such file");
    }
    return path.endsWith(".kindred") ? ("workbook" as const) : ("list" as const);
  }

  async workbook() {
    return this.#open && this.#view();
  }
  async texts() {
    return this.#workbook().texts;
  }
  async categories() {
    return this.#workbook().categories;
  }
  async places() {
    this.#did("places");
    return this.#workbook().sorting.places;
  }

  async neighbours(item: ItemId, count: number) {
    this.#did("neighbours");
    const { vectors } = this.#workbook().sorting;
    const mine = vectors[item];
    if (!mine) throw appError("invalid", "This text has no vector yet.");
    return vectors
      .map((vector, other) => ({ item: other, similarity: dot(mine, vector) }))
      .filter((neighbour) => neighbour.item !== item)
      .sort((a, b) => b.similarity - a.similarity || a.item - b.item)
      .slice(0, count);
  }

  async pairStatistics(): Promise<PairStatistics> {
    return this.#statistics(this.#workbook().sorting.vectors);
  }

  #statistics(vectors: Float32Array[]): PairStatistics {
    const { values, isExact } = this.#pairs(vectors);
    const quantiles = Array.from(
      { length: 201 },
      (_, index) => values[Math.round((index / 200) * (values.length - 1))] ?? 0,
    );
    const low = values[0] ?? 0;
    const high = values.at(-1) ?? 1;
    const counts = new Array<number>(50).fill(0);
    for (const value of values) {
      const bin = Math.min(49, Math.floor(((value - low) / (high - low || 1)) * 50));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return {
      pairs: (vectors.length * (vectors.length - 1)) / 2,
      isExact,
      quantiles,
      histogram: { low, high, counts },
    };
  }

  async heatmapLayout(_metric: unknown, model: string | null = null) {
    this.#did(model === null ? "heatmapLayout" : `heatmapLayout ${model}`);
    const { order, low, high } = this.#heatmap(model);
    const { places } = this.#workbook().sorting;
    const bands: Band[] = [];
    order.forEach((item, place) => {
      const id = places.topic[item] ?? NO_TOPIC;
      const topic = id === NO_TOPIC ? null : id;
      const last = bands.at(-1);
      if (last && last.topic === topic) last.end = place + 1;
      else bands.push({ topic, start: place, end: place + 1 });
    });
    const levels = Math.max(1, Math.ceil(Math.log2(order.length / TILE_CELLS)) + 1);
    return { size: order.length, tileCells: TILE_CELLS, levels, low, high, bands };
  }

  async heatmapOrder() {
    return this.#heatmap().order;
  }

  async heatmapTile(_metric: unknown, model: string | null, level: number, row: number, column: number) {
    this.#did(`heatmapTile ${level}/${row}/${column}`);
    await delay(this.options.tickMs ?? 0);
    const { order, sums, low, high } = this.#heatmap(model);
    const cellItems = 2 ** level;
    const means = (tile: number): Float32Array[] => {
      const cells: Float32Array[] = [];
      for (let cell = 0; cell < TILE_CELLS; cell += 1) {
        const start = (tile * TILE_CELLS + cell) * cellItems;
        if (start >= order.length) break;
        cells.push(blockMean(sums, start, Math.min(order.length, start + cellItems)));
      }
      return cells;
    };
    const tile = new Uint8Array(TILE_CELLS * TILE_CELLS).fill(255);
    const columnMeans = means(column);
    means(row).forEach((rowMean, r) => {
      columnMeans.forEach((columnMean, c) => {
        const isDiagonal = level === 0 && row === column && r === c;
        if (isDiagonal) return;
        const share = high > low ? (dot(rowMean, columnMean) - low) / (high - low) : 1;
        tile[r * TILE_CELLS + c] = Math.round(Math.min(1, Math.max(0, share)) * 254);
      });
    });
    return tile;
  }

  async similarities(
    _metric: unknown,
    model: string | null,
    rows: [number, number],
    columns: [number, number],
  ) {
    const { order, vectors } = this.#heatmap(model);
    const across = columns[1] - columns[0];
    const out = new Float32Array((rows[1] - rows[0]) * across);
    if (out.length > 65_536) throw appError("invalid", "Too many similarities were asked for at once.");
    const at = (place: number): Float32Array => vectors[order[place] ?? 0] ?? new Float32Array(DIM);
    for (let row = rows[0]; row < rows[1]; row += 1) {
      for (let column = columns[0]; column < columns[1]; column += 1) {
        out[(row - rows[0]) * across + column - columns[0]] = dot(at(row), at(column));
      }
    }
    return out;
  }

  readonly maps = new FakeMaps(
    (command) => {
      this.#did(command);
    },
    (model) => {
      const book = this.#workbook();
      const { name } = this.library.view(model ?? book.model);
      return {
        sorting: { ...book.sorting, vectors: this.#vectorsOf(book, model ?? book.model) },
        modelName: name,
      };
    },
    () => this.options.tickMs ?? 0,
    (job) => this.#cancelled.has(job),
    () => this.options.mapPoints ?? null,
  );
  readonly map = this.maps.map;
  readonly positions = this.maps.positions;
  readonly layOut = this.maps.layOut;
  readonly pauseLayout = this.maps.pauseLayout;
  readonly axis = this.maps.axis;
  readonly broadTopics = this.maps.broadTopics;
  readonly savePicture = this.maps.savePicture;
  readonly copyPicture = this.maps.copyPicture;

  readonly trees = new FakeTree(
    (command) => {
      this.#did(command);
    },
    () => ({ sorting: this.#workbook().sorting, byTopic: this.#byTopic() }),
    () => this.#changed(),
    () => this.options.tickMs ?? 0,
    (job) => this.#cancelled.has(job),
  );
  readonly tree = this.trees.tree;
  readonly dropTree = this.trees.dropTree;
  readonly growTree = this.trees.growTree;

  readonly exports = new FakeExports(
    (command) => {
      this.#did(command);
    },
    () => this.#workbook(),
    () => this.#view(),
    () => delay(this.options.tickMs ?? 0),
    (job) => this.#cancelled.has(job),
    (path, text) => this.written.set(path, text),
  );
  readonly exportTo = this.exports.exportTo;
  readonly copyTable = this.exports.copyTable;
  readonly saveCopy = this.exports.saveCopy;

  readonly models = this.library.models;
  readonly apiPresets = this.library.apiPresets;
  readonly downloadModel = this.library.downloadModel;
  readonly pauseDownload = this.library.pauseDownload;
  readonly discardDownload = this.library.discardDownload;
  readonly deleteModel = this.library.deleteModel;
  readonly setAddress = this.library.setAddress;
  readonly setModelForNewLists = this.library.setModelForNewLists;
  readonly measureSpeed = this.library.measureSpeed;
  readonly tryOwnModel = this.library.tryOwnModel;
  readonly addOwnModel = this.library.addOwnModel;
  readonly tryApi = this.library.tryApi;
  readonly addApi = this.library.addApi;
  readonly setPrice = this.library.setPrice;
  readonly setKey = this.library.setKey;
  readonly forgetKey = this.library.forgetKey;
  readonly receipt = this.library.receipt;

  #related: Related = { percentile: 95, isFromAnswers: false, answers: [] };

  #contender(model: string): FakeContender {
    const book = this.#workbook();
    const vectors = this.#vectorsOf(book, model);
    if (vectors.length < book.texts.length) {
      throw appError("invalid", "This model has not read the whole list yet.");
    }
    return { model: this.library.view(model), vectors };
  }

  async scale(model: string): Promise<Scale> {
    const contender = this.#contender(model);
    const { percentile, answers } = this.#related;
    return scaleOf(contender, this.#statistics(contender.vectors), percentile, answers);
  }

  async related(): Promise<Related> {
    return this.#related;
  }

  async setRelated(percentile: number): Promise<Related> {
    this.#did(`setRelated ${percentile}`);
    this.#related = { ...this.#related, percentile, isFromAnswers: false };
    return this.#related;
  }

  async relatedPairs(model: string, count: number): Promise<RelatedPair[]> {
    const { vectors } = this.#contender(model);
    const { quantiles } = this.#statistics(vectors);
    return relatedPairsOf(vectors, quantiles[Math.round(this.#related.percentile * 2)] ?? 0, count);
  }

  async questions(): Promise<Question[]> {
    return questionsOf(this.#workbook().texts.length);
  }

  async answer(answers: Answer[]): Promise<Related> {
    this.#did("answer");
    const all = [...this.#related.answers, ...answers];
    this.#related = { percentile: 90, isFromAnswers: true, answers: all };
    return this.#related;
  }

  async forgetAnswers(): Promise<Related> {
    this.#related = { percentile: 95, isFromAnswers: false, answers: [] };
    return this.#related;
  }

  async compare(_job: JobId, models: string[]): Promise<CompareOutcome> {
    this.#did(`compare ${models.join(" ")}`);
    const { sorting, texts } = this.#workbook();
    const contenders = models.map((model) => this.#contender(model));
    return { kind: "finished", comparison: comparisonOf(contenders, sorting, texts, this.#revision) };
  }

  async importList(
    job: JobId,
    source: ListSource,
    options: ImportOptions,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<ImportOutcome> {
    this.#did("importList");
    this.imported.push(options);
    if (!(await this.#reading(job, onProgress))) return { kind: "cancelled" };
    const { preview, texts, categories, topics } = this.#read(source, options);
    if (texts.length === 0) throw appError("nothingToImport", "There is no text in this list.");
    const name = preview.sourceName.replace(/^.*\//, "").replace(/\.\w+$/, "");
    const isDraft = texts.length >= (this.options.draftFrom ?? Infinity);
    const stored: Stored = {
      path: `/home/person/Documents/${name}.kindred`,
      name,
      sourceName: preview.sourceName,
      texts,
      categories,
      report: preview.report,
      sorting: withTopics(unsorted(texts.length), texts, 0, topics),
      model: isDraft ? INSTANT : this.library.newLists,
      nextModel: isDraft ? this.library.newLists : null,
      otherVectors: new Map(),
      isPaused: false,
      view: "",
      undo: [],
      redo: [],
    };
    this.#workbooks.set(stored.path, stored);
    return { kind: "finished", workbook: this.#show(stored) };
  }

  async addItems(
    job: JobId,
    source: ListSource,
    options: ImportOptions,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<AddOutcome> {
    this.#did("addItems");
    const book = this.#workbook();
    if (!(await this.#reading(job, onProgress))) return { kind: "cancelled" };
    if (this.#open !== book) return { kind: "abandoned" };
    const { added, known, texts, categories, sorting } = withAdded(book, this.#read(source, options));
    if (added === 0) return { kind: "finished", workbook: this.#changed(), added, known };
    const workbook = this.#do(`Added ${added} words`, sorting, book.model, { texts, categories });
    return { kind: "finished", workbook, added, known };
  }

  async openWorkbook(path: string) {
    this.#did("openWorkbook");
    const stored = this.#workbooks.get(path);
    if (!stored)
      throw appError("damaged", `This workbook is damaged and was left as it is: ${path}`, "not a database");
    return this.#show(stored);
  }

  async closeWorkbook() {
    this.#did("closeWorkbook");
    this.#open = null;
  }

  async forgetRecent(path: string) {
    this.#did("forgetRecent");
    this.#recents = this.#recents.filter((recent) => recent.path !== path);
    return this.start();
  }

  async saveView(view: string) {
    this.#did("saveView");
    this.#workbook().view = view;
  }

  async followers(items: ItemId[], topic: TopicId | null): Promise<Follower[]> {
    this.#did("followers");
    return followersOf(this.#workbook().sorting, items, topic);
  }

  async history(): Promise<History> {
    this.#did("history");
    const { undo, redo } = this.#workbook();
    const labels = [...undo, ...[...redo].reverse()].map(({ label }) => spoken(label));
    return { labels, done: undo.length };
  }

  async agreement(judge: Judge) {
    this.#did(`agreement ${judge}`);
    const { sorting, categories } = this.#workbook();
    return agreementOf(sorting, categories, judge);
  }

  async applyEdit(edit: Edit) {
    this.#did("applyEdit");
    this.edits.push(edit);
    const book = this.#workbook();
    const { label, next } = edited(book.sorting, book.texts, edit);
    return this.#do(label, next);
  }

  async travel(done: number) {
    this.#did("travel");
    const book = this.#workbook();
    while (book.undo.length > done) this.#step("undo", "redo");
    while (book.undo.length < done) this.#step("redo", "undo");
    return this.#changed();
  }

  async giveContext(item: ItemId, context: string | null) {
    this.#did("giveContext");
    const { sorting, texts } = this.#workbook();
    const label =
      context === null ? `Removed the context of ${texts[item]}` : `Told what ${texts[item]} means`;
    return this.#do(label, withContext(sorting, texts, item, context));
  }

  async undo() {
    return this.#step("undo", "redo");
  }
  async redo() {
    return this.#step("redo", "undo");
  }

  async embed(job: JobId, onProgress: (progress: Progress) => void): Promise<JobOutcome> {
    this.#did("embed");
    const { model } = this.#workbook();
    if (this.library.host(model) !== null) {
      throw appError(
        "modelUnavailable",
        `Nothing is sent to ${this.library.host(model)} without being asked for.`,
      );
    }
    return this.#embed(job, model, onProgress);
  }

  async embedWith(
    job: JobId,
    model: string,
    seenHost: string | null,
    onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome> {
    this.#did(`embedWith ${model}`);
    const host = this.library.host(model);
    if (host !== seenHost) {
      throw appError("invalid", `Nothing was sent: look at what would go to ${host} first.`);
    }
    if (!this.library.hasKey(model)) throw appError("keyRefused", `${host} asks for a key.`);
    return this.#embed(job, model, onProgress);
  }

  async adoptModel(job: JobId, model: string, onProgress: (progress: Progress) => void): Promise<JobOutcome> {
    this.#did(`adoptModel ${model}`);
    const book = this.#workbook();
    if (this.#vectorsOf(book, model).length < book.texts.length) {
      throw appError("invalid", "This model has not read the whole list yet.");
    }
    const outcome = await this.#sortingJob(job, onProgress, ({ sorting, texts }) => {
      const vectors = this.#vectorsOf(book, model);
      return {
        label: `Took ${this.library.view(model).name} into use`,
        sorting: found({ ...sorting, vectors }, texts, Math.max(2, sorting.topics.length)),
        model,
      };
    });
    if (outcome.kind === "finished") book.nextModel = null;
    return outcome.kind === "finished" ? { kind: "finished", workbook: this.#changed() } : outcome;
  }

  async keepDraft() {
    this.#did("keepDraft");
    this.#workbook().nextModel = null;
    return this.#changed();
  }

  async findTopics(
    job: JobId,
    method: TopicMethod,
    count: number | null,
    onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome> {
    this.#did(`findTopics ${method} ${count ?? "auto"}`);
    const book = this.#workbook();
    onProgress({ stage: "findingTopics", done: 0, total: 1, perSecond: null, secondsLeft: null });
    await delay(this.options.tickMs ?? 0);
    if (this.#open !== book) return { kind: "abandoned" };
    if (this.#cancelled.has(job)) return { kind: "cancelled", workbook: this.#changed() };
    const n = book.texts.length;
    const k = Math.min(n, count ?? Math.min(50, Math.max(3, Math.round(Math.sqrt(n / 5.6)))));
    const isLinkage = method === "average" || method === "complete" || method === "ward";
    const groups = isLinkage ? this.trees.cut(book.sorting.vectors, method, k) : undefined;
    const next = found(book.sorting, book.texts, k, groups);
    return { kind: "finished", workbook: this.#do(`Found ${next.topics.length} topics`, next) };
  }

  async sortInto(job: JobId, request: SortRequest, onProgress: (progress: Progress) => void) {
    this.#did("sortInto");
    return this.#sortingJob(job, onProgress, ({ sorting, texts, categories, model }) => ({
      model,
      label: `Sorted into ${request.topics.length} topics`,
      sorting: sortedInto(sorting, texts, categories, request),
    }));
  }

  async splitTopic(job: JobId, topic: TopicId, onProgress: (progress: Progress) => void) {
    this.#did("splitTopic");
    return this.#sortingJob(job, onProgress, ({ sorting, texts, model }) => ({
      model,
      label: `Split ${sorting.topics.find(({ id }) => id === topic)?.name ?? ""}`,
      sorting: split(sorting, texts, topic),
    }));
  }

  async placeUnsorted(job: JobId, onProgress: (progress: Progress) => void) {
    this.#did("placeUnsorted");
    return this.#sortingJob(job, onProgress, ({ sorting, texts, model }) => ({
      model,
      label: "Placed what was unsorted",
      sorting: withUnsortedPlaced(sorting, texts),
    }));
  }

  async cancelJob(job: JobId) {
    this.#did("cancelJob");
    this.#cancelled.add(job);
  }

  async askOpenPaths() {
    return this.options.openPaths ?? [];
  }
  async askFolder() {
    this.#did("askFolder");
    return this.options.folderPath ?? null;
  }
  async askSavePath(_title: string, suggestedName: string) {
    this.#did(`askSavePath ${suggestedName}`);
    const { savePath } = this.options;
    return savePath === undefined ? `/out/${suggestedName}` : savePath;
  }

  onFiles(callback: (paths: string[]) => void) {
    this.#fileListeners.add(callback);
    return () => this.#fileListeners.delete(callback);
  }
  onFileHover(callback: (isOver: boolean) => void) {
    this.#hoverListeners.add(callback);
    return () => this.#hoverListeners.delete(callback);
  }
  onClosing(callback: () => Promise<void>) {
    this.#closingListeners.add(callback);
    return () => this.#closingListeners.delete(callback);
  }

  #did(command: string): void {
    this.calls.push(command);
    const [name = ""] = command.split(" ");
    const failure = this.failures.get(name);
    if (failure === undefined) return;
    this.failures.delete(name);
    throw failure;
  }

  #workbook(): Stored {
    if (!this.#open) throw appError("noWorkbook", "No workbook is open.");
    return this.#open;
  }

  #read(source: ListSource, options: ImportOptions | null): ReadList {
    if (source.kind === "sample") {
      const sample = SAMPLES.find(({ id }) => id === source.id);
      const texts = SAMPLE_TEXTS[source.id]?.() ?? [];
      const name = sample?.name ?? source.id;
      return readList(name, [{ name, text: texts.join("\n"), encoding: "UTF-8" }], options);
    }
    if (source.kind === "text") {
      // A table of a page counts more than the text that was copied with it.
      const rows = source.html === null ? null : tableOfPage(source.html);
      return readList(
        "Pasted list",
        [{ name: "Pasted list", text: rows ?? source.text, encoding: "UTF-8" }],
        options,
      );
    }
    const paths = source.paths.flatMap((path) => this.#filesAt(path));
    const files = paths.map((path) => ({
      name: path,
      text: path === LARGE_LIST ? twentyThousand().join("\n") : (this.#disk.get(path) ?? ""),
      encoding: this.options.encodings?.[path] ?? "UTF-8",
    }));
    const [first = ""] = source.paths;
    if (files.length === 0) throw appError("unreadable", `The file is not there any more: ${first}`);
    return readList(first, files, options);
  }

  /** The file of this name, or all files of this folder. */
  #filesAt(path: string): string[] {
    if (this.#disk.has(path)) return [path];
    return [...this.#disk.keys()].filter((file) => file.startsWith(`${path.replace(/\/$/, "")}/`)).sort();
  }

  /** Takes as long as a job does; false when it was cancelled. */
  async #reading(job: JobId, onProgress: (progress: Progress) => void): Promise<boolean> {
    const total = 4;
    const ticks = this.options.readingMs ?? 0;
    for (let done = 0; ticks > 0 && done < total; done += 1) {
      onProgress({ stage: "readingList", done, total, perSecond: null, secondsLeft: null });
      await delay(ticks / total);
      if (this.#cancelled.has(job)) return false;
    }
    return true;
  }

  #show(stored: Stored): WorkbookView {
    this.#open = stored;
    this.#recents = [
      {
        path: stored.path,
        name: stored.name,
        openedAtSecs: Date.now() / 1000,
        itemCount: stored.texts.length,
        isMissing: false,
      },
      ...this.#recents.filter(({ path }) => path !== stored.path),
    ];
    return this.#changed();
  }

  #changed(): WorkbookView {
    this.#revision += 1;
    return this.#view();
  }

  #view(): WorkbookView {
    const book = this.#workbook();
    return {
      revision: this.#revision,
      name: book.name,
      path: book.path,
      sourceName: book.sourceName,
      isReadOnly: this.options.isReadOnly ?? false,
      itemCount: book.texts.length,
      embeddedCount: book.sorting.vectors.length,
      hasCategories: book.categories.length > 0,
      isPaused: book.isPaused,
      model: this.library.view(book.model),
      nextModel: book.nextModel === null ? null : this.library.view(book.nextModel),
      nextEmbeddedCount: book.nextModel === null ? 0 : this.#vectorsOf(book, book.nextModel).length,
      topics: book.sorting.topics,
      unsortedCount: book.sorting.places.topic.filter((topic) => topic === NO_TOPIC).length,
      pinnedCount: book.sorting.places.pinned.filter((pinned) => pinned === 1).length,
      threshold: book.sorting.threshold,
      contexts: book.sorting.contexts,
      hasTopics: book.sorting.hasTopics,
      undoLabel: labelOf(book.undo.at(-1)),
      redoLabel: labelOf(book.redo.at(-1)),
      report: book.report,
      view: book.view,
    };
  }

  async #sortingJob(
    job: JobId,
    onProgress: (progress: Progress) => void,
    work: (book: Stored) => { label: string; sorting: Sorting; model: string },
  ): Promise<JobOutcome> {
    const book = this.#workbook();
    onProgress({ stage: "sorting", done: 0, total: 1, perSecond: null, secondsLeft: null });
    await delay(this.options.tickMs ?? 0);
    if (this.#open !== book) return { kind: "abandoned" };
    if (this.#cancelled.has(job)) return { kind: "cancelled", workbook: this.#changed() };
    const { label, sorting, model } = work(book);
    return { kind: "finished", workbook: this.#do(label, sorting, model) };
  }

  #do(
    label: string,
    sorting: Sorting,
    model = this.#workbook().model,
    { texts, categories }: { texts: string[]; categories: string[] } = this.#workbook(),
  ): WorkbookView {
    const book = this.#workbook();
    book.undo.push(stepOf(book, label));
    book.redo = [];
    this.#use(book, { sorting, model, texts, categories });
    return this.#changed();
  }

  #use(book: Stored, { sorting, model, texts, categories }: Omit<Step, "label">): void {
    book.otherVectors.set(book.model, book.sorting.vectors);
    Object.assign(book, { sorting, model, texts, categories });
    // Items that were taken back have no vectors either.
    for (const [other, vectors] of book.otherVectors) {
      if (vectors.length > texts.length) book.otherVectors.set(other, vectors.slice(0, texts.length));
    }
  }

  /** What a model has embedded so far: the beginning of the list, or all of it. */
  #vectorsOf(book: Stored, model: string): Float32Array[] {
    if (model === book.model) return book.sorting.vectors;
    const known = book.otherVectors.get(model) ?? [];
    book.otherVectors.set(model, known);
    return known;
  }

  async #embed(job: JobId, model: string, onProgress: (progress: Progress) => void): Promise<JobOutcome> {
    const book = this.#workbook();
    const vectors = this.#vectorsOf(book, model);
    const contexts = new Map(book.sorting.contexts.map(({ item, context }) => [item, context]));
    const total = book.texts.length;
    const startedAt = performance.now();
    const startedFrom = vectors.length;
    book.isPaused = false;
    onProgress({ stage: "loadingModel", done: 0, total: 0, perSecond: null, secondsLeft: null });
    while (vectors.length < total) {
      await delay(this.options.tickMs ?? 0);
      if (this.#open !== book) return { kind: "abandoned" };
      if (this.#cancelled.has(job)) {
        book.isPaused = true;
        return { kind: "cancelled", workbook: this.#changed() };
      }
      const from = vectors.length;
      const texts = book.texts.slice(from, from + (this.options.textsPerTick ?? 500));
      texts.forEach((text, index) => {
        vectors.push(embedBy(model, text, contexts.get(from + index) ?? null));
      });
      if (this.library.host(model) !== null) this.library.count(model, texts);
      const done = vectors.length;
      const perSecond = (done - startedFrom) / Math.max(0.001, (performance.now() - startedAt) / 1000);
      onProgress({ stage: "embedding", done, total, perSecond, secondsLeft: (total - done) / perSecond });
    }
    return { kind: "finished", workbook: this.#changed() };
  }

  #step(from: "undo" | "redo", to: "undo" | "redo"): WorkbookView {
    this.#did(from);
    const book = this.#workbook();
    const step = book[from].pop();
    if (!step) throw appError("invalid", "There is nothing to take back.");
    book[to].push(stepOf(book, step.label));
    this.#use(book, step);
    return this.#changed();
  }

  #pairs(vectors: readonly Float32Array[]): { values: number[]; isExact: boolean } {
    const isExact = vectors.length <= 600;
    const values: number[] = [];
    const stride = isExact ? 1 : Math.ceil(vectors.length / 600);
    for (let a = 0; a < vectors.length; a += stride) {
      for (let b = a + 1; b < vectors.length; b += stride) {
        values.push(dot(vectors[a] ?? new Float32Array(DIM), vectors[b] ?? new Float32Array(DIM)));
      }
    }
    return { values: values.sort((a, b) => a - b), isExact };
  }

  /** Of the workbook's own model when null; the order is the same for all. */
  #heatmap(wanted: string | null = null) {
    const book = this.#workbook();
    const model = wanted ?? book.model;
    const known = this.#pictures.get(model);
    if (known?.revision === this.#revision) return known;
    const { vectors } = this.#contender(model);
    const order = this.trees.orderFor(book.sorting.vectors) ?? this.#byTopic();
    const { values } = this.#pairs(vectors);
    const low = values[Math.floor(values.length * 0.005)] ?? 0;
    const high = values[Math.floor((values.length - 1) * 0.998)] ?? 1;
    const sums = runningSums(vectors, order);
    const picture = { revision: this.#revision, order, vectors, sums, low, high };
    this.#pictures.set(model, picture);
    return picture;
  }

  #byTopic(): Uint32Array {
    const { texts, sorting } = this.#workbook();
    const { topics, places } = sorting;
    const place = new Map(topics.map(({ id }, index) => [id, index]));
    return Uint32Array.from(texts.keys()).sort((a, b) => {
      const topicOf = (item: number): number => place.get(places.topic[item] ?? NO_TOPIC) ?? topics.length;
      return topicOf(a) - topicOf(b) || (places.confidence[b] ?? 0) - (places.confidence[a] ?? 0) || a - b;
    });
  }
}
