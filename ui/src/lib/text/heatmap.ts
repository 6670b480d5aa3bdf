/** The figures of a heatmap as they are printed. */
import type { HeatmapLayout } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { decimals, percent } from "./format";

export type NumberStyle = "decimals" | "percent";

export function cellFigure(similarity: number, style: NumberStyle): string {
  return style === "percent" ? percent(similarity) : decimals(similarity, 2);
}

/** What stands at the ends of its colour scale, and what the scale is read aloud as. */
export function legendOf(layout: HeatmapLayout): { low: string; high: string; label: string } {
  const low = percent(layout.low);
  // Where all pairs are alike the range reaches beyond what a similarity can be.
  const high = percent(Math.min(1, layout.high));
  return { low, high, label: m.legend_label({ low, high }) };
}
