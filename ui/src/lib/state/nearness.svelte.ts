/** The nearest neighbours of the selected item, and how pairs of the list are spread. */
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, Neighbour, PairStatistics } from "$lib/ipc/bindings";
import { Latest } from "./latest";

const NEIGHBOURS = 12;

export class Nearness {
  /** Of `item`; those of the item before stay until the new ones are here. */
  neighbours = $state.raw<readonly Neighbour[]>([]);
  item = $state.raw<ItemId | null>(null);
  statistics = $state.raw<PairStatistics | null>(null);

  readonly #backend: Backend;
  readonly #neighboursAsked = new Latest();
  readonly #statisticsAsked = new Latest();
  #statisticsOf = -1;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async look(item: ItemId): Promise<void> {
    const reply = await this.#neighboursAsked.ask(() => this.#backend.neighbours(item, NEIGHBOURS));
    if (!reply) return;
    this.neighbours = reply.answer;
    this.item = item;
  }

  async count(revision: number): Promise<void> {
    if (this.#statisticsOf === revision) return;
    const reply = await this.#statisticsAsked.ask(() => this.#backend.pairStatistics());
    if (!reply) return;
    this.statistics = reply.answer;
    this.#statisticsOf = revision;
  }
}
