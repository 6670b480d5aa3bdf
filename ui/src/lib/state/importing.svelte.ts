/**
 * A list on its way in: read, shown for a look when something is doubtful,
 * then made a workbook or added to the open one.
 */
import type { Backend } from "$lib/ipc/backend";
import type {
  AddOutcome,
  ImportOptions,
  ImportPreview,
  JobId,
  ListSource,
  Progress,
  WorkbookView,
} from "$lib/ipc/bindings";

/** A reading that takes longer is shown, with Cancel. */
const SLOW_AFTER_MS = 400;
/** A column no list has: the reader finds out anew what the columns are. */
const NO_COLUMN = 0xffffffff;
/** With more variants than this share of the items, the person is asked about them. */
const MANY_VARIANTS = 0.02;

/** Where a list goes: a workbook of its own, or the open one. */
export type Target = "new" | "open";

export type Added = Extract<AddOutcome, { kind: "finished" }>;

/** The open workbook, as far as a list can be added to it. */
export interface Receiver {
  canAdd: boolean;
  takeAdded: (outcome: Added) => Promise<void>;
}

/** What the list is being read for. */
export interface Reading {
  id: JobId;
  what: "preview" | Target;
  /** Null until the first report. */
  progress: Progress | null;
  /** Cancel was pressed; the engine is about to stop. */
  isStopping: boolean;
}

interface Surroundings {
  backend: Backend;
  fail: (thrown: unknown) => void;
  onImported: (workbook: WorkbookView) => Promise<void>;
  /** The open workbook; null on the start screen. */
  receiver: () => Receiver | null;
}

/** Another choice of these makes other columns. */
const SHAPING = ["format", "table", "delimiter", "quote"] as const;
/** A choice of these changes nothing of what was read. */
const NAMING: readonly string[] = ["categoryColumn", "topicColumn", "pinnedColumn", "keptColumns"];

/** Items that would go into others, all kinds of variants taken together. */
function variantShare({ variants, report }: ImportPreview): number {
  const items = variants.reduce((sum, variant) => sum + variant.items, 0);
  return report.kept === 0 ? 0 : items / report.kept;
}

/** A plain list that was understood without a doubt needs no questions. */
function isPlain(preview: ImportPreview): boolean {
  const { options, columns, report, longTexts } = preview;
  return (
    options.format === "text" &&
    columns.length <= 1 &&
    options.encoding.startsWith("UTF-8") &&
    report.problemCount === 0 &&
    longTexts === 0 &&
    variantShare(preview) <= MANY_VARIANTS
  );
}

export class Importing {
  source = $state.raw<ListSource | null>(null);
  /** Shown for a look; null when there is nothing to ask. */
  preview = $state.raw<ImportPreview | null>(null);
  /** As the person wants them; those in `preview` are the ones its rows were read with. */
  options = $state.raw<ImportOptions | null>(null);
  reading = $state.raw<Reading | null>(null);
  /** The first reading takes so long that the person should see it. */
  isSlow = $state(false);
  /** The person asked for words to be added: there is no question where they go. */
  isForOpen = $state(false);

  readonly #around: Surroundings;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Reading, or making the workbook, is under way. */
  get isBusy(): boolean {
    return this.reading !== null;
  }

  /** The list is being taken over: nothing can be chosen any more. */
  get isWriting(): boolean {
    return this.reading !== null && this.reading.what !== "preview";
  }

  /** There is a workbook that the list could be added to. */
  get canAdd(): boolean {
    return this.#around.receiver()?.canAdd ?? false;
  }

  get canConfirm(): boolean {
    return !this.isBusy && (this.preview?.report.kept ?? 0) > 0;
  }

