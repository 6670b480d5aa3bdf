/** What a person says a text means: "the company" for an apple. */

/** The context in what was typed, which may repeat the text as the box shows it: "apple, the company". */
export function contextFrom(text: string, typed: string): string {
  const tidy = typed.trim().replace(/\s+/g, " ");
  const start = text.trim().replace(/\s+/g, " ").toLocaleLowerCase();
  const isRepeated = tidy.toLocaleLowerCase().startsWith(start) && /^\s*[,:]/.test(tidy.slice(start.length));
  return isRepeated ? tidy.slice(start.length).replace(/^\s*[,:]\s*/, "") : tidy;
}
