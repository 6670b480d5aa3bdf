/** Topics as a person types or pastes them: names, and after a colon examples. */
import type { WantedTopic } from "$lib/ipc/bindings";

export interface TypedTopics {
  topics: WantedTopic[];
  /** Names given more than once, whose examples were put together. */
  repeated: string[];
  /** Examples given to several topics; they count for the first. */
  contested: string[];
  /** Places between commas, or before a colon, where a name is missing. */
  nameless: number;
}

/** Of `name: example, example`; a name with one of these in it stands in quotes. */
const COLON = ":";
const SEPARATORS = ",;\t";
/** What a pasted list puts before its lines. */
const BULLET = /^\s*[-*\u2022\u2013]\s+/;

/** By this, names are told apart: case and spaces do not count. */
export function nameKey(name: string): string {
  return tidy(name).toLocaleLowerCase();
}

function tidy(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** Cuts at every one of `marks` that is not in quotes, at most `limit` times. */
function cut(text: string, marks: string, limit = Infinity): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length && parts.length < limit; at += 1) {
    const letter = text[at] ?? "";
    // A quote inside a word, as in 5" screens, opens nothing; nor does one that nothing closes.
    if (letter === '"' && isQuoted) isQuoted = false;
    else if (letter === '"') isQuoted = text.slice(start, at).trim() === "" && text.includes('"', at + 1);
    else if (!isQuoted && marks.includes(letter)) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  const isQuoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"');
  return tidy(isQuoted ? trimmed.slice(1, -1) : trimmed);
}

/** One topic a line, or several with commas between; the last name of a line may have examples. */
export function parseTopicNames(text: string): TypedTopics {
  const byKey = new Map<string, WantedTopic>();
  const takenExamples = new Map<string, string>();
  const repeated = new Map<string, string>();
  const contested = new Map<string, string>();
  let nameless = 0;

  for (const rawLine of text.split(/\r\n|\r|\n/)) {
    const line = rawLine.replace(BULLET, "");
    if (line.trim() === "") continue;
    const [before = "", after] = cut(line, COLON, 1);
    const fields = cut(before, SEPARATORS).map(unquoted);
    // A comma at the end of a line announces nothing.
    if (after === undefined && fields.length > 1 && fields.at(-1) === "") fields.pop();
    let last: WantedTopic | null = null;
    for (const name of fields) {
      if (name === "") {
        nameless += 1;
        last = null;
        continue;
      }
      const known = byKey.get(nameKey(name));
      if (known) repeated.set(nameKey(name), known.name);
      last = known ?? { name, examples: [] };
      byKey.set(nameKey(name), last);
    }
    if (!last || after === undefined) continue;
    for (const example of cut(after, SEPARATORS).map(unquoted)) {
      if (example === "") continue;
      const owner = takenExamples.get(nameKey(example));
      if (owner === undefined) {
        takenExamples.set(nameKey(example), nameKey(last.name));
        last.examples.push(example);
      } else if (owner !== nameKey(last.name)) contested.set(nameKey(example), example);
    }
  }
  return {
    topics: [...byKey.values()],
    repeated: [...repeated.values()],
    contested: [...contested.values()],
    nameless,
  };
}

/** A name so that `parseTopicNames` reads it back as one. */
function written(name: string): string {
  const needsQuotes = [...(SEPARATORS + COLON)].some((mark) => name.includes(mark));
  return (needsQuotes || BULLET.test(name)) && !name.includes('"') ? `"${name}"` : name;
}

/** Names as lines to be edited. */
export function writeTopicNames(names: readonly string[]): string {
  return names.map((name) => `${written(name)}\n`).join("");
}
