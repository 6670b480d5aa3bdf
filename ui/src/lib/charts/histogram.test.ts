import { describe, expect, it } from "vitest";
import { histogramBars, histogramPlace, shareBelow } from "./histogram";

describe("how close a pair is", () => {
  const quantiles = Array.from({ length: 201 }, (_, index) => index / 200);

  it("is the share of pairs below it", () => {
    expect(shareBelow(quantiles, 0.478)).toBeCloseTo(0.478, 9);
    expect(shareBelow(quantiles, -1)).toBe(0);
    expect(shareBelow(quantiles, 2)).toBe(1);
  });

  it("agrees with counting when many pairs are equal", () => {
    expect(shareBelow([0, 0.5, 0.5, 0.5, 1], 0.5), "only what is really below counts").toBeCloseTo(0.25, 9);
  });

  it("stands where the histogram has it", () => {
    const histogram = { low: -0.2, high: 0.8, counts: [1, 4, 2] };
    expect(histogramPlace(histogram, 0.3)).toBeCloseTo(0.5, 9);
    expect(histogramPlace(histogram, 5)).toBe(1);
    expect(histogramBars(histogram).map((bar) => bar.height)).toEqual([0.25, 1, 0.5]);
  });
});
