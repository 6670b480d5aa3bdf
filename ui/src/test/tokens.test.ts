import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { luminance } from "$lib/charts/colours";

const css = readFileSync("src/tokens.css", "utf8");

function token(name: string, theme: "light" | "dark"): string {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(css)?.[1] ?? "";
  const both = /light-dark\((#\w+), (#\w+)\)/.exec(value);
  const colour = both ? both[theme === "light" ? 1 : 2] : value;
  if (!colour?.startsWith("#")) throw new Error(`--${name} is not a plain colour: ${value}`);
  return colour;
}

function brightness(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return luminance(red, green, blue);
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [brightness(a), brightness(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe("tokens", () => {
  it("keep text readable on every ground it stands on (WCAG AA, 4.5 to 1)", () => {
    const pairs: [string, string[]][] = [
      ["ink", ["paper", "panel", "chip", "hover", "accent-wash"]],
      ["muted", ["paper", "panel", "chip", "hover", "accent-wash"]],
      ["accent", ["panel"]],
      ["on-accent", ["accent", "accent-hover"]],
      ["danger", ["panel"]],
      ["on-float", ["float"]],
    ];
    for (const theme of ["light", "dark"] as const) {
      for (const [text, grounds] of pairs) {
        for (const ground of grounds) {
          const ratio = contrast(token(text, theme), token(ground, theme));
          expect(ratio, `${text} on ${ground}, ${theme}`).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });

  it("make the focus ring and the progress bar stand out (3 to 1)", () => {
    for (const theme of ["light", "dark"] as const) {
      for (const ground of ["paper", "panel", "track"]) {
        expect(
          contrast(token("accent", theme), token(ground, theme)),
          `${ground}, ${theme}`,
        ).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it("have eight topic colours that differ from each other", () => {
    const colours = Array.from({ length: 8 }, (_, index) => token(`topic-${index}`, "light"));
    expect(new Set(colours).size).toBe(8);
  });
});
