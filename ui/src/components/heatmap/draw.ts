/** Paints the heatmap: cells, numbers, bands, labels and the selection. Decides nothing; geometry comes from charts. */
import { cellValue, paintCells } from "$lib/charts/colours";
import {
  type Area,
  BAND_PX,
  type BandMark,
  bandMarks,
  type Box,
  cellsBox,
  cellsOf,
  composeCells,
  ellipsise,
  hasUprightTopics,
  type HeatmapScene,
  labelMode,
  labelRoom,
  namedBands,
  origin,
  type Point,
  showsNumbers,
  type Viewport,
  visiblePlaces,
} from "$lib/charts/heatmap";
import type { CanvasColours } from "$components/canvasColours";

/** What drawing needs of a canvas beyond pixels: something that keeps marks can stand in for it. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | "beginPath"
  | "clip"
  | "fillRect"
  | "fillStyle"
  | "fillText"
  | "font"
  | "measureText"
  | "rect"
  | "restore"
  | "rotate"
  | "save"
  | "textAlign"
  | "textBaseline"
  | "translate"
>;

export interface Scene extends HeatmapScene {
  viewport: Viewport;
  level: number;
  colours: CanvasColours;
}

/** A spare canvas where cells are put together one pixel each before they are drawn at their size. */
export type CellBuffer = HTMLCanvasElement;

const LABEL_PX = 12;
const LABEL_LINE_PX = 14;
const LABEL_GAP_PX = 7;
/** From here cells have thin gaps, like a spreadsheet's. */
const GRID_CELL_PX = 18;
/** From here a selected row is outlined instead of struck through. */
const OUTLINE_CELL_PX = 5;
/** Below this, cells drawn without smoothing would look unevenly wide. */
const SMOOTH_BELOW_PX = 3;

export function drawHeatmap(
  context: CanvasRenderingContext2D,
  buffer: CellBuffer,
  scene: Scene,
  area: Area,
  pixelRatio: number,
): void {
  const { viewport } = scene;
  const start = origin(viewport, area);
  const box = cellsBox(viewport, area);
  drawCells(context, buffer, scene, start, box, area, pixelRatio);
  if (showsNumbers(viewport.cellPx)) drawNumbers(context, scene, start, box, area);
  drawSelection(context, scene, start, box);
  drawBands(context, scene, start, box);
  drawLabels(context, scene, start, box, area);
}

/** All that is not pixels or the selection: figures, bands and words. */
export function drawWriting(pen: Pen, scene: Scene, area: Area): void {
  const start = origin(scene.viewport, area);
  const box = cellsBox(scene.viewport, area);
  if (showsNumbers(scene.viewport.cellPx)) drawNumbers(pen, scene, start, box, area);
  drawBands(pen, scene, start, box);
  drawLabels(pen, scene, start, box, area);
}

function clipTo(context: Pen, box: Box, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  paint();
  context.restore();
}

export function drawCells(
  context: CanvasRenderingContext2D,
  buffer: CellBuffer,
  scene: Scene,
  start: Point,
  box: Box,
  area: Area,
  pixelRatio: number,
): void {
  const { layout, viewport, level, scale, tileAt } = scene;
  const places = visiblePlaces(viewport, area);
  const rows = cellsOf(places.rows, level);
  const columns = cellsOf(places.columns, level);
  const across = columns[1] - columns[0];
  const down = rows[1] - rows[0];
  if (across <= 0 || down <= 0) return;
  const values = composeCells(level, rows, columns, layout.levels, layout.tileCells, tileAt);
  buffer.width = across;
  buffer.height = down;
  const spare = buffer.getContext("2d");
  if (!spare) return;
  const image = spare.createImageData(across, down);
  paintCells(values, scale, image.data);
  spare.putImageData(image, 0, 0);

  const cellPx = viewport.cellPx * 2 ** level;
  const devicePx = cellPx * pixelRatio;
  clipTo(context, box, () => {
    context.imageSmoothingEnabled =
      devicePx < SMOOTH_BELOW_PX && Math.abs(devicePx - Math.round(devicePx)) > 0.01;
    context.drawImage(
      buffer,
      start.x + columns[0] * cellPx,
      start.y + rows[0] * cellPx,
      across * cellPx,
      down * cellPx,
    );
    if (viewport.cellPx < GRID_CELL_PX) return;
    context.beginPath();
    for (let row = places.rows[0]; row <= places.rows[1]; row += 1) {
      const y = Math.round(start.y + row * viewport.cellPx) + 0.5;
      context.moveTo(box.x, y);
      context.lineTo(box.x + box.width, y);
    }
    for (let column = places.columns[0]; column <= places.columns[1]; column += 1) {
      const x = Math.round(start.x + column * viewport.cellPx) + 0.5;
      context.moveTo(x, box.y);
      context.lineTo(x, box.y + box.height);
    }
    context.strokeStyle = scene.colours.of.paper;
    context.lineWidth = 1;
    context.stroke();
  });
}

