/** Says what the engine says in the language of the window: the engine speaks English, in patterns. */
import german from "../../../messages/engine/de.json";
import type { Sentence, SentencePart } from "$lib/ipc/bindings";
import { getLocale, type Locale } from "$lib/paraglide/runtime";
import { figure } from "./format";
import { bytesText } from "./models";

/** By the English pattern; what is not there is said in English. */
const PATTERNS: Record<Locale, Readonly<Record<string, string>>> = { en: {}, de: german };

export function said({ pattern, values }: Sentence): string {
  const own = PATTERNS[getLocale()][pattern] ?? pattern;
  return own.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values.find((value) => value.name === name);
    return value ? part(value.part) : place;
  });
}

function part(part: SentencePart): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "count":
      return figure(part.count);
    case "bytes":
      return bytesText(part.bytes);
    case "sentence":
      return said(part.sentence);
  }
}
