/** How figures, days and money are written in the language of the window. */
import { getLocale, type Locale } from "$lib/paraglide/runtime";

/** British English, because it says 12 Nov. */
const TAGS: Record<Locale, string> = { en: "en-GB", de: "de-DE" };

/** A way of writing in the present language; made once for each, because making one is slow. */
export function inLanguage<Format>(make: (tag: string) => Format): () => Format {
  const made = new Map<string, Format>();
  return () => {
    const tag = TAGS[getLocale()];
    const known = made.get(tag);
    if (known) return known;
    const format = make(tag);
    made.set(tag, format);
    return format;
  };
}