function drawNumbers(context: Pen, scene: Scene, start: Point, box: Box, area: Area): void {
  const { layout, viewport, scale, colours } = scene;
  const { cellPx } = viewport;
  const { rows, columns } = visiblePlaces(viewport, area);
  clipTo(context, box, () => {
    context.font = `500 ${Math.min(15, Math.max(12, cellPx / 4.4))}px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let row = rows[0]; row < rows[1]; row += 1) {
      for (let column = columns[0]; column < columns[1]; column += 1) {
        if (row === column) continue;
        const similarity = scene.figure(row, column);
        if (similarity === null) continue;
        const isDark = scale.wantsDarkInk[cellValue(similarity, layout.low, layout.high)] === 1;
        context.fillStyle = isDark ? colours.of["cell-ink-dark"] : colours.of["cell-ink-light"];
        context.fillText(
          scene.printed(similarity),
          start.x + (column + 0.5) * cellPx,
          start.y + (row + 0.5) * cellPx + 0.5,
        );
      }
    }
  });
}

function drawSelection(context: CanvasRenderingContext2D, scene: Scene, start: Point, box: Box): void {
  const { selected, viewport, colours } = scene;
  if (selected === null) return;
  if (viewport.cellPx < OUTLINE_CELL_PX) {
    drawSelectionLines(context, scene, start, box, selected);
    return;
  }
  const thick = viewport.cellPx;
  const x = start.x + (selected + 0.5) * viewport.cellPx - thick / 2;
  const y = start.y + (selected + 0.5) * viewport.cellPx - thick / 2;
  clipTo(context, box, () => {
    // Light beside dark stands out on every colour of the scale.
    for (const [lineWidth, colour] of [
      [3.5, colours.of["cell-ink-light"]],
      [1.5, colours.of["cell-ink-dark"]],
    ] as const) {
      context.lineWidth = lineWidth;
      context.strokeStyle = colour;
      context.strokeRect(box.x - 4, y, box.width + 8, thick);
      context.strokeRect(x, box.y - 4, thick, box.height + 8);
    }
  });
}

/** Where a cell is too small for an outline: one line through the row and one through the column. */
function drawSelectionLines(
  context: CanvasRenderingContext2D,
  { viewport, colours }: Scene,
  start: Point,
  box: Box,
  selected: number,
): void {
  const x = start.x + (selected + 0.5) * viewport.cellPx;
  const y = start.y + (selected + 0.5) * viewport.cellPx;
  clipTo(context, box, () => {
    for (const [thick, colour] of [
      [3, colours.of["cell-ink-dark"]],
      [1, colours.of["cell-ink-light"]],
    ] as const) {
      context.fillStyle = colour;
      context.fillRect(box.x, Math.round(y - thick / 2), box.width, thick);
      context.fillRect(Math.round(x - thick / 2), box.y, thick, box.height);
    }
  });
}

function drawBands(context: Pen, scene: Scene, start: Point, box: Box): void {
  const { layout, viewport, colours } = scene;
  const fill = (mark: BandMark): string => {
    const colour = scene.colourOf(mark.band);
    return colour === null ? colours.of.unsorted : (colours.topics[colour % colours.topics.length] ?? "");
  };
  // A hairline between bands, unless they are hardly more than a hairline themselves.
  const gap = (mark: BandMark): number => (mark.end - mark.start > 3 ? 1 : 0);
  for (const mark of bandMarks(layout.bands, start.x, viewport.cellPx, box.x, box.x + box.width)) {
    context.fillStyle = fill(mark);
    context.fillRect(mark.start, box.y - BAND_PX - 2, mark.end - mark.start - gap(mark), BAND_PX);
  }
  for (const mark of bandMarks(layout.bands, start.y, viewport.cellPx, box.y, box.y + box.height)) {
    context.fillStyle = fill(mark);
    context.fillRect(box.x - BAND_PX - 2, mark.start, BAND_PX, mark.end - mark.start - gap(mark));
  }
}

function drawLabels(context: Pen, scene: Scene, start: Point, box: Box, area: Area): void {
  const { layout, viewport, colours, selected } = scene;
  const { cellPx } = viewport;
  const mode = labelMode(cellPx);
  const measure = (text: string): number => context.measureText(text).width;
  const labelEnd = box.x - BAND_PX - LABEL_GAP_PX;
  const labelBottom = box.y - BAND_PX - LABEL_GAP_PX;
  const leftRoom = Math.min(labelEnd - 8, labelRoom(area), 180);
  context.textBaseline = "middle";
  const style = (isSelected: boolean): void => {
    context.font = `${isSelected ? 650 : 400} ${LABEL_PX}px ${colours.font}`;
    context.fillStyle = isSelected ? colours.of.ink : colours.of.muted;
  };

  if (mode === "topics") {
    style(false);
    context.fillStyle = colours.of.ink;
    context.textAlign = "right";
    const rows = bandMarks(layout.bands, start.y, cellPx, box.y, box.y + box.height);
    for (const mark of namedBands(rows, () => LABEL_LINE_PX)) {
      context.fillText(
        ellipsise(scene.nameOf(mark.band), leftRoom, measure),
        labelEnd,
        (mark.start + mark.end) / 2,
      );
    }
    const columns = bandMarks(layout.bands, start.x, cellPx, box.x, box.x + box.width);
    if (hasUprightTopics(area)) {
      for (const mark of namedBands(columns, () => LABEL_LINE_PX)) {
        drawUpright(context, scene.nameOf(mark.band), (mark.start + mark.end) / 2, labelBottom, measure);
      }
      return;
    }
    context.textAlign = "center";
    for (const mark of columns) {
      const room = mark.end - mark.start - 6;
      // Two letters and an ellipsis tell nothing.
      if (room < 30) continue;
      const name = ellipsise(scene.nameOf(mark.band), room, measure);
      context.fillText(name, (mark.start + mark.end) / 2, labelBottom - 5);
    }
    return;
  }

  const { rows, columns } = visiblePlaces(viewport, area);
  const isInSight = (centre: number, from: number, length: number): boolean =>
    centre > from + 3 && centre < from + length - 3;
  context.textAlign = "right";
  for (let row = rows[0]; row < rows[1]; row += 1) {
    const y = start.y + (row + 0.5) * cellPx;
    if (!isInSight(y, box.y, box.height)) continue;
    style(row === selected);
    context.fillText(ellipsise(scene.wordAt(row), leftRoom, measure), labelEnd, y);
  }
  for (let column = columns[0]; column < columns[1]; column += 1) {
    const x = start.x + (column + 0.5) * cellPx;
    if (!isInSight(x, box.x, box.width)) continue;
    style(column === selected);
    if (mode === "words-level") {
      context.textAlign = "center";
      // The last column may be cut by the edge: its word is not.
      const room = Math.min(cellPx - 6, 2 * (area.width - x) - 2);
      context.fillText(ellipsise(scene.wordAt(column), room, measure), x, labelBottom - 5);
    } else {
      drawUpright(context, scene.wordAt(column), x, labelBottom, measure);
    }
  }
}

/** Text that reads upwards from the point, shortened to the room above it. */
function drawUpright(
  context: Pen,
  text: string,
  x: number,
  bottom: number,
  measure: (text: string) => number,
): void {
  context.save();
  context.translate(x, bottom);
  context.rotate(-Math.PI / 2);
  context.textAlign = "left";
  context.fillText(ellipsise(text, Math.min(bottom - 4, 150), measure), 0, 0);
  context.restore();
}
