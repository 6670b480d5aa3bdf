/** The map of the list: how it is laid out, what is kept of it, and how one looks at it. */
import { type Cloud, cloudOf, type Frame, frameOf, towards } from "$lib/charts/mapCloud";
import type { Backend } from "$lib/ipc/backend";
import type { ItemId, JobId, MapMethod, MapRequest, MapView } from "$lib/ipc/bindings";
import type { Jobs, RunJob } from "./jobs.svelte";
import { Latest } from "./latest";
import { MapAxes } from "./mapAxes.svelte";
import { MapStage } from "./mapStage.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

export const METHODS = ["umap", "tsne", "pca"] as const satisfies readonly MapMethod[];
export type MapPart = "map" | "axes";
export const DIMS = [2, 3] as const;
export type Dims = (typeof DIMS)[number];

/** A longer list waits until somebody asks for its map. */
const MOST_BY_ITSELF = 20_000;
const LOOK_EVERY_MS = 125;
/** Looking takes its time with a million points: most of it shall go into the layout. */
const LOOKING_SHARE = 0.2;
/** How much of the way to its true frame a forming map goes at every look. */
const SETTLING = 0.35;

export interface MapWork {
  backend: Backend;
  workbook: OpenWorkbook;
  jobs: Jobs;
  runJob: RunJob;
  attempt: (action: () => Promise<void>) => Promise<void>;
}

interface Forming {
  job: JobId;
  key: string;
  isPaused: boolean;
}

export class ItemMap {
  method = $state<MapMethod>("umap");
  dims = $state<Dims>(2);
  part = $state<MapPart>("map");
  isTable = $state(false);
  /** The kept map that is shown; null when there is none, or when what is shown was stopped early. */
  view = $state.raw<MapView | null>(null);
  cloud = $state.raw<Cloud | null>(null);
  /** Whether it is known what there is for this method and these dimensions. */
  isKnown = $state(false);
  /** Only these are shown; null: all. */
  isolated = $state.raw<ReadonlySet<ItemId> | null>(null);
  readonly stage = new MapStage();
  readonly axes: MapAxes;

  #forming = $state.raw<Forming | null>(null);
  readonly #work: MapWork;
  readonly #asked = new Latest();
  /** What `cloud` shows. */
  #shownKey = "";
  #frame: Frame | null = null;
  #wasLaidOutByItself = false;

  constructor(work: MapWork) {
    this.#work = work;
    this.axes = new MapAxes(work.backend, work.workbook);
  }

  get request(): MapRequest {
    return { method: this.method, dims: this.dims, model: null };
  }

  /** The layout that is forming, if it is the one that is looked at. */
  get forming(): { job: JobId; isPaused: boolean } | null {
    const { running } = this.#work.jobs;
    const forming = this.#forming;
    return forming && running?.id === forming.job && forming.key === this.key ? forming : null;
  }

  /** Tells one map from another: the backend keeps one for each. */
  get key(): string {
    return `${this.#work.workbook.view.model.id} ${this.method} ${this.dims}`;
  }

  /** Brings what is shown up to date with the workbook and with what was chosen. */
  async sync(): Promise<void> {
    const { workbook } = this.#work;
    const { key, request } = this;
    const isOther = key !== this.#shownKey;
    if (isOther) this.isKnown = false;
    const reply = await this.#asked.ask(async () => {
      const view = await this.#work.backend.map(request);
      const isWhole = this.cloud?.count === workbook.view.itemCount;
      const isAtHand = !isOther && isWhole && this.view?.isStale === view?.isStale;
      const raw = view === null || isAtHand ? null : await this.#work.backend.positions(request);
      return { view, raw };
    });
    if (!reply || this.#forming?.key === key) return;
    const { view, raw } = reply.answer;
    if (raw) {
      this.#frame = null;
      this.#show(raw, request);
    } else if (view === null && isOther) {
      this.cloud = null;
    }
    if (isOther) this.stage.camera = null;
    this.view = view;
    this.#shownKey = key;
    this.isKnown = true;
    const isUsual = this.method === "umap" && this.dims === 2;
    if (view || !isUsual || this.#wasLaidOutByItself || workbook.isReadOnly) return;
    if (workbook.view.itemCount > MOST_BY_ITSELF || this.#work.jobs.running) return;
    this.#wasLaidOutByItself = true;
    await this.layOut();
  }

  async layOut(): Promise<void> {
    const { request, key } = this;
    this.#wasLaidOutByItself = true;
    this.#frame = null;
    const outcome = await this.#work.runJob("layOut", (id, onProgress) => {
      this.#forming = { job: id, key, isPaused: false };
      void this.#watch(id, key, request);
      return this.#work.backend.layOut(id, request, onProgress);
    });
    const isMine = this.#forming?.key === key;
    if (isMine) this.#forming = null;
    if (!outcome || !isMine || this.key !== key) return;
    await this.#work.attempt(async () => {
      const raw = await this.#work.backend.positions(request);
      if (this.key !== key || this.#forming) return;
      this.#frame = null;
      this.#show(raw, request);
      this.#shownKey = key;
      this.view = outcome.kind === "finished" ? outcome.map : null;
      this.isKnown = true;
    });
  }

  async pause(isPaused: boolean): Promise<void> {
    const forming = this.#forming;
    if (!forming) return;
    this.#forming = { ...forming, isPaused };
    await this.#work.attempt(() => this.#work.backend.pauseLayout(forming.job, isPaused));
  }

  isolate(items: Iterable<ItemId> | null): void {
    this.isolated = items && new Set(items);
    this.stage.camera = null;
  }

  /** Shows the layout as it forms. */
  async #watch(job: JobId, key: string, request: MapRequest): Promise<void> {
    let tookMs = 0;
    while (this.#forming?.job === job) {
      const waitMs = Math.max(LOOK_EVERY_MS, tookMs / LOOKING_SHARE);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#forming?.job !== job || this.#forming.isPaused || this.key !== key) continue;
      const askedAt = performance.now();
      // If this fails, the job fails too and tells why.
      const raw = await this.#work.backend.positions(request).catch(() => null);
      if (raw && this.#forming?.job === job && this.key === key) {
        this.#show(raw, request);
        this.#shownKey = key;
        this.view = null;
      }
      tookMs = performance.now() - askedAt;
    }
  }

  #show(raw: Float32Array, request: MapRequest): void {
    const dims = request.dims === 3 ? 3 : 2;
    const frame = raw.length === 0 ? null : frameOf(raw, dims);
    if (!frame) {
      if (raw.length === 0 && this.#forming) return;
      this.cloud = null;
      return;
    }
    this.#frame = towards(this.#frame, frame, SETTLING);
    this.cloud = cloudOf(raw, dims, this.#frame);
  }
}
