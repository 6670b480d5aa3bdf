import { describe, expect, it } from "vitest";
import { dateText } from "./dates";
import { hostOf, isLoopback } from "./host";
import { bytesText, durationText, speedText } from "./models";
import { costText, parsePrice, priceText } from "./money";

describe("what is said about models", () => {
  it("gives sizes, speeds and times as far as they mean something", () => {
    const sizes: [number, string][] = [
      [67e6, "67 MB"],
      [133_400_000, "133 MB"],
      [999_600_000, "1 GB"],
      [2_270_000_000, "2.3 GB"],
      [400_000, "0.4 MB"],
    ];
    for (const [bytes, text] of sizes) expect(bytesText(bytes)).toBe(text);
    expect(speedText(1953.125)).toBe("2,000/s");
    expect(speedText(0.3)).toBe("1/s");
    expect(durationText(0.2)).toBe("a moment");
    expect(durationText(61)).toBe("about 61 s");
    expect(durationText(600)).toBe("about 10 min");
  });

  it("reads prices as people type them", () => {
    const cases: [string, number | null][] = [
      ["0.02", 0.02],
      [" $ 0,13 ", 0.13],
      ["0", 0],
      ["", null],
      ["-1", null],
      ["two", null],
      ["Infinity", null],
    ];
    for (const [typed, price] of cases) expect(parsePrice(typed), typed).toBe(price);
  });

  it("never makes a cost look like nothing that is something", () => {
    expect(costText(0.0004)).toBe("less than a cent");
    expect(costText(0)).toBe("nothing");
    expect(costText(1.267)).toBe("$1.27");
    expect(costText(null)).toBe("not known");
    expect(priceText(0.02)).toBe("$0.02");
    expect(priceText(0.0005)).toBe("$0.0005");
  });

  it("names who would see a text", () => {
    expect(hostOf("https://api.openai.com/v1")).toBe("api.openai.com");
    expect(hostOf("http://127.0.0.1:8080/v1")).toBe("127.0.0.1:8080");
    for (const bad of ["", "openai", "ftp://a.b", "https://"]) expect(hostOf(bad), bad).toBeNull();
    for (const here of ["localhost", "localhost:11434", "127.0.0.1:80", "[::1]:80"]) {
      expect(isLoopback(here), here).toBe(true);
    }
    for (const away of ["127.0.0.1.example.com", "api.openai.com", "10.0.0.1", "localhost.example.com"]) {
      expect(isLoopback(away), away).toBe(false);
    }
  });

  it("writes days out, and leaves what is no day as it is", () => {
    expect(dateText("2026-08")).toBe("Aug 2026");
    expect(dateText("2026-11-25")).toBe("25 Nov 2026");
    expect(dateText("long ago")).toBe("long ago");
  });
});
