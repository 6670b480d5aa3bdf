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

  it("hold places as four columns", () => {
    const bytes = new ArrayBuffer(26);
    const view = new DataView(bytes);
    [7, 0xffffffff, 3, 4].forEach((id, index) => {
      view.setUint32(index * 4, id, true);
    });
    view.setFloat32(16, 0.25, true);
    view.setFloat32(20, 0.5, true);
    view.setUint8(25, 1);
    const places = decodePlaces(bytes);
    expect(Array.from(places.topic)).toEqual([7, 0xffffffff]);
    expect(Array.from(places.runnerUp)).toEqual([3, 4]);
    expect(Array.from(places.confidence)).toEqual([0.25, 0.5]);
    expect(Array.from(places.pinned)).toEqual([0, 1]);
  });

  it("are refused when they have been cut off", () => {
    expect(() => decodePlaces(new ArrayBuffer(25))).toThrow(/25 bytes/);
  });
});
