import { interpolateCividis, interpolateViridis } from "d3-scale-chromatic";
import { describe, expect, it } from "vitest";
import { cellValue, colourScale, luminance, NO_VALUE, paintCells } from "./colours";

const rgbOf = (colour: string): number[] =>
  colour.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);

describe("colour scales", () => {
  it("have the colours of d3 at both ends and in the middle", () => {
    for (const [palette, interpolate] of [
      ["viridis", interpolateViridis],
      ["cividis", interpolateCividis],
    ] as const) {
      const { rgba } = colourScale(palette);
      for (const value of [0, 127, 254]) {
        expect(Array.from(rgba.slice(value * 4, value * 4 + 3))).toEqual(rgbOf(interpolate(value / 254)));
      }
    }
  });

  it("leave the diagonal transparent", () => {
    const pixels = new Uint8ClampedArray(8);
    paintCells(Uint8Array.of(NO_VALUE, 0), colourScale("viridis"), pixels);
    expect(pixels[3], "no value: nothing is painted").toBe(0);
    expect(pixels[7], "a value: opaque").toBe(255);
  });

  it("get brighter from low to high, so that they also work in grey", () => {
    for (const palette of ["viridis", "cividis"] as const) {
      const { rgba } = colourScale(palette);
      const bright = [0, 64, 128, 192, 254].map((value) =>
        luminance(rgba[value * 4]!, rgba[value * 4 + 1]!, rgba[value * 4 + 2]!),
      );
      expect(bright).toEqual([...bright].sort((a, b) => a - b));
    }
  });

  it("choose an ink with at least 4.5 to 1 contrast on every colour", () => {
    for (const palette of ["viridis", "cividis"] as const) {
      const { rgba, wantsDarkInk } = colourScale(palette);
      for (let value = 0; value < 255; value += 1) {
        const paper = luminance(rgba[value * 4]!, rgba[value * 4 + 1]!, rgba[value * 4 + 2]!);
        const ink = wantsDarkInk[value] === 1 ? 0 : 1;
        const contrast = (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
        expect(contrast, `${palette} ${value}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("stretch the list's real range and hold what lies beyond it", () => {
    expect(cellValue(0.1, 0.1, 0.7)).toBe(0);
    expect(cellValue(0.7, 0.1, 0.7)).toBe(254);
    expect(cellValue(0.4, 0.1, 0.7)).toBe(127);
    expect(cellValue(-1, 0.1, 0.7)).toBe(0);
    expect(cellValue(0.99, 0.1, 0.7)).toBe(254);
    expect(cellValue(0.5, 0.5, 0.5), "a list of equal pairs has one colour").toBe(254);
  });
});
