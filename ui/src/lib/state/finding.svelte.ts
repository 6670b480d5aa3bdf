/** How topics are found when the person asks for it: the way, and the number that goes with it. */
import type { TopicMethod } from "$lib/ipc/bindings";
import type { OpenWorkbook } from "./workbook.svelte";

export const TOPIC_METHODS = [
  "kmeans",
  "average",
  "complete",
  "ward",
  "hdbscan",
  "gaussian",
  "dbscan",
  "optics",
] as const satisfies readonly TopicMethod[];

export const MIN_TOPICS = 2;
/** The machine itself finds a hundred in long lists. */
const MAX_TOPICS = 200;
const MIN_SMALLEST = 2;
/** Where counting begins when the machine chose so far. */
const USUAL_SMALLEST = 5;

/** Ways that find as many topics as there are dense places, and are told what is too small for one. */
const BY_DENSITY: readonly TopicMethod[] = ["hdbscan", "dbscan", "optics"];

export class Finding {
  method = $state<TopicMethod>("kmeans");
  /** How many topics to look for; null leaves it to the machine. */
  topicCount = $state<number | null>(null);
  /** How many items make a topic at least; null leaves it to the machine. */
  smallestTopic = $state<number | null>(null);
  readonly #workbook: OpenWorkbook;

  constructor(workbook: OpenWorkbook) {
    this.#workbook = workbook;
  }

  /** Whether the number is the smallest topic's size instead of how many topics there are. */
  get isByDensity(): boolean {
    return BY_DENSITY.includes(this.method);
  }

  /** The number for the way that is chosen. */
  get count(): number | null {
    return this.isByDensity ? this.smallestTopic : this.topicCount;
  }

  set count(count: number | null) {
    if (this.isByDensity) this.smallestTopic = count;
    else this.topicCount = count;
  }

  get least(): number {
    return this.isByDensity ? MIN_SMALLEST : MIN_TOPICS;
  }

  get most(): number {
    return Math.min(MAX_TOPICS, this.#workbook.view.itemCount);
  }

  step(by: 1 | -1): void {
    const now = this.isByDensity ? USUAL_SMALLEST : Math.max(MIN_TOPICS, this.#workbook.view.topics.length);
    this.count = Math.min(this.most, Math.max(this.least, (this.count ?? now) + by));
  }
}
