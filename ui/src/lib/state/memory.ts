/** The window's memory as one string, kept in the workbook: how it looked when it was left. */
import type { Palette } from "$lib/charts/colours";
import type { Viewport } from "$lib/charts/heatmap";
import type { MapMethod, Metric, TopicMethod } from "$lib/ipc/bindings";
import type { NumberStyle } from "$lib/text/heatmap";
import { TOPIC_METHODS } from "./finding.svelte";
import { TABS, type Tab } from "./layout.svelte";
import { DIMS, type Dims, METHODS } from "./map.svelte";
import type { Selected } from "./selection.svelte";
import { SORT_KEYS, type SortKey } from "./words.svelte";

export interface WindowMemory {
  tab: Tab;
  isTopicsOpen: boolean;
  isInspectorOpen: boolean;
  selected: Selected;
  metric: Metric;
  palette: Palette;
  numbers: NumberStyle;
  isTable: boolean;
  viewport: Viewport | null;
  sortKey: SortKey;
  isDescending: boolean;
  topicFilter: number | null;
  query: string;
  topicCount: number | null;
  topicMethod: TopicMethod;
  smallestTopic: number | null;
  isGrouped: boolean;
  mapMethod: MapMethod;
  mapDims: Dims;
}

export function writeMemory(memory: WindowMemory): string {
  return JSON.stringify(memory);
}

const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((candidate) => candidate === value);
const flag = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

function selected(value: unknown): Selected | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, item, topic } = value as Record<string, unknown>;
  if (kind === "item" && number(item) !== undefined) return { kind, item: number(item) ?? 0 };
  if (kind === "topic" && (topic === null || number(topic) !== undefined)) {
    return { kind, topic: number(topic) ?? null };
  }
  return kind === "nothing" ? { kind } : undefined;
}

function viewport(value: unknown): Viewport | null | undefined {
  if (value === null) return null;
  if (typeof value !== "object") return undefined;
  const { row, column, cellPx } = value as Record<string, unknown>;
  const [r, c, px] = [number(row), number(column), number(cellPx)];
  return r === undefined || c === undefined || px === undefined || px <= 0
    ? undefined
    : { row: r, column: c, cellPx: px };
}

/** What can be understood of a stored memory; the rest is left out. */
export function readMemory(stored: string): Partial<WindowMemory> {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null) return {};
  const from = value as Record<string, unknown>;
  const understood = {
    tab: oneOf(from.tab, TABS),
    isTopicsOpen: flag(from.isTopicsOpen),
    isInspectorOpen: flag(from.isInspectorOpen),
    selected: selected(from.selected),
    metric: oneOf<Metric>(from.metric, ["cosine", "dot"]),
    palette: oneOf<Palette>(from.palette, ["viridis", "cividis"]),
    numbers: oneOf<NumberStyle>(from.numbers, ["decimals", "percent"]),
    isTable: flag(from.isTable),
    viewport: viewport(from.viewport),
    sortKey: oneOf(from.sortKey, SORT_KEYS),
    isDescending: flag(from.isDescending),
    topicFilter: from.topicFilter === null ? null : number(from.topicFilter),
    query: typeof from.query === "string" ? from.query : undefined,
    topicCount: from.topicCount === null ? null : number(from.topicCount),
    topicMethod: oneOf(from.topicMethod, TOPIC_METHODS),
    smallestTopic: from.smallestTopic === null ? null : number(from.smallestTopic),
    isGrouped: flag(from.isGrouped),
    mapMethod: oneOf(from.mapMethod, METHODS),
    mapDims: DIMS.find((dims) => dims === from.mapDims),
  };
  return Object.fromEntries(
    Object.entries(understood).filter(([, part]) => part !== undefined),
  ) as Partial<WindowMemory>;
}
