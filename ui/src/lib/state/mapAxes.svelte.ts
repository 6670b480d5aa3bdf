/** Axes between words: where every item lies between two ends, and what is typed for these. */
import type { Cloud } from "$lib/charts/mapCloud";
import { outermost, plotCloud, stripCloud } from "$lib/charts/mapAxes";
import type { Backend } from "$lib/ipc/backend";
import type { AxisEnd } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import { MapStage } from "./mapStage.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

/** So many words at each end of each axis are worth writing. */
const WRITTEN = 12;

/** An end as the person gave it, and what it is called. */
export interface NamedEnd {
  name: string;
  end: AxisEnd;
}

export class MapAxis {
  from = $state.raw<NamedEnd | null>(null);
  to = $state.raw<NamedEnd | null>(null);
  /** Of the ends as they are now; null while they are not known. */
  values = $state.raw<Float32Array | null>(null);
  isLooking = $state(false);
  readonly #backend: Backend;
  readonly #asked = new Latest();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get isComplete(): boolean {
    return this.from !== null && this.to !== null;
  }

  async look(): Promise<void> {
    const { from, to } = this;
    if (!from || !to) {
      this.#asked.forget();
      this.values = null;
      this.isLooking = false;
      return;
    }
    this.isLooking = true;
    try {
      const reply = await this.#asked.ask(() => this.#backend.axis(from.end, to.end));
      if (!reply) return;
      this.values = reply.answer;
      this.isLooking = false;
    } catch (thrown) {
      this.values = null;
      this.isLooking = false;
      throw thrown;
    }
  }

  swap(): void {
    [this.from, this.to] = [this.to, this.from];
  }
}

export class MapAxes {
  readonly first: MapAxis;
  readonly second: MapAxis;
  hasSecond = $state(false);
  readonly stage = new MapStage();
  readonly cloud: Cloud | null = $derived.by(() => {
    const across = this.first.values;
    const up = this.hasSecond ? this.second.values : null;
    if (!across) return null;
    return up ? plotCloud(across, up) : stripCloud(across);
  });
  /** What is worth writing on the plot. */
  readonly worth: readonly number[] = $derived.by(() => {
    const across = this.first.values;
    const up = this.hasSecond ? this.second.values : null;
    if (!across) return [];
    return [...new Set([...outermost(across, WRITTEN), ...(up ? outermost(up, WRITTEN) : [])])];
  });
  readonly #workbook: OpenWorkbook;

  constructor(backend: Backend, workbook: OpenWorkbook) {
    this.first = new MapAxis(backend);
    this.second = new MapAxis(backend);
    this.#workbook = workbook;
  }

  /** What a typed name means: a topic or an item of that name, else the text itself. Null for nothing. */
  named(typed: string): NamedEnd | null {
    const name = typed.trim();
    if (name === "") return null;
    const wanted = name.toLocaleLowerCase();
    const topic = this.#workbook.view.topics.find((one) => one.name.toLocaleLowerCase() === wanted);
    if (topic) return { name: topic.name, end: { kind: "topic", topic: topic.id } };
    const item = this.#workbook.texts.findIndex((text) => text.toLocaleLowerCase() === wanted);
    if (item >= 0) return { name: this.#workbook.label(item), end: { kind: "item", item } };
    return { name, end: { kind: "text", text: name } };
  }
}
