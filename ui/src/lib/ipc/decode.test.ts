import { describe, expect, it } from "vitest";
import { decodePlaces, decodeTexts } from "./decode";

/** Bytes of the same realm as the code under test sees in the web view. */
function bytesOf(text: string): ArrayBuffer {
  return new Uint8Array(new TextEncoder().encode(text)).buffer as ArrayBuffer;
}

describe("binary replies", () => {
  it("keep every text as it was, blank categories and byte order marks too", () => {
    for (const texts of [
      ["apple"],
      ["apple", "caf\u00e9", "\u{1F34E}"],
      ["", "", "fruit"],
      ["\ufeffodd", "b"],
    ]) {
      expect(decodeTexts(bytesOf(texts.join("\0")))).toEqual(texts);
    }
  });

  it("hold places as six columns", () => {
    const bytes = new ArrayBuffer(42);
    const view = new DataView(bytes);
    [7, 0xffffffff, 3, 4, 5, 6].forEach((id, index) => {
      view.setUint32(index * 4, id, true);
    });
    [0.25, 0.5, 0.125, 0.75].forEach((value, index) => {
      view.setFloat32(24 + index * 4, value, true);
    });
    view.setUint8(41, 1);
    const places = decodePlaces(bytes);
    expect(Array.from(places.topic)).toEqual([7, 0xffffffff]);
    expect(Array.from(places.suggested)).toEqual([3, 4]);
    expect(Array.from(places.runnerUp)).toEqual([5, 6]);
    expect(Array.from(places.confidence)).toEqual([0.25, 0.5]);
    expect(Array.from(places.runnerUpConfidence)).toEqual([0.125, 0.75]);
    expect(Array.from(places.pinned)).toEqual([0, 1]);
  });

  it("are refused when they have been cut off", () => {
    expect(() => decodePlaces(new ArrayBuffer(41))).toThrow(/41 bytes/);
  });
});
