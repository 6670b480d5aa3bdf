import { describe, expect, it } from "vitest";
import { chipsThatFit } from "./chips";

/** Lines of 27 with gaps of 5. */
const lines = (count: number): number => count * 32 - 5;

describe("chips on a card", () => {
  it("fill the lines there are", () => {
    // 78 + 22 = 100 each, gap 5: two in a line of 210.
    const widths = new Array<number>(10).fill(78);
    expect(chipsThatFit(widths, { widthPx: 210, heightPx: lines(3), reservePx: 0 })).toBe(6);
    expect(chipsThatFit(widths, { widthPx: 204, heightPx: lines(3), reservePx: 0 }), "two need 205").toBe(3);
  });

  it("leave room for what follows, beside the last one or below it", () => {
    const widths = new Array<number>(10).fill(78);
    expect(chipsThatFit(widths, { widthPx: 210, heightPx: lines(3), reservePx: 80 })).toBe(5);
    expect(chipsThatFit(widths, { widthPx: 210, heightPx: lines(3), reservePx: 150 }), "below it").toBe(4);
  });

  it("give a text wider than the card two lines of its own", () => {
    const room = { widthPx: 210, heightPx: 43 + 5 + 43, reservePx: 0 };
    expect(chipsThatFit([900, 900, 10], room)).toBe(2);
    expect(chipsThatFit([10, 900, 10], room), "one line, then two").toBe(2);
    expect(chipsThatFit([], room)).toBe(0);
  });
});
