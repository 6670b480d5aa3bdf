import { describe, expect, it } from "vitest";
import { histogramBars, histogramPlace, histogramValue, shareBelow, similarityAt } from "./histogram";

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

  it("leads back from a share to the similarity, and from a place to it", () => {
    const uneven = [0, 0.1, 0.4, 0.45, 1];
    for (const similarity of [0, 0.05, 0.3, 0.45, 0.9, 1]) {
      expect(similarityAt(uneven, shareBelow(uneven, similarity))).toBeCloseTo(similarity, 9);
    }
    expect(similarityAt(uneven, 2), "nothing lies beyond the largest").toBe(1);
    const histogram = { low: -0.2, high: 0.8, counts: [1] };
    expect(histogramValue(histogram, histogramPlace(histogram, 0.37))).toBeCloseTo(0.37, 9);
    expect(histogramValue(histogram, -3)).toBe(-0.2);
  });
});
