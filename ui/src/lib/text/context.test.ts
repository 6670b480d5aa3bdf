import { describe, expect, it } from "vitest";
import { contextFrom } from "./context";

describe("a context", () => {
  const cases: [text: string, typed: string, expected: string][] = [
    ["apple", "the company", "the company"],
    ["apple", "  the   company ", "the company"],
    ["apple", "apple, the company", "the company"],
    ["Apple", "apple: the company", "the company"],
    ["apple", "apple tree", "apple tree"],
    ["apple", "apple,", ""],
    ["apple", "  ", ""],
    ["go, stop", "go, stop, in traffic", "in traffic"],
  ];
  for (const [text, typed, expected] of cases) {
    it(`of ${text} typed as "${typed}" is "${expected}"`, () => {
      expect(contextFrom(text, typed)).toBe(expected);
    });
  }
});
