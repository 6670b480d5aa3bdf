/**
 * Very many round points as pixels. Without a fast graphics card this is many times quicker than
 * drawing each of them, and beyond some 20,000 points no shapes are drawn anyway.
 */
import type { Projection } from "./mapCamera";
import type { Marks } from "./mapMarks";

/** More points than this are pixels while the map rests. */
export const RASTER_FROM = 60_000;

interface Stamp {
  /** Pixels from the middle to the edge. */
  reach: number;
  /** How much of each pixel is covered, 0 to 255, row by row. */
  cover: Uint8Array;
}

/** A disc with soft edges. */
function stampOf(radius: number): Stamp {
  const reach = Math.max(0, Math.ceil(radius - 0.5));
  const side = 2 * reach + 1;
  const cover = new Uint8Array(side * side);
  for (let y = -reach; y <= reach; y += 1) {
    for (let x = -reach; x <= reach; x += 1) {
      const inside = radius + 0.5 - Math.hypot(x, y);
      cover[(y + reach) * side + x + reach] = Math.round(255 * Math.min(1, Math.max(0, inside)));
    }
  }
  return { reach, cover };
}

/** Draws into RGBA `pixels` of `width` times `height`, which the projection already counts in. */
export function rasterise(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  position: Float32Array,
  marks: Marks,
  radiusPx: number,
  p: Projection,
): void {
  const stamps = new Map<number, Stamp>();
  const { colour, radius, count } = marks;
  let [stamp, stampRadius] = [stampOf(radiusPx), 1];
  for (let i = 0; i < count; i += 1) {
    const [px, py, pz] = [position[i * 3] ?? 0, position[i * 3 + 1] ?? 0, position[i * 3 + 2] ?? 0];
    const x = Math.round(p.xx * px + p.xy * py + p.xz * pz + p.x0 - 0.5);
    const y = Math.round(p.yx * px + p.yy * py + p.yz * pz + p.y0 - 0.5);
    const size = radius[i] ?? 1;
    if (size !== stampRadius) {
      stamp = stamps.get(size) ?? stampOf(radiusPx * size);
      stamps.set(size, stamp);
      stampRadius = size;
    }
    const { reach, cover } = stamp;
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
    const [red, green, blue, alpha] = [
      colour[i * 4] ?? 0,
      colour[i * 4 + 1] ?? 0,
      colour[i * 4 + 2] ?? 0,
      colour[i * 4 + 3] ?? 0,
    ];
    let at = 0;
    for (let row = y - reach; row <= y + reach; row += 1) {
      let to = (row * width + x - reach) * 4;
      for (let column = 0; column <= 2 * reach; column += 1, to += 4, at += 1) {
        const part = ((cover[at] ?? 0) * alpha) / 65025;
        if (part === 0) continue;
        const below = ((pixels[to + 3] ?? 0) / 255) * (1 - part);
        const whole = part + below;
        pixels[to] = (red * part + (pixels[to] ?? 0) * below) / whole;
        pixels[to + 1] = (green * part + (pixels[to + 1] ?? 0) * below) / whole;
        pixels[to + 2] = (blue * part + (pixels[to + 2] ?? 0) * below) / whole;
        pixels[to + 3] = whole * 255;
      }
    }
  }
}

/** The projection on a canvas with so many pixels per pixel of the page. */
export function sharper(p: Projection, ratio: number): Projection {
  return {
    ...p,
    xx: p.xx * ratio,
    xy: p.xy * ratio,
    xz: p.xz * ratio,
    x0: p.x0 * ratio,
    yx: p.yx * ratio,
    yy: p.yy * ratio,
    yz: p.yz * ratio,
    y0: p.y0 * ratio,
  };
}
