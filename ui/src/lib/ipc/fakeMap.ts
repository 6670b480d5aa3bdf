/** Maps, axes and pictures of the fake backend: small and quick, but the same every time and true to the vectors. */
import type { Places } from "./backend";
import { NO_TOPIC } from "./backend";
import type { AxisEnd, BroadTopic, JobId, MapOutcome, MapRequest, MapView, Progress } from "./bindings";
import { appError } from "./fakeImport";
import type { Sorting } from "./fakeSorting";
import { centred, DIM, direction, dot, embedText, unit } from "./fakeVectors";

/** What of the open workbook a map is made of. */
export interface MappedList {
  sorting: Sorting;
  modelName: string;
}

interface Kept {
  positions: Float32Array;
  /** The vectors it was made of: others mean that the map is stale. */
  vectors: readonly Float32Array[];
  modelName: string;
}

const FRAMES = 24;
const BROAD_FROM = 6;
const GOLDEN_ANGLE = 2.399963;

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function principal(vectors: readonly Float32Array[], dims: number): Float32Array {
  const rows = centred(vectors);
  const axes: Float32Array[] = [];
  for (let d = 0; d < dims; d += 1) {
    let axis = direction(`axis ${d}`);
    for (let round = 0; round < 12; round += 1) {
      const next = new Float32Array(DIM);
      for (const row of rows) {
        const length = dot(row, axis);
        for (let i = 0; i < DIM; i += 1) next[i] = (next[i] ?? 0) + length * (row[i] ?? 0);
      }
      for (const other of axes) {
        const length = dot(next, other);
        for (let i = 0; i < DIM; i += 1) next[i] = (next[i] ?? 0) - length * (other[i] ?? 0);
      }
      axis = unit(next);
    }
    axes.push(axis);
  }
  const out = new Float32Array(rows.length * dims);
  rows.forEach((row, item) => {
    axes.forEach((axis, d) => {
      out[item * dims + d] = dot(row, axis);
    });
  });
  return out;
}

/** Topics as clumps round a spiral, every item a little off the middle of its own. */
function clumps(
  vectors: readonly Float32Array[],
  places: Places,
  dims: number,
  spread: number,
): Float32Array {
  const out = new Float32Array(vectors.length * dims);
  const ids = [...new Set(places.topic)].filter((id) => id !== NO_TOPIC);
  const place = new Map(ids.map((id, index) => [id, index]));
  const axes = ["across", "up", "deep"].map(direction);
  const along = vectors.map((vector) => axes.map((axis) => dot(vector, axis)));
  const sums = ids.map(() => [0, 0, 0, 0]);
  along.forEach((values, item) => {
    const sum = sums[place.get(places.topic[item] ?? NO_TOPIC) ?? -1];
    if (!sum) return;
    values.forEach((value, d) => {
      sum[d] = (sum[d] ?? 0) + value;
    });
    sum[3] = (sum[3] ?? 0) + 1;
  });
  along.forEach((values, item) => {
    const at = place.get(places.topic[item] ?? NO_TOPIC);
    const sum = at === undefined ? [0, 0, 0, 1] : (sums[at] ?? [0, 0, 0, 1]);
    // What fits nowhere lies between the clumps.
    const reach = Math.sqrt(at === undefined ? ids.length * Math.abs(Math.sin(item)) : at + 0.5);
    const angle = (at ?? item) * GOLDEN_ANGLE;
    const middle = [Math.cos(angle) * reach, Math.sin(angle) * reach, (((at ?? item) % 3) - 1) * 1.2];
    for (let d = 0; d < dims; d += 1) {
      const off = (values[d] ?? 0) - (sum[d] ?? 0) / (sum[3] ?? 1);
      out[item * dims + d] = (middle[d] ?? 0) + off * spread;
    }
  });
  return out;
}

/** Points in fifty clumps. */
function scattered(count: number, dims: number): Float32Array {
  const out = new Float32Array(count * dims);
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 4294967296;
  };
  for (let item = 0; item < count; item += 1) {
    const clump = item % 50;
    for (let d = 0; d < dims; d += 1) {
      const middle = Math.cos(clump * GOLDEN_ANGLE + (d * Math.PI) / 2) * Math.sqrt(clump + 1);
      out[item * dims + d] = middle + next() + next() + next() - 1.5;
    }
  }
  return out;
}

export class FakeMaps {
  readonly written = new Map<string, Uint8Array>();
  copied: Uint8Array | null = null;
  readonly #did: (command: string) => void;
  readonly #look: (model?: string | null) => MappedList;
  readonly #tickMs: () => number;
  readonly #points: () => number | null;
  readonly #isCancelled: (job: JobId) => boolean;
  readonly #kept = new Map<string, Kept>();
  #forming: { key: string; positions: Float32Array } | null = null;
  #paused = new Set<JobId>();

