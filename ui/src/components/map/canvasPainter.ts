/** Points on a plain canvas: where there is no WebGL 2, and for pictures to save. */
import { type Projection, screenX, screenY } from "$lib/charts/mapCamera";
import { rasterise, sharper } from "$lib/charts/mapRaster";
import { ROUND, SHAPES, SHAPE_UNITS } from "$lib/charts/shapes";
import type { Painter, Picture } from "./painter";

const FULL_TURN = 2 * Math.PI;
/** Smaller than this, nobody tells a shape from a dot. */
const DOT_PX = 1.6;

/** Red, green, blue and opacity, 0 to 255, as a canvas takes them. */
function hex(colour: readonly number[]): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

export function paintOn(context: CanvasRenderingContext2D, picture: Picture): void {
  const { position, marks, shown, radiusPx, rings, projection: p } = picture;
  const paths = SHAPES.map((shape) => new Path2D(shape));
  for (let i = 0; i < shown; i += 1) {
    const [x, y] = placeOf(p, position, i);
    const radius = (marks.radius[i] ?? 1) * radiusPx;
    context.fillStyle = hex([0, 1, 2, 3].map((c) => marks.colour[i * 4 + c] ?? 0));
    const shape = marks.shape[i] ?? ROUND;
    if (radius < DOT_PX) {
      context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    } else if (shape === ROUND) {
      context.beginPath();
      context.arc(x, y, radius * 0.92, 0, FULL_TURN);
      context.fill();
    } else {
      const scale = (2 * radius) / SHAPE_UNITS;
      context.save();
      context.translate(x - radius, y - radius);
      context.scale(scale, scale);
      const path = paths[shape];
      if (path) context.fill(path);
      context.restore();
    }
  }
  for (const { count, position: at, radiusPx: radius, widthPx, colour } of rings) {
    context.strokeStyle = hex(colour);
    context.lineWidth = widthPx;
    for (let i = 0; i < count; i += 1) {
      const [x, y] = placeOf(p, at, i);
      context.beginPath();
      context.arc(x, y, radius, 0, FULL_TURN);
      context.stroke();
    }
  }
}

function placeOf(p: Projection, at: Float32Array, i: number): [number, number] {
  const [px, py, pz] = [at[i * 3] ?? 0, at[i * 3 + 1] ?? 0, at[i * 3 + 2] ?? 0];
  return [screenX(p, px, py, pz), screenY(p, px, py, pz)];
}

/** Very many points at once, as pixels. */
export function paintPixels(canvas: HTMLCanvasElement, picture: Picture, ratio: number): void {
  const { size, position, marks, radiusPx, projection } = picture;
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  const context = canvas.getContext("2d");
  const image = context?.createImageData(canvas.width, canvas.height);
  if (!context || !image) return;
  rasterise(
    image.data,
    image.width,
    image.height,
    position,
    marks,
    radiusPx * ratio,
    sharper(projection, ratio),
  );
  context.putImageData(image, 0, 0);
}

export function canvasPainter(parent: HTMLDivElement): Painter {
  const canvas = document.createElement("canvas");
  canvas.style.width = "100%";
  canvas.style.height = "100%";
  parent.append(canvas);
  return {
    paint: (picture) => {
      const context = canvas.getContext("2d");
      if (!context) return;
      const ratio = devicePixelRatio;
      const { width, height } = picture.size;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintOn(context, picture);
    },
    destroy: () => {
      canvas.remove();
    },
  };
}