  /**
   * Reads a list. Samples and plain lists are taken over at once, unless it has to be asked where
   * they go.
   */
  async begin(source: ListSource, target: Target | null = null): Promise<void> {
    // What is being written cannot be left alone: the engine may have opened it already.
    if (this.isWriting) return;
    this.cancel();
    this.source = source;
    this.isForOpen = target === "open";
    this.#slowTimer = setTimeout(() => {
      this.isSlow = this.isBusy && this.preview === null;
    }, SLOW_AFTER_MS);
    try {
      const outcome = await this.#run("preview", (id, onProgress) =>
        this.#around.backend.preview(id, source, null, onProgress),
      );
      if (!outcome) return;
      if (outcome.kind === "cancelled") {
        this.cancel();
        return;
      }
      const { preview } = outcome;
      this.options = preview.options;
      const isSettled = target !== null || !this.canAdd;
      if (source.kind === "sample" || (isSettled && isPlain(preview))) {
        if (await this.#takeOver(source, preview.options, target ?? "new")) return;
        this.cancel();
      } else {
        this.isSlow = false;
        this.preview = preview;
      }
    } catch (thrown) {
      this.cancel();
      this.#around.fail(thrown);
    }
  }

  /** Changes how the list is read, and reads it again if that makes a difference. */
  async change(changes: Partial<ImportOptions>): Promise<void> {
    const { source, options } = this;
    if (!source || !options || this.isWriting) return;
    const isShaped = SHAPING.some((key) => key in changes && changes[key] !== options[key]);
    const wanted: ImportOptions = {
      ...options,
      // Other columns: what the old ones were for says nothing about them, and one that cannot be there
      // has the reader find out anew.
      ...(isShaped && { textColumn: NO_COLUMN }),
      ...changes,
    };
    this.options = wanted;
    const needsReading = Object.entries(changes).some(
      ([key, value]) => !NAMING.includes(key) && value !== options[key as keyof ImportOptions],
    );
    if (!needsReading) return;
    try {
      const outcome = await this.#run("preview", (id, onProgress) =>
        this.#around.backend.preview(id, source, wanted, onProgress),
      );
      if (!outcome) return;
      if (outcome.kind === "cancelled") {
        this.#takeBack();
        return;
      }
      this.preview = outcome.preview;
      if (isShaped) this.options = outcome.preview.options;
    } catch (thrown) {
      this.#takeBack();
      this.#around.fail(thrown);
    }
  }

  async confirm(target: Target): Promise<void> {
    const { source, options } = this;
    if (!source || !options || !this.canConfirm || (target === "open" && !this.canAdd)) return;
    try {
      await this.#takeOver(source, options, target);
    } catch (thrown) {
      this.#around.fail(thrown);
    }
  }

  /** Stops the reading that is under way. A first one ends with it; a later one leaves what was read before. */
  stop(): void {
    const { reading } = this;
    if (!reading || reading.isStopping) return;
    if (reading.what === "preview") {
      if (this.preview) {
        this.#forgetReading();
        this.#takeBack();
      } else this.cancel();
      return;
    }
    // It is the engine that knows whether it was in time.
    this.reading = { ...reading, isStopping: true };
    this.#around.backend.cancelJob(reading.id).catch(this.#around.fail);
  }

  cancel(): void {
    if (this.isWriting) {
      this.stop();
      return;
    }
    clearTimeout(this.#slowTimer);
    this.#forgetReading();
    this.source = null;
    this.preview = null;
    this.options = null;
    this.isSlow = false;
    this.isForOpen = false;
  }

  #takeBack(): void {
    this.options = this.preview?.options ?? null;
  }

  /** No longer waits for it, and lets the engine drop it. */
  #forgetReading(): void {
    const { reading } = this;
    this.reading = null;
    // Nobody waits for it: if this fails, it only runs to its end.
    if (reading) this.#around.backend.cancelJob(reading.id).catch(() => undefined);
  }

  /** False when it was cancelled. */
  async #takeOver(source: ListSource, options: ImportOptions, target: Target): Promise<boolean> {
    const { backend, onImported, receiver } = this.#around;
    if (target === "new") {
      const outcome = await this.#run("new", (id, onProgress) =>
        backend.importList(id, source, options, onProgress),
      );
      if (outcome?.kind !== "finished") return false;
      this.cancel();
      await onImported(outcome.workbook);
      return true;
    }
    const outcome = await this.#run("open", (id, onProgress) =>
      backend.addItems(id, source, options, onProgress),
    );
    if (outcome?.kind !== "finished") return false;
    this.cancel();
    await receiver()?.takeAdded(outcome);
    return true;
  }

  /** Reads in place of what was being read before. Null when something newer took over. */
  async #run<Outcome>(
    what: Reading["what"],
    start: (id: JobId, onProgress: (progress: Progress) => void) => Promise<Outcome>,
  ): Promise<Outcome | null> {
    this.#forgetReading();
    const id = crypto.randomUUID();
    this.reading = { id, what, progress: null, isStopping: false };
    const isMine = (): boolean => this.reading?.id === id;
    try {
      const outcome = await start(id, (progress) => {
        if (this.reading?.id === id) this.reading = { ...this.reading, progress };
      });
      return isMine() ? outcome : null;
    } catch (thrown) {
      if (!isMine()) return null;
      throw thrown;
    } finally {
      if (isMine()) this.reading = null;
    }
  }
}