  constructor(
    did: (command: string) => void,
    look: (model?: string | null) => MappedList,
    tickMs: () => number,
    isCancelled: (job: JobId) => boolean,
    points: () => number | null,
  ) {
    this.#points = points;
    this.#did = did;
    this.#look = look;
    this.#tickMs = tickMs;
    this.#isCancelled = isCancelled;
  }

  readonly map = async (request: MapRequest): Promise<MapView | null> => {
    this.#did(`map ${request.method} ${request.dims}`);
    const kept = this.#kept.get(this.#key(request));
    return kept ? this.#view(request, kept) : null;
  };

  readonly positions = async (request: MapRequest): Promise<Float32Array> => {
    const key = this.#key(request);
    const points = this.#points();
    if (points !== null) return scattered(points, request.dims);
    if (this.#forming?.key === key) return this.#forming.positions.slice();
    return this.#kept.get(key)?.positions ?? new Float32Array(0);
  };

  readonly pauseLayout = async (job: JobId, isPaused: boolean): Promise<void> => {
    this.#did(`pauseLayout ${isPaused}`);
    if (isPaused) this.#paused.add(job);
    else this.#paused.delete(job);
  };

  readonly axis = async (from: AxisEnd, to: AxisEnd): Promise<Float32Array> => {
    this.#did("axis");
    const { vectors } = this.#look().sorting;
    const [start, end] = [this.#end(from), this.#end(to)];
    const along = start.map((value, i) => (end[i] ?? 0) - value);
    const square = dot(along, along);
    if (square === 0) throw appError("invalid", "The two ends mean the same. Choose two that differ.");
    return Float32Array.from(vectors, (vector) => (dot(vector, along) - dot(start, along)) / square);
  };

  readonly broadTopics = async (): Promise<BroadTopic[]> => {
    this.#did("broadTopics");
    const { topics } = this.#look().sorting;
    if (topics.length < BROAD_FROM) return [];
    const third = Math.ceil(topics.length / 3);
    return [0, 1, 2]
      .map((group) => topics.slice(group * third, (group + 1) * third))
      .filter((group) => group.length > 0)
      .map((group) => ({
        name: group
          .slice(0, 2)
          .map(({ name }) => name)
          .join(" and "),
        topics: group.map(({ id }) => id),
      }));
  };

  readonly layOut = async (
    job: JobId,
    request: MapRequest,
    onProgress: (progress: Progress) => void,
  ): Promise<MapOutcome> => {
    this.#did(
      ["layOut", request.method, request.dims, request.model].filter((part) => part !== null).join(" "),
    );
    const list = this.#look(request.model);
    const { vectors, places } = list.sorting;
    const key = this.#key(request);
    const start = principal(vectors, request.dims);
    const end =
      request.method === "pca"
        ? start
        : clumps(vectors, places, request.dims, request.method === "tsne" ? 3.4 : 2.6);
    const positions = start.slice();
    this.#forming = { key, positions };
    const frames = request.method === "pca" ? 1 : FRAMES;
    for (let frame = 0; frame < frames;) {
      await delay(this.#tickMs());
      if (this.#isCancelled(job)) return { kind: "cancelled" };
      if (this.#look(request.model).sorting.vectors.length !== vectors.length) return { kind: "abandoned" };
      if (this.#paused.has(job)) {
        await delay(20);
        continue;
      }
      frame += 1;
      const share = 1 - (1 - frame / frames) ** 2;
      for (let i = 0; i < positions.length; i += 1) {
        positions[i] = (start[i] ?? 0) + ((end[i] ?? 0) - (start[i] ?? 0)) * share;
      }
      onProgress({ stage: "layingOut", done: frame, total: frames, perSecond: null, secondsLeft: null });
    }
    const kept = { positions, vectors, modelName: list.modelName };
    this.#kept.set(key, kept);
    this.#forming = null;
    return { kind: "finished", map: this.#view(request, kept) };
  };

  readonly savePicture = async (path: string, bytes: Uint8Array): Promise<void> => {
    this.#did(`savePicture ${path}`);
    this.written.set(path, bytes);
  };

  readonly copyPicture = async (png: Uint8Array): Promise<void> => {
    this.#did("copyPicture");
    this.copied = png;
  };

  #key({ method, dims, model }: MapRequest): string {
    return `${this.#look(model).modelName} ${method} ${dims}`;
  }

  #view({ method, dims, model }: MapRequest, kept: Kept): MapView {
    const { vectors } = this.#look(model).sorting;
    return {
      method,
      dims,
      modelName: kept.modelName,
      isStale: kept.vectors !== vectors,
      trustworthiness: 0.91,
    };
  }

  #end(end: AxisEnd): Float32Array {
    const { vectors, places } = this.#look().sorting;
    if (end.kind === "text") return embedText(end.text);
    if (end.kind === "item") return vectors[end.item] ?? direction("nothing");
    const sum = new Float32Array(DIM);
    vectors.forEach((vector, item) => {
      if (places.topic[item] !== end.topic) return;
      for (let d = 0; d < DIM; d += 1) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0);
    });
    return unit(sum);
  }
}
