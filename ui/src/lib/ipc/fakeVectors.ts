/** Made-up vectors and small, real algorithms over them, for the fake backend. Same input, same result. */
import { categoryLike, groupOf } from "./fakeLists";

export const DIM = 32;

/** mulberry32 seeded by FNV-1a of a text: enough chance for a picture. */
function chance(seedText: string): () => number {
  let state = 2166136261;
  for (let index = 0; index < seedText.length; index += 1) {
    state = Math.imul(state ^ seedText.charCodeAt(index), 16777619);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function direction(seedText: string): Float32Array {
  const next = chance(seedText);
  // The sum of three uniforms is near enough to a normal distribution.
  return unit(Float32Array.from({ length: DIM }, () => next() + next() + next() - 1.5));
}

export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < DIM; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

const common = direction("what all texts share");

/** A context such as "the company" draws a text towards what the context names. */
export function embedText(text: string, context: string | null = null): Float32Array {
  const meant = context === null ? groupOf(text) : categoryLike(context);
  const group = direction(`group ${meant}`);
  const own = direction(text);
  return unit(
    own.map((value, index) => value * 0.75 + (group[index] ?? 0) * 0.58 + (common[index] ?? 0) * 0.42),
  );
}

/** Vectors without what all of them share, of length 1. */
export function centred(vectors: readonly Float32Array[]): Float32Array[] {
  const mean = new Float32Array(DIM);
  for (const vector of vectors) {
    for (let index = 0; index < DIM; index += 1) mean[index] = (mean[index] ?? 0) + (vector[index] ?? 0);
  }
  return vectors.map((vector) =>
    unit(vector.map((value, index) => value - (mean[index] ?? 0) / vectors.length)),
  );
}

export interface Clusters {
  centroids: Float32Array[];
  /** Nearest and second nearest centroid of every vector, with the cosines. */
  best: { first: number; second: number; cosine: number; next: number }[];
}

/** Spherical k-means, started from vectors far from each other. */
export function kMeans(vectors: readonly Float32Array[], k: number, rounds: number): Clusters {
  const centroids: Float32Array[] = [vectors[0] ?? new Float32Array(DIM)];
  const nearest = vectors.map((vector) => dot(vector, centroids[0] ?? vector));
  while (centroids.length < k) {
    let farthest = 0;
    nearest.forEach((cosine, index) => {
      if (cosine < (nearest[farthest] ?? 1)) farthest = index;
    });
    const centroid = vectors[farthest] ?? new Float32Array(DIM);
    centroids.push(centroid);
    vectors.forEach((vector, index) => {
      nearest[index] = Math.max(nearest[index] ?? -1, dot(vector, centroid));
    });
  }
  const assign = (): Clusters["best"] =>
    vectors.map((vector) => {
      let [first, second, cosine, next] = [0, 0, -2, -2];
      centroids.forEach((centroid, index) => {
        const value = dot(vector, centroid);
        if (value > cosine) [first, second, cosine, next] = [index, first, value, cosine];
        else if (value > next) [second, next] = [index, value];
      });
      return { first, second, cosine, next };
    });
  let best = assign();
  for (let round = 0; round < rounds; round += 1) {
    const sums = centroids.map(() => new Float32Array(DIM));
    best.forEach(({ first }, index) => {
      const sum = sums[first];
      const vector = vectors[index];
      if (!sum || !vector) return;
      for (let d = 0; d < DIM; d += 1) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0);
    });
    sums.forEach((sum, index) => {
      centroids[index] = unit(sum);
    });
    best = assign();
  }
  return { centroids, best };
}

/** Running sums of vectors in an order: any block's mean is then one subtraction. */
export function runningSums(vectors: readonly Float32Array[], order: Uint32Array): Float64Array {
  const sums = new Float64Array((order.length + 1) * DIM);
  order.forEach((item, place) => {
    const vector = vectors[item];
    for (let d = 0; d < DIM; d += 1) {
      sums[(place + 1) * DIM + d] = (sums[place * DIM + d] ?? 0) + (vector?.[d] ?? 0);
    }
  });
  return sums;
}

export function blockMean(sums: Float64Array, start: number, end: number): Float32Array {
  return Float32Array.from(
    { length: DIM },
    (_, d) => ((sums[end * DIM + d] ?? 0) - (sums[start * DIM + d] ?? 0)) / (end - start),
  );
}
