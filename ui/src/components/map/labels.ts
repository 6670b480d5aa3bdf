/** What could be written on a map of the list; placing decides what finds room. */
import { type Projection, screenX, screenY, type Size } from "$lib/charts/mapCamera";
import type { Cloud } from "$lib/charts/mapCloud";
import { densestPlace, type Label } from "$lib/charts/mapLabels";
import type { ItemId } from "$lib/ipc/bindings";
import type { MappedList } from "./shown";

const MOST_LETTERS = 32;
const MOST_CANDIDATES = 800;
const SAMPLE = 20_000;
/** So few words in sight are all worth reading. */
const FEW = 60;
const SOME = 2500;
const CLOSE = 1.4;

export function shortened(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}\u2026` : text;
}

interface BroadName {
  name: string;
  topics: readonly number[];
}

/** Names of topics and of broad topics, large ones first, each where most of its items are. */
export function nameLabels(
  cloud: Cloud,
  workbook: MappedList,
  isolated: ReadonlySet<ItemId> | null,
  broad: readonly BroadName[],
): { topics: Label[]; broad: Label[] } {
  const shown = (items: readonly ItemId[]): readonly ItemId[] =>
    isolated ? items.filter((item) => isolated.has(item)) : items;
  const named = (
    kind: "topic" | "broad",
    id: number,
    name: string,
    items: readonly ItemId[],
  ): { label: Label; size: number }[] => {
    const at = densestPlace(cloud, items);
    return at
      ? [{ label: { key: `${kind} ${id}`, text: shortened(name), kind, id, ...at }, size: items.length }]
      : [];
  };
  const bySize = (all: { label: Label; size: number }[]): Label[] =>
    all.sort((a, b) => b.size - a.size).map(({ label }) => label);
  return {
    topics: bySize(
      workbook.view.topics.flatMap(({ id, name }) => named("topic", id, name, shown(workbook.membersOf(id)))),
    ),
    broad: bySize(
      broad.flatMap(({ name, topics }, index) =>
        named(
          "broad",
          index,
          name,
          topics.flatMap((topic) => shown(workbook.membersOf(topic))),
        ),
      ),
    ),
  };
}

function isInSight(cloud: Cloud, item: ItemId, p: Projection, { width, height }: Size): boolean {
  const [px, py, pz] = [cloud.at[item * 3] ?? 0, cloud.at[item * 3 + 1] ?? 0, cloud.at[item * 3 + 2] ?? 0];
  const [x, y] = [screenX(p, px, py, pz), screenY(p, px, py, pz)];
  // NaN is on no side of anything.
  return x >= 0 && x <= width && y >= 0 && y <= height;
}

/** About how many points are in sight. */
export function inView(cloud: Cloud, order: Uint32Array, p: Projection, size: Size): number {
  const looked = Math.min(order.length, SAMPLE);
  let seen = 0;
  for (let i = 0; i < looked; i += 1) if (isInSight(cloud, order[i] ?? 0, p, size)) seen += 1;
  return looked === 0 ? 0 : Math.round((seen / looked) * order.length);
}

interface WordWish {
  /** How many points are in sight, and how much closer one is than at first. */
  near: number;
  closeness: number;
  selected: ItemId | null;
  /** Written wherever there is room, the best first. */
  worth: readonly ItemId[] | null;
}

/** Words in sight, the selected one first, then the most typical of every topic in turn. */
export function wordLabels(
  cloud: Cloud,
  workbook: MappedList,
  isolated: ReadonlySet<ItemId> | null,
  p: Projection,
  size: Size,
  { near, closeness, selected, worth }: WordWish,
): Label[] {
  const labels: Label[] = [];
  const add = (item: ItemId): void => {
    if (isolated && !isolated.has(item)) return;
    if (!isInSight(cloud, item, p, size)) return;
    labels.push({
      key: `word ${item}`,
      text: shortened(workbook.text(item)),
      x: cloud.at[item * 3] ?? 0,
      y: cloud.at[item * 3 + 1] ?? 0,
      z: cloud.at[item * 3 + 2] ?? 0,
      kind: "word",
      id: item,
    });
  };
  if (selected !== null) add(selected);
  for (const item of worth ?? []) if (item !== selected) add(item);
  const wants = near <= FEW || (closeness >= CLOSE && near <= SOME);
  if (!wants) return labels;
  const isWorth = new Set(worth);
  const groups = [...workbook.members.values()];
  const longest = groups.reduce((most, { length }) => Math.max(most, length), 0);
  for (let rank = 0; rank < longest && labels.length < MOST_CANDIDATES; rank += 1) {
    for (const group of groups) {
      const item = group[rank];
      if (item !== undefined && item !== selected && !isWorth.has(item)) add(item);
    }
  }
  return labels;
}
