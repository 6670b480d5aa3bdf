/**
 * The tree beside the heatmap: which items a join holds, what a cut makes of them and which branches
 * can be seen. Places are positions in the heatmap's order; nodes are numbered as in `Tree`.
 */
import type { Tree } from "$lib/ipc/backend";
import type { Stretch } from "./heatmap";

/** A tree with what drawing and cutting need of every node. */
export interface MeasuredTree {
  tree: Tree;
  /** First place of every node, and the place after its last. */
  start: Uint32Array;
  end: Uint32Array;
  /** Where its branch ends across the rows, in places: a leaf's middle, a join's between its two sides. */
  at: Float64Array;
}

/** What lies under one branch that the cut goes through. */
export interface Group {
  node: number;
  start: number;
  end: number;
}

/** A join with the branches to its two sides. Heights of sides at 0 reach down to the leaves. */
export interface Fork {
  height: number;
  first: number;
  firstHeight: number;
  second: number;
  secondHeight: number;
  /** The group that all of it belongs to; null above the cut. */
  group: number | null;
  /** The group that each side belongs to. */
  firstGroup: number | null;
  secondGroup: number | null;
}

export const itemsOf = ({ start, end }: Group): number => end - start;

export function measured(tree: Tree): MeasuredTree {
  const { leaves, starts, left, right } = tree;
  const nodes = leaves + left.length;
  const start = new Uint32Array(nodes);
  const end = new Uint32Array(nodes);
  const at = new Float64Array(nodes);
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    start[leaf] = starts[leaf] ?? 0;
    end[leaf] = starts[leaf + 1] ?? 0;
    at[leaf] = ((start[leaf] ?? 0) + (end[leaf] ?? 0)) / 2;
  }
  for (let merge = 0; merge < left.length; merge += 1) {
    const node = leaves + merge;
    const [a, b] = [left[merge] ?? 0, right[merge] ?? 0];
    start[node] = Math.min(start[a] ?? 0, start[b] ?? 0);
    end[node] = Math.max(end[a] ?? 0, end[b] ?? 0);
    at[node] = ((at[a] ?? 0) + (at[b] ?? 0)) / 2;
  }
  return { tree, start, end, at };
}

const heightOf = ({ leaves, heights }: Tree, node: number): number =>
  node < leaves ? 0 : (heights[node - leaves] ?? 0);

/** The groups of a cut into `count`, in the order of their places: the highest joins are taken apart. */
export function groupsAt({ tree, start, end }: MeasuredTree, count: number): Group[] {
  const { leaves, left, right } = tree;
  if (leaves === 0) return [];
  const kept = leaves + Math.max(0, leaves - Math.max(1, count));
  const open = [leaves + left.length - 1];
  const groups: Group[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < kept) {
      groups.push({ node, start: start[node] ?? 0, end: end[node] ?? 0 });
      continue;
    }
    open.push(right[node - leaves] ?? 0, left[node - leaves] ?? 0);
  }
  return groups.sort((a, b) => a.start - b.start);
}

/** Into how many groups a cut at this height takes the tree. */
export function countAt({ leaves, heights }: Tree, height: number): number {
  let low = 0;
  let high = heights.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((heights[middle] ?? 0) <= height) low = middle + 1;
    else high = middle;
  }
  return leaves - low;
}

/** The height of a cut into `count` groups: half-way between the joins it goes between. */
export function cutForCount({ leaves, heights }: Tree, count: number): number {
  const joined = Math.min(heights.length, Math.max(0, leaves - count));
  const below = joined === 0 ? 0 : (heights[joined - 1] ?? 0);
  const above = heights[joined] ?? below * 1.04;
  return (below + above) / 2;
}

/** How far from the leaves (0) a height is drawn, up to the root (1). */
export interface HeightScale {
  shareOf: (height: number) => number;
  heightOf: (share: number) => number;
}

/** Room beyond the lowest and the highest join, as a share of what is between them. */
const ROOM = 0.06;

/**
 * Begins a little below the lowest join, or all of a long list's joins would be at the far end. Ward's
 * heights grow with the size of groups: their square roots lie more evenly.
 */
export function heightScale({ linkage, heights }: Tree): HeightScale {
  const evened = linkage === "ward" ? Math.sqrt : (height: number): number => height;
  const back =
    linkage === "ward" ? (value: number): number => value * value : (value: number): number => value;
  const lowest = evened(Math.max(0, heights[0] ?? 0));
  const highest = evened(Math.max(0, heights.at(-1) ?? 1));
  const span = highest - lowest || highest || 1;
  const from = Math.max(0, lowest - 2 * ROOM * span);
  const to = highest + ROOM * span;
  return {
    shareOf: (height) => Math.min(1, Math.max(0, (evened(Math.max(0, height)) - from) / (to - from))),
    heightOf: (share) => back(from + Math.min(1, Math.max(0, share)) * (to - from)),
  };
}

/**
 * The forks with at least a part among `places`. What is no wider than `leastPlaces` is not followed: its
 * branch goes straight down to the leaves, as the solid mass that so many branches would look like.
 */
export function visibleForks(
  { tree, start, end, at }: MeasuredTree,
  groups: readonly Group[],
  places: Stretch,
  leastPlaces: number,
): Fork[] {
  const { leaves, left, right } = tree;
  if (left.length === 0) return [];
  const groupOf = new Map(groups.map(({ node }, index) => [node, index]));
  const root = leaves + left.length - 1;
  const open: [node: number, group: number | null][] = [[root, groupOf.get(root) ?? null]];
  const forks: Fork[] = [];
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, group] = next;
    const sides = [left[node - leaves] ?? 0, right[node - leaves] ?? 0] as const;
    const [first, second] = sides;
    const isFollowed = (side: number): boolean =>
      side >= leaves && (end[side] ?? 0) - (start[side] ?? 0) > leastPlaces;
    const drawn = (side: number): number => (isFollowed(side) ? heightOf(tree, side) : 0);
    const groupUnder = (side: number): number | null => group ?? groupOf.get(side) ?? null;
    forks.push({
      height: heightOf(tree, node),
      first: at[first] ?? 0,
      firstHeight: drawn(first),
      firstGroup: groupUnder(first),
      second: at[second] ?? 0,
      secondHeight: drawn(second),
      secondGroup: groupUnder(second),
      group,
    });
    for (const side of sides) {
      const isInSight = (start[side] ?? 0) < places[1] && (end[side] ?? 0) > places[0];
      if (isInSight && isFollowed(side)) open.push([side, groupUnder(side)]);
    }
  }
  return forks;
}

/** Which of its topics most of a group's items are in; null when none has more than half. */
export function mainTopic<Topic>(
  { start, end }: Group,
  topicAt: (place: number) => Topic,
): { topic: Topic } | null {
  const counts = new Map<Topic, number>();
  for (let place = start; place < end; place += 1) {
    const topic = topicAt(place);
    counts.set(topic, (counts.get(topic) ?? 0) + 1);
  }
  for (const [topic, count] of counts) if (count * 2 > end - start) return { topic };
  return null;
}
