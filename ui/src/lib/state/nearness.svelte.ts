/** The nearest neighbours of the selected item, and how pairs of the list are spread. */
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, Neighbour, PairStatistics } from "$lib/ipc/bindings";
import { Latest } from "./latest";

export const NEIGHBOUR_COUNTS = [10, 25, 50, 100] as const;
export type NeighbourCount = (typeof NEIGHBOUR_COUNTS)[number];
export type NeighbourMetric = "cosine" | "euclid";

/** Of vectors of length 1, of which all vectors are: |a - b|^2 = 2 - 2 a.b. */
export function distanceOf(similarity: number): number {
  return Math.sqrt(Math.max(0, 2 - 2 * similarity));
}

export class Nearness {
  /** Of `item`; those of the item before stay until the new ones are here. */
  neighbours = $state.raw<readonly Neighbour[]>([]);
  item = $state.raw<ItemId | null>(null);
  count = $state<NeighbourCount>(10);
  metric = $state<NeighbourMetric>("cosine");
  statistics = $state.raw<PairStatistics | null>(null);

  readonly #backend: Backend;
  readonly #neighboursAsked = new Latest();
  readonly #statisticsAsked = new Latest();
  #statisticsOf = -1;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async look(item: ItemId): Promise<void> {
    const { count } = this;
    const reply = await this.#neighboursAsked.ask(() => this.#backend.neighbours(item, count));
    if (!reply) return;
    this.neighbours = reply.answer;
    this.item = item;
  }

  async spread(revision: number): Promise<void> {
    if (this.#statisticsOf === revision) return;
    const reply = await this.#statisticsAsked.ask(() => this.#backend.pairStatistics());
    if (!reply) return;
    this.statistics = reply.answer;
    this.#statisticsOf = revision;
  }
}
