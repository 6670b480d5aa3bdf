/** Binary replies of the engine, little-endian, turned into typed arrays without copying. */
import type { Places } from "./backend";

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

/** `n` topics (u32), `n` runners-up (u32), `n` confidences (f32), `n` pins (u8), one after the other. */
export function decodePlaces(bytes: ArrayBuffer): Places {
  const n = bytes.byteLength / 13;
  if (!Number.isInteger(n)) throw new Error(`places has ${bytes.byteLength} bytes, not a multiple of 13`);
  return {
    topic: new Uint32Array(bytes, 0, n),
    runnerUp: new Uint32Array(bytes, 4 * n, n),
    confidence: new Float32Array(bytes, 8 * n, n),
    pinned: new Uint8Array(bytes, 12 * n, n),
  };
}
