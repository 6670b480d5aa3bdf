import { describe, expect, it } from "vitest";
import { m } from "$lib/paraglide/messages";
import { modifiers } from "./keys";

describe("keys", () => {
  it("are called as on the keyboard at hand", () => {
    expect(m.keys_open(modifiers(false))).toBe("Ctrl O");
    expect(m.keys_open(modifiers(true))).toBe("⌘ O");
    expect(m.keys_open(modifiers()), "what runs the tests is no Mac").toBe("Ctrl O");
  });
});
