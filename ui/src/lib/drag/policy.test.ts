import { describe, expect, it } from "vitest";
import { type Dragged, type Ground, isSameTarget, judge, type Target, type Verdict } from "./policy";

// Items 0 and 1 are in topic 7, item 2 in topic 8, item 3 in Unsorted.
const AT = [7, 7, 8, null];
const ground: Ground = {
  isReadOnly: false,
  topics: [7, 8, 9],
  topicOf: (item) => AT[item] ?? null,
};
const words = (...items: number[]): Dragged => ({ kind: "items", items });
const topic = (id: number): Dragged => ({ kind: "topic", topic: id });
const at = (id: number | null): Target => ({ kind: "topic", topic: id });
const gap = (place: number): Target => ({ kind: "gap", gap: place });
const fresh: Target = { kind: "newTopic" };

describe("what is dragged", () => {
  const cases: [what: string, dragged: Dragged, target: Target, verdict: Partial<Verdict>][] = [
    ["a word goes into another topic", words(0), at(8), { takes: true, does: "move", topic: 8, items: [0] }],
    ["a word goes to Unsorted", words(0), at(null), { takes: true, does: "move", topic: null }],
    ["an unsorted word goes into a topic", words(3), at(7), { takes: true, does: "move", topic: 7 }],
    ["words go where some of them are", words(0, 2), at(7), { takes: true, does: "move", items: [0, 2] }],
    ["a word stays where it is", words(0), at(7), { takes: false, reason: "alreadyThere", topic: 7 }],
    ["an unsorted word stays in Unsorted", words(3), at(null), { takes: false, reason: "alreadyThere" }],
    ["words make a new topic", words(0, 3), fresh, { takes: true, does: "makeTopic", items: [0, 3] }],
    ["a word goes into no topic that is gone", words(0), at(99), { takes: false, reason: "gone" }],
    ["a word fits into no gap of the list", words(0), gap(1), { takes: false }],
    ["a topic is merged into another", topic(8), at(7), { takes: true, does: "merge", from: 8, into: 7 }],
    ["a topic is not merged into itself", topic(8), at(8), { takes: false, reason: "onItself" }],
    ["a topic does not go to Unsorted", topic(8), at(null), { takes: false, reason: "topicIntoUnsorted" }],
    ["a topic makes no new topic", topic(8), fresh, { takes: false, reason: "topicIntoNew" }],
    ["a topic moves up", topic(9), gap(0), { takes: true, does: "reorder", topic: 9, place: 0 }],
    ["a topic moves down past one", topic(7), gap(2), { takes: true, does: "reorder", place: 1 }],
    ["a topic moves to the end", topic(7), gap(3), { takes: true, does: "reorder", place: 2 }],
    ["a topic stays above itself", topic(8), gap(1), { takes: false, reason: "alreadyThere" }],
    ["a topic stays below itself", topic(8), gap(2), { takes: false, reason: "alreadyThere" }],
  ];
  for (const [what, dragged, target, verdict] of cases) {
    it(what, () => {
      expect(judge(dragged, target, ground)).toMatchObject(verdict);
    });
  }

  it("goes nowhere in a workbook that is read only, and the reason is said", () => {
    for (const [dragged, target] of [
      [words(0), at(8)],
      [words(0), fresh],
      [topic(8), at(7)],
      [topic(8), gap(0)],
    ] as const) {
      expect(judge(dragged, target, { ...ground, isReadOnly: true })).toMatchObject({
        takes: false,
        reason: "readOnly",
      });
    }
  });

  it("knows when it is still over the same target", () => {
    expect(isSameTarget(at(7), at(7))).toBe(true);
    expect(isSameTarget(at(7), at(null))).toBe(false);
    expect(isSameTarget(gap(1), gap(1))).toBe(true);
    expect(isSameTarget(gap(1), gap(2))).toBe(false);
    expect(isSameTarget(fresh, fresh)).toBe(true);
    expect(isSameTarget(null, null)).toBe(true);
    expect(isSameTarget(fresh, null)).toBe(false);
  });
});
