/** What the texts of a list are called: words, phrases or sentences. */
import type { Unit } from "$lib/ipc/bindings";

const LOOKED_AT = 500;

/** By the mean number of words in texts spread evenly over the list. */
export function unitOf(texts: readonly string[]): Unit {
  const step = Math.max(1, Math.floor(texts.length / LOOKED_AT));
  let words = 0;
  let looked = 0;
  for (let index = 0; index < texts.length; index += step) {
    words += (texts[index] ?? "").trim().split(/\s+/).length;
    looked += 1;
  }
  const mean = looked === 0 ? 1 : words / looked;
  if (mean < 1.8) return "words";
  return mean < 5 ? "phrases" : "sentences";
}
