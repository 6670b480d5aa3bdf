/** What is painted of a heatmap: cells of one model in the workbook's words and topics. */
import { colourScale, type Palette } from "$lib/charts/colours";
import type { HeatmapScene } from "$lib/charts/heatmap";
import { m } from "$lib/paraglide/messages";
import { cellFigure, type NumberStyle } from "$lib/text/heatmap";
import type { HeatmapCells } from "./heatmapCells.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

/** How its cells are painted and printed. */
interface Look {
  palette: Palette;
  numbers: NumberStyle;
}

/** Null until the picture is known. Reads all it depends on, so that deriving it follows every arrival. */
export function sceneOf(
  cells: HeatmapCells,
  { palette, numbers }: Look,
  workbook: OpenWorkbook,
  selected: number | null,
): HeatmapScene | null {
  void cells.arrivals;
  const { picture } = cells;
  if (!picture) return null;
  const { topicById } = workbook;
  return {
    layout: picture.layout,
    scale: colourScale(palette),
    tileAt: (address) => cells.tiles.get(address),
    wordAt: (place) => workbook.text(picture.order[place] ?? 0),
    nameOf: ({ topic }) => (topic === null ? m.unsorted() : (topicById.get(topic)?.name ?? "")),
    colourOf: ({ topic }) => (topic === null ? null : (topicById.get(topic)?.colour ?? null)),
    figure: (row, column) => cells.figure(row, column),
    printed: (similarity) => cellFigure(similarity, numbers),
    selected,
  };
}
