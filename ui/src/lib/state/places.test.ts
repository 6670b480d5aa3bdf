import { describe, expect, it } from "vitest";
import { NO_TOPIC, type Places } from "$lib/ipc/backend";
import { closeCalls, doubtOrder } from "./doubt";
import { impliedThreshold, thresholdMoves } from "./threshold";

type Row = [
  topic: number | null,
  suggested: number | null,
  confidence: number,
  runnerUp: number | null,
  runnerUpConfidence: number,
  isPinned?: boolean,
];

function places(rows: Row[]): Places {
  const id = (topic: number | null): number => topic ?? NO_TOPIC;
  return {
    topic: Uint32Array.from(rows, ([topic]) => id(topic)),
    suggested: Uint32Array.from(rows, ([, suggested]) => id(suggested)),
    confidence: Float32Array.from(rows, ([, , confidence]) => confidence),
    runnerUp: Uint32Array.from(rows, ([, , , runnerUp]) => id(runnerUp)),
    runnerUpConfidence: Float32Array.from(rows, ([, , , , confidence]) => confidence),
    pinned: Uint8Array.from(rows, ([, , , , , isPinned]) => (isPinned ? 1 : 0)),
  };
}

describe("the order of doubt", () => {
  const list = places([
    [1, 1, 0.9, 2, 0.05],
    [1, 1, 0.46, 2, 0.43],
    [2, 1, 0.5, 2, 0.5, true],
    [null, 2, 0.3, 1, 0.3],
    [1, 1, 0.6, null, 0],
    [null, null, 0, null, 0],
    [1, 1, 0.6, 2, 0.45],
    [2, 2, 0.46, 1, 0.43],
  ]);

  it("puts the closest call first, equal ones in the order of the list, and leaves out what is settled", () => {
    expect(doubtOrder(list)).toEqual([3, 1, 7, 6, 0]);
  });

  it("counts as close what is at most 0.15 apart", () => {
    expect(closeCalls(list), "0.6 and 0.45 are on the line").toBe(4);
    expect(closeCalls(places([[1, 1, 0.61, 2, 0.45]]))).toBe(0);
    expect(closeCalls(places([]))).toBe(0);
  });
});

describe("a threshold", () => {
  const list = places([
    [1, 1, 0.9, 2, 0.1],
    [1, 1, 0.6, 2, 0.3],
    [1, 1, 0.3, 2, 0.2, true],
    [null, 2, 0.4, 1, 0.3],
    [null, null, 0, null, 0],
    [2, 1, 0.8, 2, 0.1],
    [null, 1, 0.9, 2, 0.1, true],
  ]);
  const cases: [threshold: number, toUnsorted: number, intoTopics: number, between: number][] = [
    [0, 0, 1, 1],
    [0.4, 0, 1, 1],
    [0.5, 0, 0, 1],
    [0.6, 0, 0, 1],
    [0.61, 1, 0, 1],
    [0.85, 2, 0, 0],
    [1, 3, 0, 0],
  ];
  for (const [threshold, toUnsorted, intoTopics, between] of cases) {
    it(`of ${threshold} moves what is not pinned and lies on the other side`, () => {
      expect(thresholdMoves(list, threshold)).toEqual({ toUnsorted, intoTopics, between });
    });
  }

  it("that nobody chose is where as many are placed as the machine placed", () => {
    const judged = places([
      [1, 1, 0.9, 2, 0.1],
      [1, 1, 0.5, 2, 0.3],
      [null, 1, 0.4, 2, 0.3],
      [null, 2, 0.2, 1, 0.1],
    ]);
    expect(impliedThreshold(judged)).toBeCloseTo(0.5);
    expect(thresholdMoves(judged, impliedThreshold(judged))).toEqual({
      toUnsorted: 0,
      intoTopics: 0,
      between: 0,
    });
    expect(impliedThreshold(places([[1, 1, 0.9, 2, 0.1]])), "all are placed").toBe(0);
    expect(impliedThreshold(places([]))).toBe(0);
  });
});
