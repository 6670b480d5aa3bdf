/** Models on their way to this computer. They belong to no workbook and go on while their page is closed. */
import type { Backend } from "$lib/ipc/backend";
import type { DownloadProgress, ModelList } from "$lib/ipc/bindings";
import { toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";

export interface Download {
  /** Null until the first report. */
  progress: DownloadProgress | null;
  /** Pause or Cancel was pressed. */
  isStopping: boolean;
}

export class Downloads {
  running = $state.raw<ReadonlyMap<string, Download>>(new Map());
  /** Why a download ended early, by model. */
  problems = $state.raw<ReadonlyMap<string, string>>(new Map());

  readonly #backend: Backend;
  readonly #takeOver: (list: ModelList) => void;

  /** How much of all that is being fetched is here, 0 to 1; null when nothing is or nobody knows. */
  readonly share = $derived.by(() => {
    const known = [...this.running.values()].map(({ progress }) => progress);
    if (known.length === 0) return null;
    const total = known.reduce((sum, progress) => sum + (progress?.total ?? 0), 0);
    return total > 0 ? known.reduce((sum, progress) => sum + (progress?.done ?? 0), 0) / total : null;
  });

  /** `takeOver` receives the list as it is after a download ended. */
  constructor(backend: Backend, takeOver: (list: ModelList) => void) {
    this.#backend = backend;
    this.#takeOver = takeOver;
  }

  /** Fetches a model or goes on with it. */
  async start(model: string): Promise<void> {
    if (this.running.has(model)) return;
    this.#blame(model, null);
    this.#note(model, { progress: null, isStopping: false });
    try {
      await this.#backend.downloadModel(model, (progress) => {
        const known = this.running.get(model);
        if (known) this.#note(model, { ...known, progress });
      });
    } catch (thrown) {
      this.#blame(model, toFailure(thrown, m.error_unexpected()).message);
    }
    // Only with the new list does the row know what the download left behind.
    await this.#refresh();
    this.#note(model, null);
  }

  async pause(model: string): Promise<void> {
    await this.#stop(model, () => this.#backend.pauseDownload(model));
  }

  /** Stops a download, if it runs, and throws away what is there. */
  async discard(model: string): Promise<void> {
    this.#blame(model, null);
    await this.#stop(model, async () => {
      this.#takeOver(await this.#backend.discardDownload(model));
    });
  }

  async #stop(model: string, how: () => Promise<void>): Promise<void> {
    const known = this.running.get(model);
    if (known?.isStopping) return;
    if (known) this.#note(model, { ...known, isStopping: true });
    try {
      await how();
    } catch (thrown) {
      this.#blame(model, toFailure(thrown, m.error_unexpected()).message);
      const still = this.running.get(model);
      if (still) this.#note(model, { ...still, isStopping: false });
    }
  }

  async #refresh(): Promise<void> {
    // The list is asked for again when the page opens; here nothing hangs on it.
    const list = await this.#backend.models().catch(() => null);
    if (list) this.#takeOver(list);
  }

  #note(model: string, download: Download | null): void {
    const running = new Map(this.running);
    if (download) running.set(model, download);
    else running.delete(model);
    this.running = running;
  }

  #blame(model: string, sentence: string | null): void {
    const problems = new Map(this.problems);
    if (sentence === null) problems.delete(model);
    else problems.set(model, sentence);
    this.problems = problems;
  }
}
