import { describe, expect, it } from "vitest";
import { chipsThatFit } from "./chips";

describe("chips on a card", () => {
  it("fill the lines there are", () => {
    // 78 + 22 = 100 each, gap 5: two in a line of 210.
    const widths = new Array<number>(10).fill(78);
    expect(chipsThatFit(widths, 210, 3)).toBe(6);
    expect(chipsThatFit(widths, 204, 3), "two need 205").toBe(3);
  });

  it("leave room for what follows on the last line", () => {
    expect(chipsThatFit(new Array<number>(10).fill(78), 210, 3, 80)).toBe(5);
  });

  it("give a text wider than the card a line of its own", () => {
    expect(chipsThatFit([900, 900], 210, 2)).toBe(2);
    expect(chipsThatFit([], 210, 2)).toBe(0);
  });
});
