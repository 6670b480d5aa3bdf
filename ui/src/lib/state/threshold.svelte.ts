/** How sure the machine must be to place an item, while a person tries values and after. */
import { impliedThreshold, thresholdMoves } from "./threshold";
import type { OpenWorkbook } from "./workbook.svelte";

export class Threshold {
  /** Under the person's hand, not yet applied. */
  tried = $state<number | null>(null);

  readonly #workbook: OpenWorkbook;
  readonly #implied = $derived.by(() => impliedThreshold(this.#workbook.places));
  /** Where the slider stands, 0 to 1. */
  readonly shown = $derived.by(() => this.tried ?? this.#workbook.view.threshold ?? this.#implied);
  /** What applying it would move; null while nothing is tried. */
  readonly moves = $derived.by(() =>
    this.tried === null ? null : thresholdMoves(this.#workbook.places, this.tried),
  );

  constructor(workbook: OpenWorkbook) {
    this.#workbook = workbook;
  }

  /** Nobody chose one: the machine judges item by item. */
  get isNeutral(): boolean {
    return this.tried === null && this.#workbook.view.threshold === null;
  }

  async apply(): Promise<void> {
    const threshold = this.tried;
    if (threshold === null) return;
    try {
      const isNew = this.#workbook.view.threshold !== threshold;
      if (isNew) await this.#workbook.apply({ kind: "setThreshold", threshold });
    } finally {
      // Unless the person went on to another value in the meantime.
      if (this.tried === threshold) this.tried = null;
    }
  }
}
