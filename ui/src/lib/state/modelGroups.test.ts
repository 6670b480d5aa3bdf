import { describe, expect, it } from "vitest";
import type { ModelInfo } from "$lib/ipc/bindings";
import { type ModelFilter, sectionOf, sectionsOf } from "./modelGroups";

const model = (id: string, change: Partial<ModelInfo> = {}): ModelInfo => ({
  id,
  name: id,
  kind: "download",
  group: "quick",
  language: "english",
  dim: 384,
  maxTokens: 512,
  downloadBytes: 1e8,
  licence: "MIT",
  prefix: "",
  mteb: null,
  source: "",
  host: null,
  price: null,
  key: null,
  status: { kind: "available" },
  folder: null,
  speed: null,
  embedded: null,
  isCurrent: false,
  isForNewLists: false,
  ...change,
});
const ALL: ModelFilter = { language: "all", isHereOnly: false };
const shown = (models: ModelInfo[], filter: ModelFilter): string[] =>
  sectionsOf(models, filter).flatMap((group) => group.models.map(({ id }) => id));

describe("models", () => {
  it("stand under one heading each", () => {
    const cases: [Partial<ModelInfo>, string][] = [
      [{ kind: "bundled", group: null }, "always"],
      [{ group: "large" }, "large"],
      [{ group: "large", isCurrent: true }, "always"],
      [{ kind: "own", group: null }, "own"],
      [{ kind: "api", group: null }, "servers"],
      [{ kind: "api", group: null, isCurrent: true }, "always"],
    ];
    for (const [change, section] of cases) expect(sectionOf(model("a", change))).toBe(section);
  });

  it("come with the one in use first, else in the catalogue's order", () => {
    const models = [
      model("bundled", { kind: "bundled", group: null }),
      model("quick"),
      model("used", { isCurrent: true, group: "large" }),
    ];
    expect(shown(models, ALL)).toEqual(["used", "bundled", "quick"]);
  });

  it("leave out empty headings, except those under which something can be added", () => {
    expect(sectionsOf([model("quick")], ALL).map(({ section }) => section)).toEqual([
      "quick",
      "own",
      "servers",
    ]);
  });

  it("can be narrowed to a language and to this computer", () => {
    const models = [
      model("english"),
      model("many", { language: "many" }),
      model("chinese", { language: "chinese" }),
      model("here", { status: { kind: "ready" } }),
      model("server", { kind: "api", group: null, language: "any", host: "a.b", status: { kind: "ready" } }),
      model("used", { isCurrent: true, language: "english" }),
    ];
    expect(shown(models, { language: "chinese", isHereOnly: false })).toEqual([
      "used",
      "many",
      "chinese",
      "server",
    ]);
    expect(shown(models, { language: "all", isHereOnly: true }), "a server is elsewhere").toEqual([
      "used",
      "here",
    ]);
  });
});
