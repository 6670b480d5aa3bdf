/** Colour scales for similarity, as lookup tables for canvas pixels. */
import { interpolateCividis, interpolateViridis } from "d3-scale-chromatic";

export type Palette = "viridis" | "cividis";

/** A cell with no value: the diagonal, or beyond the list. */
export const NO_VALUE = 255;
const MAX_VALUE = 254;

export interface ColourScale {
  /** RGBA bytes of values 0 to 254; entry 255 is transparent. */
  rgba: Uint8ClampedArray;
  /** Whether dark text reads better than light text on each value. */
  wantsDarkInk: Uint8Array;
}

function channels(colour: string): [number, number, number] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (hex) return [parseInt(hex[1] ?? "", 16), parseInt(hex[2] ?? "", 16), parseInt(hex[3] ?? "", 16)];
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Relative luminance of an sRGB colour, 0 to 1 (WCAG 2, "relative luminance"). */
export function luminance(red: number, green: number, blue: number): number {
  const linear = (byte: number): number => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

// The luminance at which black and white text have the same contrast: sqrt(1.05 * 0.05) - 0.05.
const INK_SWITCH = 0.179;

function makeScale(interpolate: (share: number) => string): ColourScale {
  const rgba = new Uint8ClampedArray(256 * 4);
  const wantsDarkInk = new Uint8Array(256);
  for (let value = 0; value <= MAX_VALUE; value += 1) {
    const [red, green, blue] = channels(interpolate(value / MAX_VALUE));
    rgba.set([red, green, blue, 255], value * 4);
    wantsDarkInk[value] = luminance(red, green, blue) > INK_SWITCH ? 1 : 0;
  }
  return { rgba, wantsDarkInk };
}

const scales = new Map<Palette, ColourScale>();

export function colourScale(palette: Palette): ColourScale {
  let scale = scales.get(palette);
  if (!scale) {
    scale = makeScale(palette === "viridis" ? interpolateViridis : interpolateCividis);
    scales.set(palette, scale);
  }
  return scale;
}

/** Cell value (0 to 254) of a similarity on a scale stretched from `low` to `high`. */
export function cellValue(similarity: number, low: number, high: number): number {
  if (high <= low) return MAX_VALUE;
  return Math.round(Math.min(1, Math.max(0, (similarity - low) / (high - low))) * MAX_VALUE);
}

/** Writes the colour of every cell value into `pixels` (RGBA, four bytes per cell). */
export function paintCells(values: Uint8Array, scale: ColourScale, pixels: Uint8ClampedArray): void {
  const colours = new Uint32Array(scale.rgba.buffer);
  const out = new Uint32Array(pixels.buffer, pixels.byteOffset, values.length);
  for (let index = 0; index < values.length; index += 1) out[index] = colours[values[index] ?? NO_VALUE] ?? 0;
}
