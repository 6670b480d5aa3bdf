/** The list of what was done, and going back and forth in it. */
import type { Backend } from "$lib/ipc/backend";
import type { History as Steps } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import { said } from "$lib/text/said";
import type { OpenWorkbook } from "./workbook.svelte";

export interface HistoryEntry {
  /** So many steps are done when one goes here; 0 is the beginning. */
  done: number;
  /** Null: the beginning. */
  label: string | null;
  isUndone: boolean;
  isCurrent: boolean;
}

export class History {
  isOpen = $state(false);
  isTravelling = $state(false);
  #steps = $state.raw<Steps | null>(null);

  readonly #backend: Backend;
  readonly #workbook: OpenWorkbook;
  readonly #asked = new Latest();

  /** The newest first, the beginning last; null until they are here. */
  readonly entries = $derived.by((): HistoryEntry[] | null => {
    const steps = this.#steps;
    if (!steps) return null;
    return [null, ...steps.labels.map(said)]
      .map((label, done) => ({
        done,
        label,
        isUndone: done > steps.done,
        isCurrent: done === steps.done,
      }))
      .reverse();
  });

  constructor(backend: Backend, workbook: OpenWorkbook) {
    this.#backend = backend;
    this.#workbook = workbook;
  }

  async open(): Promise<void> {
    this.#steps = null;
    this.isOpen = true;
    await this.#look();
  }

  close(): void {
    this.isOpen = false;
    this.#asked.forget();
  }

  /** Undoes or redoes until `done` steps are done. */
  async goTo(done: number): Promise<void> {
    if (this.isTravelling || this.#workbook.isReadOnly || done === this.#steps?.done) return;
    this.isTravelling = true;
    try {
      await this.#workbook.update(await this.#backend.travel(done));
      await this.#look();
    } finally {
      this.isTravelling = false;
    }
  }

  async #look(): Promise<void> {
    const reply = await this.#asked.ask(() => this.#backend.history());
    if (reply) this.#steps = reply.answer;
  }
}
