/** The tree of the fake backend: real linkage over made-up vectors, of the list itself or of small groups of it. */
import type { Tree } from "./backend";
import type { JobId, JobOutcome, Linkage, Progress, WorkbookView } from "./bindings";
import type { Sorting } from "./fakeSorting";
import { centred, type Clusters, DIM, dot, unit } from "./fakeVectors";

/** More leaves would take too long here; the engine goes up to 10,000. */
const MOST_LEAVES = 2_000;
const STEPS = 5;

interface Join {
  a: number;
  b: number;
  height: number;
}

interface Grown {
  tree: Tree;
  order: Uint32Array;
  vectors: readonly Float32Array[];
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Joins of `sizes.length` leaves by their `distances` (row-major), lowest first; a join is told by a leaf of each side. */
function joinsOf(distances: Float64Array, sizes: number[], linkage: Linkage): Join[] {
  const n = sizes.length;
  const size = [...sizes];
  const isGone = new Uint8Array(n);
  const joins: Join[] = [];
  const at = (a: number, b: number): number => distances[a * n + b] ?? Infinity;
  const chain: number[] = [];
  while (joins.length < n - 1) {
    if (chain.length === 0) chain.push(isGone.indexOf(0));
    for (;;) {
      const top = chain.at(-1) ?? 0;
      const before = chain.at(-2) ?? -1;
      let best = before;
      let least = before < 0 ? Infinity : at(top, before);
      for (let other = 0; other < n; other += 1) {
        if (isGone[other] === 1 || other === top) continue;
        if (at(top, other) < least) [best, least] = [other, at(top, other)];
      }
      if (best !== before) {
        chain.push(best);
        continue;
      }
      chain.length -= 2;
      const [a, b] = [Math.min(top, best), Math.max(top, best)];
      joins.push({ a, b, height: linkage === "ward" ? Math.sqrt(least) : least });
      const [sizeA, sizeB] = [size[a] ?? 1, size[b] ?? 1];
      for (let other = 0; other < n; other += 1) {
        if (isGone[other] === 1 || other === a || other === b) continue;
        const [toA, toB, sizeO] = [at(a, other), at(b, other), size[other] ?? 1];
        let next = Math.max(toA, toB);
        if (linkage === "average") next = (sizeA * toA + sizeB * toB) / (sizeA + sizeB);
        if (linkage === "ward") {
          const all = sizeA + sizeB + sizeO;
          next = ((sizeA + sizeO) * toA + (sizeB + sizeO) * toB - sizeO * least) / all;
        }
        distances[a * n + other] = next;
        distances[other * n + a] = next;
      }
      size[a] = sizeA + sizeB;
      isGone[b] = 1;
      break;
    }
  }
  return joins.sort((a, b) => a.height - b.height);
}

function grown(vectors: readonly Float32Array[], byTopic: Uint32Array, linkage: Linkage): Grown {
  const perLeaf = Math.ceil(byTopic.length / MOST_LEAVES);
  const members = Array.from({ length: Math.ceil(byTopic.length / perLeaf) }, (_, leaf) =>
    byTopic.slice(leaf * perLeaf, (leaf + 1) * perLeaf),
  );
  const means = members.map((items) => {
    const sum = new Float32Array(DIM);
    for (const item of items)
      vectors[item]?.forEach((value, d) => {
        sum[d] = (sum[d] ?? 0) + value;
      });
    return unit(sum);
  });
  const n = members.length;
  const distances = new Float64Array(n * n);
  for (let a = 0; a < n; a += 1) {
    for (let b = 0; b < n; b += 1) {
      const apart = 1 - dot(means[a] ?? new Float32Array(DIM), means[b] ?? new Float32Array(DIM));
      distances[a * n + b] = linkage === "ward" ? 2 * apart : apart;
    }
  }
  const joins = joinsOf(
    distances,
    members.map(({ length }) => length),
    linkage,
  );
  /** The node that every leaf is in so far. */
  const top = Array.from({ length: n }, (_, leaf) => leaf);
  const rootOf = (leaf: number): number => {
    let at = leaf;
    for (let above = top[at]; above !== undefined && above !== at; above = top[at]) at = above;
    return at;
  };
  const children = joins.map(({ a, b }, place): [number, number] => {
    const sides: [number, number] = [rootOf(a), rootOf(b)];
    top[n + place] = n + place;
    for (const side of sides) top[side] = n + place;
    return sides;
  });
  const leaves: number[] = [];
  const open = [n + joins.length - 1];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const sides = children[node - n];
    if (sides) open.push(sides[1], sides[0]);
    else leaves.push(node);
  }
  const number = new Map(leaves.map((leaf, place) => [leaf, place]));
  const named = (side: 0 | 1): Uint32Array =>
    Uint32Array.from(children, (sides) => number.get(sides[side]) ?? sides[side]);
  const order = Uint32Array.from(leaves.flatMap((leaf) => [...(members[leaf] ?? [])]));
  const starts = new Uint32Array(n + 1);
  leaves.forEach((leaf, place) => {
    starts[place + 1] = (starts[place] ?? 0) + (members[leaf]?.length ?? 0);
  });
  const heights = Float32Array.from(joins, ({ height }) => height);
  return {
    tree: { linkage, leaves: n, starts, left: named(0), right: named(1), heights },
    order,
    vectors,
  };
}

