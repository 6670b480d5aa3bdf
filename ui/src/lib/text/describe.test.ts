import { describe, expect, it } from "vitest";
import type { TopicView } from "$lib/ipc/bindings";
import { howItHolds } from "./describe";
import { countOf, dayOf, finePercent, percent, timeLeft } from "./format";
import { unitOf } from "./unit";

const N = "\u00a0";
const topic: TopicView = {
  id: 1,
  name: "fruit",
  namedByPerson: false,
  alternates: [],
  colour: 0,
  size: 60,
  cohesion: 0.45,
  stability: 0.9,
  nearestTopic: 2,
  nearestSimilarity: 0.2,
  pinned: 0,
  typical: [],
  odd: [],
  fitting: [],
};
const byId = new Map([[2, { ...topic, id: 2, name: "vegetables" }]]);

describe("plain words", () => {
  it("tell how a topic holds together", () => {
    const cases: [Partial<TopicView>, string][] = [
      [{}, "holds together very well"],
      [{ cohesion: 0.3 }, "holds together well"],
      [{ cohesion: 0.2, odd: [1, 2, 3] }, "loose: 3 odd ones out"],
      [{ cohesion: 0.2, odd: [1] }, "loose: 1 odd one out"],
      [{ cohesion: 0.2 }, "close to vegetables"],
      [{ cohesion: 0.2, nearestTopic: null }, "loose"],
      [{ stability: 0.3 }, "mixes with vegetables"],
      [{ size: 1 }, "one of a kind"],
    ];
    for (const [change, line] of cases) expect(howItHolds({ ...topic, ...change }, byId)).toBe(line);
  });

  it("count in the list's own unit", () => {
    expect(countOf("words", 1)).toBe("1 word");
    expect(countOf("words", 20_000)).toBe("20,000 words");
    expect(countOf("sentences", 3)).toBe("3 sentences");
    expect(unitOf(["apple", "pear", "star fruit"])).toBe("words");
    expect(unitOf(["red shoes", "cheap red shoes", "shoe shop"])).toBe("phrases");
    expect(unitOf(["The parcel came two days late.", "I liked the friendly help."])).toBe("sentences");
    expect(unitOf([])).toBe("words");
  });

  it("give shares as percent, and never all or nothing for almost", () => {
    expect(percent(0.4649)).toBe(`46${N}%`);
    expect(finePercent(0.9921)).toBe(`99.2${N}%`);
    expect(finePercent(0.99999)).toBe(`99.9${N}%`);
    expect(finePercent(0.0001)).toBe(`0.1${N}%`);
    expect(finePercent(1)).toBe(`100.0${N}%`);
  });

  it("tell time as people do", () => {
    expect(timeLeft(0.4)).toBe("a moment left");
    expect(timeLeft(42)).toBe("about 42 s left");
    expect(timeLeft(600)).toBe("about 10 min left");
    const now = new Date(2026, 10, 23, 9, 0);
    const secs = (date: Date): number => date.getTime() / 1000;
    expect(dayOf(secs(new Date(2026, 10, 23, 0, 5)), now)).toBe("today");
    expect(dayOf(secs(new Date(2026, 10, 22, 23, 55)), now)).toBe("yesterday");
    expect(dayOf(secs(new Date(2026, 10, 12)), now)).toBe("12 Nov");
    expect(dayOf(secs(new Date(2025, 10, 12)), now)).toBe("12 Nov 2025");
  });
});
