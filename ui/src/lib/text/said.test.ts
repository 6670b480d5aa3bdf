import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Sentence, SentencePart } from "$lib/ipc/bindings";
import { getLocale, overwriteGetLocale } from "$lib/paraglide/runtime";
import { said } from "./said";

const english = getLocale;

function sentence(pattern: string, parts: Record<string, SentencePart>): Sentence {
  return { pattern, values: Object.entries(parts).map(([name, part]) => ({ name, part })) };
}

const moved = sentence("Moved {what} to {target}", {
  what: { kind: "sentence", sentence: sentence("{count} words", { count: { kind: "count", count: 1234 } }) },
  target: { kind: "text", text: "{what} & co" },
});

describe("what the engine says", () => {
  afterEach(() => {
    overwriteGetLocale(english);
  });

  it("is said in English as it comes, with figures and parts in their places", () => {
    expect(said(moved)).toBe("Moved 1,234 words to {what} & co");
    expect(said(sentence("It is {size} long.", { size: { kind: "bytes", bytes: 1_200_000_000 } }))).toBe(
      "It is 1.2 GB long.",
    );
  });

  it("is said in German with its parts, and what the person wrote stays as it is", () => {
    overwriteGetLocale(() => "de");
    expect(said(moved)).toBe("1.234 Wörter nach {what} & co verschoben");
    expect(said(sentence("This is a PDF. Copy the list out of it and paste it here.", {}))).toBe(
      "Das ist ein PDF. Die Liste daraus kopieren und hier einfügen.",
    );
  });

  it("is said in English where it has no translation, and a missing value shows its name", () => {
    overwriteGetLocale(() => "de");
    expect(said(sentence("A pattern {nobody} translated.", {}))).toBe("A pattern {nobody} translated.");
  });

  it("names the same values in German as in English", () => {
    const german = JSON.parse(readFileSync("messages/engine/de.json", "utf8")) as Record<string, string>;
    const names = (pattern: string): string[] =>
      [...new Set(Array.from(pattern.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? ""))].sort();
    expect(Object.keys(german).length).toBeGreaterThan(200);
    for (const [pattern, own] of Object.entries(german)) expect(names(own), pattern).toEqual(names(pattern));
  });
});
