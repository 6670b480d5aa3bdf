/** The map as it is on screen, as a picture on white. */
import { screenX, screenY } from "$lib/charts/mapCamera";
import type { PlacedLabel } from "$lib/charts/mapLabels";
import { MOST_SHAPED } from "$lib/charts/mapMarks";
import type { LegendEntry, Mark, Scene } from "$lib/charts/picture";
import { ROUND } from "$lib/charts/shapes";
import { paintPixels } from "./canvasPainter";
import type { Picture } from "./painter";

export interface SceneWords {
  title: string;
  footer: string;
  legend: readonly LegendEntry[];
  font: string;
  colours: Scene["colours"];
}

const RASTER_TIMES = 2;

function pointMarks({ position, marks, shown, radiusPx, projection: p, size }: Picture): Mark[] {
  const drawn: Mark[] = [];
  for (let i = 0; i < shown; i += 1) {
    const [px, py, pz] = [position[i * 3] ?? 0, position[i * 3 + 1] ?? 0, position[i * 3 + 2] ?? 0];
    const [x, y] = [screenX(p, px, py, pz), screenY(p, px, py, pz)];
    const radius = (marks.radius[i] ?? 1) * radiusPx;
    if (x < -radius || x > size.width + radius || y < -radius || y > size.height + radius) continue;
    const [r, g, b, a] = [0, 1, 2, 3].map((c) => marks.colour[i * 4 + c] ?? 0);
    const fill = `rgb(${[r, g, b].join(",")})`;
    const opacity = (a ?? 255) < 255 ? { opacity: Math.round(((a ?? 255) / 255) * 100) / 100 } : {};
    const shape = marks.shape[i] ?? ROUND;
    drawn.push(
      shape === ROUND
        ? { kind: "circle", x, y, radius: radius * 0.92, fill, ...opacity }
        : { kind: "shape", x, y, size: radius * 2, shape, fill, ...opacity },
    );
  }
  return drawn;
}

/** Too many points for a file of shapes are pixels; the names above them stay letters. */
function rasterMarks(picture: Picture): Mark[] {
  const { width, height } = picture.size;
  const canvas = document.createElement("canvas");
  paintPixels(canvas, picture, RASTER_TIMES);
  return [{ kind: "image", x: 0, y: 0, width, height, href: canvas.toDataURL("image/png") }];
}

export function mapScene(picture: Picture, labels: readonly PlacedLabel[], words: SceneWords): Scene {
  const { size, projection: p } = picture;
  const { paper, ink } = words.colours;
  const names = labels.map((label): Mark => ({
    kind: "text",
    x: screenX(p, label.x, label.y, label.z) + label.dx,
    y: screenY(p, label.x, label.y, label.z) + label.dy,
    text: label.text,
    size: label.kind === "broad" ? 15 : label.kind === "topic" ? 13 : 12,
    weight: label.kind === "word" ? 400 : 600,
    anchor: "middle",
    fill: ink,
    halo: paper,
  }));
  return {
    ...size,
    marks: [...(picture.shown > MOST_SHAPED ? rasterMarks(picture) : pointMarks(picture)), ...names],
    title: words.title,
    footer: words.footer,
    legend: words.legend,
    font: words.font,
    colours: words.colours,
  };
}
