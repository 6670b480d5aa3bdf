/** The one long piece of work under way, how far it is, and its Cancel. */
import type { Backend } from "$lib/ipc/backend";
import type { JobId, Progress, WorkbookView } from "$lib/ipc/bindings";

export type JobKind =
  | "embed"
  | "embedWith"
  | "adoptModel"
  | "compare"
  | "findTopics"
  | "sortInto"
  | "splitTopic"
  | "placeUnsorted"
  | "layOut"
  | "growTree"
  | "export";

/** How the engine says that a job ended; with the workbook, if the job may have changed it. */
interface AnyOutcome {
  kind: string;
  workbook?: WorkbookView;
}

export type JobStart<Outcome> = (id: JobId, onProgress: (progress: Progress) => void) => Promise<Outcome>;

/** What comes of a job whose workbook is still open. */
export type Ended<Outcome> = Exclude<Outcome, { kind: "abandoned" }>;

/** Runs a job; null when it failed, which the person was told, or when something else took over. */
export type RunJob = <Outcome extends AnyOutcome>(
  kind: JobKind,
  start: JobStart<Outcome>,
) => Promise<Ended<Outcome> | null>;

export interface RunningJob {
  id: JobId;
  kind: JobKind;
  /** Null until the first report. */
  progress: Progress | null;
  /** Cancel was pressed; the engine is finishing its batch. */
  isStopping: boolean;
}

export class Jobs {
  running = $state.raw<RunningJob | null>(null);
  readonly #backend: Backend;
  readonly #takeOver: (workbook: WorkbookView) => Promise<void>;

  /** `takeOver` receives the workbook a job leaves behind while the job still counts as running. */
  constructor(backend: Backend, takeOver: (workbook: WorkbookView) => Promise<void>) {
    this.#backend = backend;
    this.#takeOver = takeOver;
  }

  /** Runs a job in place of the one before. Null when another job, another workbook or `abandon` took over. */
  async run<Outcome extends AnyOutcome>(
    kind: JobKind,
    start: JobStart<Outcome>,
  ): Promise<Ended<Outcome> | null> {
    const id = crypto.randomUUID();
    this.running = { id, kind, progress: null, isStopping: false };
    const isMine = (): boolean => this.running?.id === id;
    try {
      const outcome = await start(id, (progress) => {
        if (this.running?.id === id) this.running = { ...this.running, progress };
      });
      if (!isMine() || outcome.kind === "abandoned") return null;
      if (outcome.workbook) await this.#takeOver(outcome.workbook);
      return outcome as Ended<Outcome>;
    } catch (thrown) {
      if (!isMine()) return null;
      throw thrown;
    } finally {
      if (isMine()) this.running = null;
    }
  }

  /** Says at once that the job stops, then tells the engine. */
  async cancel(): Promise<void> {
    if (!this.running || this.running.isStopping) return;
    this.running = { ...this.running, isStopping: true };
    await this.#backend.cancelJob(this.running.id);
  }

  /** Cancels and no longer waits for the outcome. */
  abandon(): void {
    const job = this.running;
    this.running = null;
    // The workbook is going away; there is nobody left to tell if this fails.
    if (job) this.#backend.cancelJob(job.id).catch(() => undefined);
  }
}
