/** The one long piece of work under way, how far it is, and its Cancel. */
import type { Backend } from "$lib/ipc/backend";
import type { JobId, JobOutcome, Progress } from "$lib/ipc/bindings";

export type JobKind =
  "embed" | "embedWith" | "adoptModel" | "findTopics" | "sortInto" | "splitTopic" | "placeUnsorted";

/** What a job leaves behind in the workbook that is still open. */
export type JobResult = Exclude<JobOutcome, { kind: "abandoned" }>;

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
  readonly #takeOver: (outcome: JobResult) => Promise<void>;

  /** `takeOver` receives what a job leaves behind while the job still counts as running. */
  constructor(backend: Backend, takeOver: (outcome: JobResult) => Promise<void>) {
    this.#backend = backend;
    this.#takeOver = takeOver;
  }

  /** Runs a job in place of the one before. Null when another job, another workbook or `abandon` took over. */
  async run(
    kind: JobKind,
    start: (id: JobId, onProgress: (progress: Progress) => void) => Promise<JobOutcome>,
  ): Promise<JobResult | null> {
    const id = crypto.randomUUID();
    this.running = { id, kind, progress: null, isStopping: false };
    const isMine = (): boolean => this.running?.id === id;
    try {
      const outcome = await start(id, (progress) => {
        if (this.running?.id === id) this.running = { ...this.running, progress };
      });
      if (!isMine() || outcome.kind === "abandoned") return null;
      await this.#takeOver(outcome);
      return outcome;
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
