/** The "Not sure" view: what the machine hesitates over, and the row a person is at. */
import type { ItemId } from "$lib/ipc/bindings";
import { closeCalls, doubtOrder } from "./doubt";
import type { OpenWorkbook } from "./workbook.svelte";

export class Doubt {
  readonly #workbook: OpenWorkbook;
  /** The row gone to last, and the one to be at when that one is settled. */
  #at = $state.raw<{ item: ItemId; next: ItemId | null } | null>(null);

  /** The closest call first. */
  readonly rows = $derived.by(() => doubtOrder(this.#workbook.places));
  readonly count = $derived.by(() => closeCalls(this.#workbook.places));
  /** Where the row the keys act on is; -1 before the first. */
  readonly activeIndex = $derived.by(() => {
    if (!this.#at) return -1;
    const { item, next } = this.#at;
    const index = this.rows.indexOf(item);
    return index < 0 && next !== null ? this.rows.indexOf(next) : index;
  });
  readonly active = $derived<ItemId | null>(this.rows[this.activeIndex] ?? null);

  constructor(workbook: OpenWorkbook) {
    this.#workbook = workbook;
  }

  /** Goes to a row, or as near to it as there are rows. Returns its item. */
  goTo(index: number): ItemId | null {
    const { length } = this.rows;
    const place = Math.min(length - 1, Math.max(0, index));
    const item = this.rows[place];
    const next = this.rows[place + 1] ?? this.rows[place - 1] ?? null;
    this.#at = item === undefined ? null : { item, next };
    return item ?? null;
  }

  /** Goes on from a row that is being settled: to the next one, or at the end to the one before. */
  goOn(item: ItemId): ItemId | null {
    const index = this.rows.indexOf(item);
    if (index < 0) return null;
    return this.goTo(index + 1 < this.rows.length ? index + 1 : index - 1);
  }
}
