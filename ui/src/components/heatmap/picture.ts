/** The heatmap as it is on screen, as a picture on white: the cells as pixels, all else as letters and lines. */
import { type Area, besideBox, cellsBox, origin, plotBox } from "$lib/charts/heatmap";
import type { LegendEntry, Mark, Scene as Picture } from "$lib/charts/picture";
import { drawCells, drawWriting, type Scene } from "./draw";
import type { TreeLine } from "./drawTree";
import { MarkPen } from "./MarkPen";
import type { CanvasColours } from "$components/canvasColours";

export interface PictureWords {
  title: string;
  footer: string;
  font: string;
  /** What stands at the ends of the colour scale. */
  scale: { label: string; low: string; high: string };
  /** The tree beside the rows, in its room; none when it is not shown. */
  treeLines: readonly TreeLine[];
}

/** Sharp where it is printed. */
const RASTER_TIMES = 2;
const EDGE_PX = 8;
const SCALE_ROW_PX = 40;
const RAMP = { width: 150, height: 12 };
const SCALE_PX = 13;
const VALUES = 255;
const TREE_PX = 1.25;

function pixels(scene: Scene, area: Area): string {
  const box = cellsBox(scene.viewport, area);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(box.width * RASTER_TIMES));
  canvas.height = Math.max(1, Math.round(box.height * RASTER_TIMES));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This window cannot draw pictures.");
  context.setTransform(RASTER_TIMES, 0, 0, RASTER_TIMES, -box.x * RASTER_TIMES, -box.y * RASTER_TIMES);
  const spare = document.createElement("canvas");
  drawCells(context, spare, scene, origin(scene.viewport, area), box, area, RASTER_TIMES);
  return canvas.toDataURL("image/png");
}

function ramp({ rgba }: Scene["scale"]): string {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [VALUES, 1];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This window cannot draw pictures.");
  const image = context.createImageData(VALUES, 1);
  image.data.set(rgba.subarray(0, VALUES * 4));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

/** Topics (and what is in none) along the edges, each once. */
function legendOf(scene: Scene): LegendEntry[] {
  const byName = new Map<string, LegendEntry>();
  const { topics, of } = scene.colours;
  for (const band of scene.layout.bands) {
    const colour = scene.colourOf(band);
    const fill = colour === null ? of.unsorted : (topics[colour % topics.length] ?? of.unsorted);
    const name = scene.nameOf(band);
    if (!byName.has(name)) byName.set(name, { name, fill, shape: 0 });
  }
  return [...byName.values()];
}

export function heatmapPicture(shown: Scene, area: Area, light: CanvasColours, words: PictureWords): Picture {
  const { panel, ink, muted } = light.of;
  const colours = { ...light, of: { ...light.of, paper: panel }, font: words.font };
  const scene: Scene = { ...shown, colours, selected: null };
  const box = cellsBox(scene.viewport, area);
  const beside = besideBox(scene.viewport, area);
  const dx = EDGE_PX - beside.x;
  // A short list stands in the middle of the stage: the room above it is left out.
  const dy = plotBox(area, scene.viewport.cellPx).y - box.y;
  const top = box.y + dy;
  const pen = new MarkPen(dx, dy);
  drawWriting(pen, scene, area);
  const tree = words.treeLines.map(({ x1, y1, x2, y2, group }): Mark => ({
    kind: "line",
    x1: x1 + EDGE_PX,
    y1: y1 + top,
    x2: x2 + EDGE_PX,
    y2: y2 + top,
    stroke: group === null ? muted : groupFill(scene, group),
    strokeWidth: TREE_PX,
  }));
  const bottom = top + box.height;
  const y = bottom + SCALE_ROW_PX / 2 + EDGE_PX / 2;
  const written = (text: string, x: number, anchor: "start" | "end", fill: string): Mark => ({
    kind: "text",
    x,
    y,
    text,
    size: SCALE_PX,
    anchor,
    fill,
  });
  const right = box.x + dx + box.width;
  const rampX = right - RAMP.width - 48;
  const scale: Mark[] = [
    written(`${words.scale.label}  ${words.scale.low}`, rampX - 8, "end", muted),
    { kind: "image", x: rampX, y: y - RAMP.height / 2, ...RAMP, href: ramp(scene.scale) },
    written(words.scale.high, rampX + RAMP.width + 8, "start", muted),
  ];
  return {
    width: right + EDGE_PX,
    height: bottom + SCALE_ROW_PX,
    marks: [
      {
        kind: "image",
        x: box.x + dx,
        y: top,
        width: box.width,
        height: box.height,
        href: pixels(scene, area),
      },
      ...pen.marks,
      ...inRoom(tree, top, bottom),
      ...scale,
    ],
    title: words.title,
    footer: words.footer,
    legend: legendOf(scene),
    font: words.font,
    colours: { paper: panel, ink, muted },
  };
}

function groupFill({ layout, colourOf, colours }: Scene, group: number): string {
  const band = layout.bands[group];
  const colour = band ? colourOf(band) : null;
  return colour === null
    ? colours.of.unsorted
    : (colours.topics[colour % colours.topics.length] ?? colours.of.unsorted);
}

/** Branches of rows out of sight do not reach over the names. */
function inRoom(lines: readonly Mark[], top: number, bottom: number): Mark[] {
  const within = (y: number): number => Math.min(bottom, Math.max(top, y));
  return lines.flatMap((line): Mark[] => {
    if (line.kind !== "line") return [line];
    const isLevel = line.y1 === line.y2;
    if (isLevel && (line.y1 < top || line.y1 > bottom)) return [];
    const [y1, y2] = [within(line.y1), within(line.y2)];
    return !isLevel && y1 === y2 ? [] : [{ ...line, y1, y2 }];
  });
}
