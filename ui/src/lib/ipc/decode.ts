/** Binary replies of the engine, little-endian, turned into typed arrays without copying. */
import type { Places, Tree } from "./backend";

/** UTF-8 texts with U+0000 between them. */
export function decodeTexts(bytes: ArrayBuffer): string[] {
  // Without `ignoreBOM` a first text that starts with U+FEFF would lose it.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\0");
}

export function decodeIds(bytes: ArrayBuffer): Uint32Array {
  return new Uint32Array(bytes);
}

export function decodeFloats(bytes: ArrayBuffer): Float32Array {
  return new Float32Array(bytes);
}

/** Bytes of one item: topic, suggestion and runner-up (u32), their two confidences (f32), whether it is pinned (u8). */
const PLACE_BYTES = 21;

/** All topics, then all suggestions, all runners-up and so on, one after the other. */
export function decodePlaces(bytes: ArrayBuffer): Places {
  const n = bytes.byteLength / PLACE_BYTES;
  if (!Number.isInteger(n)) {
    throw new Error(`places has ${bytes.byteLength} bytes, not a multiple of ${PLACE_BYTES}`);
  }
  return {
    topic: new Uint32Array(bytes, 0, n),
    suggested: new Uint32Array(bytes, 4 * n, n),
    runnerUp: new Uint32Array(bytes, 8 * n, n),
    confidence: new Float32Array(bytes, 12 * n, n),
    runnerUpConfidence: new Float32Array(bytes, 16 * n, n),
    pinned: new Uint8Array(bytes, 20 * n, n),
  };
}

const LINKAGES = ["average", "complete", "ward"] as const;

/** Linkage, number of leaves and of merges; starts of leaves and the end; left and right nodes; heights. */
export function decodeTree(bytes: ArrayBuffer): Tree | null {
  if (bytes.byteLength === 0) return null;
  const [linkage, leaves, merges] = new Uint32Array(bytes, 0, 3);
  if (linkage === undefined || leaves === undefined || merges === undefined) {
    throw new Error(`a tree of ${bytes.byteLength} bytes`);
  }
  const at = (numbers: number) => 4 * numbers;
  const starts = 3 + leaves + 1;
  return {
    linkage: LINKAGES[linkage] ?? "average",
    leaves,
    starts: new Uint32Array(bytes, at(3), leaves + 1),
    left: new Uint32Array(bytes, at(starts), merges),
    right: new Uint32Array(bytes, at(starts + merges), merges),
    heights: new Float32Array(bytes, at(starts + 2 * merges), merges),
  };
}

/** In pieces, because a function takes only so many arguments. */
export function encodeBase64(bytes: Uint8Array): string {
  const PIECE = 0x8000;
  let text = "";
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}
