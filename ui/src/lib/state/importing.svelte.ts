/** A list on its way in: read, shown for a look when something is doubtful, then made a workbook. */
import type { Backend } from "$lib/ipc/backend";
import type { ImportOptions, ImportPreview, ListSource, WorkbookView } from "$lib/ipc/bindings";
import { Latest } from "./latest";

/** A plain list that was understood without a doubt needs no questions. */
function isPlain({ options, columns, report }: ImportPreview): boolean {
  return (
    options.format === "text" &&
    columns.length <= 1 &&
    options.encoding.startsWith("UTF-8") &&
    report.problemCount === 0
  );
}

export class Importing {
  source = $state.raw<ListSource | null>(null);
  /** Shown for a look; null when there is nothing to ask. */
  preview = $state.raw<ImportPreview | null>(null);
  /** Changed options; those in `preview` are the ones its rows were read with. */
  options = $state.raw<ImportOptions | null>(null);
  /** Reading or making the workbook is under way. */
  isBusy = $state(false);

  readonly #backend: Backend;
  readonly #previews = new Latest();
  readonly #fail: (thrown: unknown) => void;
  readonly #onImported: (workbook: WorkbookView) => Promise<void>;

  constructor(
    backend: Backend,
    fail: (thrown: unknown) => void,
    onImported: (workbook: WorkbookView) => Promise<void>,
  ) {
    this.#backend = backend;
    this.#fail = fail;
    this.#onImported = onImported;
  }

  /** Reads a list. Samples and plain lists become a workbook at once. */
  async begin(source: ListSource): Promise<void> {
    this.source = source;
    this.preview = null;
    this.isBusy = true;
    try {
      const reply = await this.#previews.ask(() => this.#backend.preview(source, null));
      if (!reply) return;
      this.options = reply.answer.options;
      if (source.kind === "sample" || isPlain(reply.answer)) await this.#import(source, reply.answer.options);
      else this.preview = reply.answer;
    } catch (thrown) {
      this.cancel();
      this.#fail(thrown);
    } finally {
      if (this.source === source) this.isBusy = false;
    }
  }

  /** Reads the list again in another way. */
  async change(changes: Partial<ImportOptions>): Promise<void> {
    const { source, options } = this;
    if (!source || !options) return;
    const wanted = { ...options, ...changes };
    this.options = wanted;
    this.isBusy = true;
    try {
      const reply = await this.#previews.ask(() => this.#backend.preview(source, wanted));
      if (!reply) return;
      this.preview = reply.answer;
      this.options = reply.answer.options;
      this.isBusy = false;
    } catch (thrown) {
      this.options = this.preview?.options ?? null;
      this.isBusy = false;
      this.#fail(thrown);
    }
  }

  get canConfirm(): boolean {
    return !this.isBusy && (this.preview?.report.kept ?? 0) > 0;
  }

  async confirm(): Promise<void> {
    const { source, options } = this;
    if (!source || !options || !this.canConfirm) return;
    this.isBusy = true;
    try {
      await this.#import(source, options);
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.isBusy = false;
    }
  }

  cancel(): void {
    this.#previews.forget();
    this.source = null;
    this.preview = null;
    this.options = null;
    this.isBusy = false;
  }

  async #import(source: ListSource, options: ImportOptions): Promise<void> {
    const workbook = await this.#backend.importList(source, options);
    this.cancel();
    await this.#onImported(workbook);
  }
}
