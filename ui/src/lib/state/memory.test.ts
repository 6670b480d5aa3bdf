import { describe, expect, it } from "vitest";
import { readMemory, type WindowMemory, writeMemory } from "./memory";

const memory: WindowMemory = {
  tab: "heatmap",
  isTopicsOpen: false,
  isInspectorOpen: true,
  selected: { kind: "item", item: 7 },
  metric: "dot",
  palette: "cividis",
  numbers: "percent",
  isTable: false,
  viewport: { row: 1.5, column: 2, cellPx: 30 },
  sortKey: "confidence",
  isDescending: true,
  topicFilter: 3,
  query: "app",
  topicCount: 12,
  topicMethod: "ward",
  smallestTopic: 4,
  isGrouped: true,
  mapMethod: "tsne",
  mapDims: 3,
};

describe("the window's memory", () => {
  it("comes back as it was written", () => {
    expect(readMemory(writeMemory(memory))).toEqual(memory);
    const rest: WindowMemory = {
      ...memory,
      viewport: null,
      topicFilter: null,
      topicCount: null,
      smallestTopic: null,
      selected: { kind: "topic", topic: null },
    };
    expect(readMemory(writeMemory(rest))).toEqual(rest);
  });

  it("leaves out what it cannot understand instead of failing", () => {
    expect(readMemory("")).toEqual({});
    expect(readMemory("not json {")).toEqual({});
    expect(readMemory("[]")).toEqual({});
    expect(readMemory('{"tab":"nowhere","palette":"cividis","viewport":{"row":"1"},"query":5}')).toEqual({
      palette: "cividis",
    });
    expect(readMemory('{"viewport":{"row":0,"column":0,"cellPx":0}}'), "a cell of no size").toEqual({});
  });
});
