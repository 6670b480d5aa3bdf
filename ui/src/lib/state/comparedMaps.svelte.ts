/** The maps of compared models side by side: laid out one after another, looked at and pointed at together. */
import { type Cloud, cloudOf, frameOf } from "$lib/charts/mapCloud";
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, JobId, MapRequest, MapView, ModelInfo } from "$lib/ipc/bindings";
import { toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";
import type { Jobs, RunJob } from "./jobs.svelte";
import { Latest } from "./latest";
import { MapStage } from "./mapStage.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

/** More side by side would be too small to tell anything. */
export const MOST_MAPS = 4;
/** Longer lists wait until somebody asks for their maps. */
const MOST_BY_ITSELF = 20_000;
const LOOK_EVERY_MS = 150;
const DIMS = 2;

export interface ComparedMapsNeeds {
  backend: Backend;
  workbook: OpenWorkbook;
  jobs: Jobs;
  runJob: RunJob;
}

/** One model's map among them. */
export class ComparedMap {
  /** Null when there is none yet, or when what is shown was stopped early. */
  view = $state.raw<MapView | null>(null);
  cloud = $state.raw<Cloud | null>(null);
  /** Whether it is known what there is. */
  isKnown = $state(false);
  /** Why it could not be laid out, as a sentence. */
  problem = $state<string | null>(null);
  readonly model: ModelInfo;
  readonly #backend: Backend;
  readonly #asked = new Latest();
  readonly #modelInUse: () => string;

  constructor(backend: Backend, model: ModelInfo, modelInUse: () => string) {
    this.#backend = backend;
    this.model = model;
    this.#modelInUse = modelInUse;
  }

  /** The model in use shares its map with the Map itself. */
  get request(): MapRequest {
    const { id } = this.model;
    return { method: "umap", dims: DIMS, model: id === this.#modelInUse() ? null : id };
  }

  /** Shows what is kept. */
  async look(): Promise<void> {
    const { request } = this;
    try {
      const reply = await this.#asked.ask(async () => {
        const view = await this.#backend.map(request);
        const isAtHand = this.cloud !== null && this.view !== null && this.view.isStale === view?.isStale;
        return { view, raw: view && !isAtHand ? await this.#backend.positions(request) : null };
      });
      if (!reply) return;
      const { view, raw } = reply.answer;
      if (raw) this.#show(raw);
      this.view = view;
      this.isKnown = true;
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Shows how far a layout has come. */
  async lookAtForming(): Promise<void> {
    // If this fails, the job fails too and tells why.
    const reply = await this.#asked.ask(() => this.#backend.positions(this.request)).catch(() => null);
    if (!reply) return;
    this.#show(reply.answer);
    this.view = null;
  }

  fail(thrown: unknown): void {
    this.problem = toFailure(thrown, m.error_unexpected()).message;
    this.isKnown = true;
  }

  #show(raw: Float32Array): void {
    const frame = raw.length === 0 ? null : frameOf(raw, DIMS);
    if (frame) this.cloud = cloudOf(raw, DIMS, frame);
  }
}

export class ComparedMaps {
  all = $state.raw<readonly ComparedMap[]>([]);
  /** What the pointer is on, in whichever of them. */
  pointed = $state.raw<ItemId | null>(null);
  /** One camera and one tool for all of them. */
  readonly stage = new MapStage();
  readonly #needs: ComparedMapsNeeds;
  #forming = $state.raw<{ job: JobId; map: ComparedMap } | null>(null);
  /** Waiting for their turn. */
  #waiting = $state.raw<readonly ComparedMap[]>([]);
  /** Models whose map was laid out, or tried to be, without being asked for. */
  readonly #begun = new Set<string>();

  /** All of them as large as the largest, so that one camera fits all. */
  readonly clouds = $derived.by((): readonly (Cloud | null)[] => {
    const clouds = this.all.map(({ cloud }) => cloud);
    const most = (side: (cloud: Cloud) => number): number =>
      clouds.reduce((largest, cloud) => (cloud ? Math.max(largest, side(cloud)) : largest), 0);
    const halfWidth = most((cloud) => cloud.halfWidth);
    const halfHeight = most((cloud) => cloud.halfHeight);
    return clouds.map((cloud) => cloud && { ...cloud, halfWidth, halfHeight });
  });

  constructor(needs: ComparedMapsNeeds) {
    this.#needs = needs;
  }

  /** The map that is laid out just now. */
  get forming(): ComparedMap | null {
    const { running } = this.#needs.jobs;
    return this.#forming && running?.id === this.#forming.job ? this.#forming.map : null;
  }

  isWaiting(map: ComparedMap): boolean {
    return this.#waiting.includes(map);
  }

  /** Shows the maps of these models as the workbook is now, and lays out what there is not. */
  async sync(models: readonly ModelInfo[]): Promise<void> {
    const { backend, workbook, jobs } = this.#needs;
    const shown = models.slice(0, MOST_MAPS);
    const isSame =
      shown.length === this.all.length && shown.every(({ id }, i) => id === this.all[i]?.model.id);
    if (!isSame) {
      this.all = shown.map(
        (model) =>
          this.all.find((map) => map.model.id === model.id) ??
          new ComparedMap(backend, model, () => workbook.view.model.id),
      );
      this.pointed = null;
    }
    const { all, forming } = this;
    await Promise.all(all.filter((map) => map !== forming).map((map) => map.look()));
    if (this.all !== all || workbook.isReadOnly || jobs.running) return;
    if (workbook.view.itemCount > MOST_BY_ITSELF) return;
    const missing = all.filter(
      ({ view, problem, model }) => view === null && problem === null && !this.#begun.has(model.id),
    );
    await this.layOut(missing);
  }

  /** One after another: they would only slow each other down. */
  async layOut(maps: readonly ComparedMap[]): Promise<void> {
    this.#waiting = [...new Set([...this.#waiting, ...maps])];
    if (this.forming) return;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      this.#waiting = this.#waiting.slice(1);
      if (this.all.includes(next) && !(await this.#layOutOne(next))) this.#waiting = [];
    }
  }

  /** Whether the others may go on: not after Cancel, nor when something else took over. */
  async #layOutOne(map: ComparedMap): Promise<boolean> {
    const { backend, runJob } = this.#needs;
    const { request } = map;
    this.#begun.add(map.model.id);
    map.problem = null;
    const outcome = await runJob("layOut", async (id, onProgress) => {
      this.#forming = { job: id, map };
      void this.#watch(id, map);
      try {
        return await backend.layOut(id, request, onProgress);
      } catch (thrown) {
        // Said where the map would be; the other models' maps are none the worse.
        map.fail(thrown);
        return { kind: "failed" as const };
      }
    });
    if (this.#forming?.map === map) this.#forming = null;
    if (outcome?.kind === "finished") {
      map.view = null;
      await map.look();
    }
    return outcome?.kind === "finished" || outcome?.kind === "failed";
  }

  async #watch(job: JobId, map: ComparedMap): Promise<void> {
    while (this.#forming?.job === job) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      if (this.#forming?.job === job) await map.lookAtForming();
    }
  }
}
