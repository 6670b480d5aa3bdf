import { describe, expect, it } from "vitest";
import { decodePlaces, decodeTexts, decodeTree, encodeBase64 } from "./decode";

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

  it("hold a tree, or none", () => {
    const numbers = new Uint32Array([2, 3, 2, 0, 4, 5, 9, 0, 2, 1, 3]);
    const bytes = new Uint8Array(4 * 13);
    bytes.set(new Uint8Array(numbers.buffer));
    bytes.set(new Uint8Array(new Float32Array([0.5, 1.25]).buffer), 4 * 11);
    const tree = decodeTree(bytes.buffer);
    expect(tree?.linkage).toBe("ward");
    expect(tree?.leaves).toBe(3);
    expect(Array.from(tree?.starts ?? [])).toEqual([0, 4, 5, 9]);
    expect(Array.from(tree?.left ?? [])).toEqual([0, 2]);
    expect(Array.from(tree?.right ?? [])).toEqual([1, 3]);
    expect(Array.from(tree?.heights ?? [])).toEqual([0.5, 1.25]);
    expect(decodeTree(new ArrayBuffer(0))).toBeNull();
  });

  it("go the other way as base 64, however many they are", () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => index % 251);
    expect(Uint8Array.from(atob(encodeBase64(bytes)), (letter) => letter.charCodeAt(0))).toEqual(bytes);
  });

  it("are refused when they have been cut off", () => {
    expect(() => decodePlaces(new ArrayBuffer(41))).toThrow(/41 bytes/);
  });
});