export class FakeTree {
  #grown: Grown | null = null;
  readonly #did: (command: string) => void;
  readonly #look: () => { sorting: Sorting; byTopic: Uint32Array };
  readonly #changed: () => WorkbookView;
  readonly #tickMs: () => number;
  readonly #isCancelled: (job: JobId) => boolean;

  constructor(
    did: (command: string) => void,
    look: () => { sorting: Sorting; byTopic: Uint32Array },
    changed: () => WorkbookView,
    tickMs: () => number,
    isCancelled: (job: JobId) => boolean,
  ) {
    this.#did = did;
    this.#look = look;
    this.#changed = changed;
    this.#tickMs = tickMs;
    this.#isCancelled = isCancelled;
  }

  /** The heatmap's order while there is a tree of these very vectors. */
  orderFor(vectors: readonly Float32Array[]): Uint32Array | null {
    return this.#grown?.vectors === vectors ? this.#grown.order : null;
  }

  /** The tree's groups as if k-means had found them. */
  cut(vectors: readonly Float32Array[], linkage: Linkage, count: number): Clusters {
    const kept = this.#grown?.vectors === vectors && this.#grown.tree.linkage === linkage;
    const { tree, order } = kept && this.#grown ? this.#grown : grown(vectors, this.#look().byTopic, linkage);
    const joined = Math.max(0, tree.leaves - count);
    const root = Uint32Array.from({ length: tree.leaves + joined }, (_, node) => node);
    for (let join = joined - 1; join >= 0; join -= 1) {
      const above = root[tree.leaves + join] ?? 0;
      root[tree.left[join] ?? 0] = above;
      root[tree.right[join] ?? 0] = above;
    }
    const groups = [...new Set(root.slice(0, tree.leaves))];
    const rows = centred(vectors);
    const sums = groups.map(() => new Float32Array(DIM));
    const best: Clusters["best"] = vectors.map(() => ({ first: 0, second: 0, cosine: 1, next: 0 }));
    for (let leaf = 0; leaf < tree.leaves; leaf += 1) {
      const first = groups.indexOf(root[leaf] ?? 0);
      for (let place = tree.starts[leaf] ?? 0; place < (tree.starts[leaf + 1] ?? 0); place += 1) {
        const item = order[place] ?? 0;
        best[item] = { first, second: first, cosine: 1, next: 0 };
        const sum = sums[first];
        rows[item]?.forEach((value, d) => {
          if (sum) sum[d] = (sum[d] ?? 0) + value;
        });
      }
    }
    return { centroids: sums.map(unit), best };
  }

  readonly tree = async (): Promise<Tree | null> => {
    const { vectors } = this.#look().sorting;
    return this.orderFor(vectors) && (this.#grown?.tree ?? null);
  };

  readonly dropTree = async (): Promise<void> => {
    this.#did("dropTree");
    this.#grown = null;
    this.#changed();
  };

  readonly growTree = async (
    job: JobId,
    linkage: Linkage,
    onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome> => {
    this.#did(`growTree ${linkage}`);
    const { sorting, byTopic } = this.#look();
    for (let done = 0; done < STEPS; done += 1) {
      onProgress({ stage: "growingTree", done, total: STEPS, perSecond: null, secondsLeft: null });
      await delay(this.#tickMs());
      if (this.#isCancelled(job)) return { kind: "cancelled", workbook: this.#changed() };
    }
    this.#grown = grown(sorting.vectors, byTopic, linkage);
    return { kind: "finished", workbook: this.#changed() };
  };
}
