import { describe, expect, it } from "vitest";
import { Selection } from "./selection.svelte";

const ORDER = [4, 2, 9, 7, 1];
const plain = { shiftKey: false, ctrlKey: false, metaKey: false };
const shift = { ...plain, shiftKey: true };
const ctrl = { ...plain, ctrlKey: true };
const cmd = { ...plain, metaKey: true };

describe("the selection", () => {
  const cases: [what: string, picks: [number, typeof plain][], items: number[], shown: number | null][] = [
    [
      "one word at a click",
      [
        [2, plain],
        [9, plain],
      ],
      [9],
      9,
    ],
    [
      "a range with Shift, in the order shown",
      [
        [2, plain],
        [7, shift],
      ],
      [2, 9, 7],
      7,
    ],
    [
      "a range upwards",
      [
        [7, plain],
        [4, shift],
      ],
      [4, 2, 9, 7],
      4,
    ],
    [
      "another range from the same beginning",
      [
        [9, plain],
        [1, shift],
        [4, shift],
      ],
      [4, 2, 9],
      4,
    ],
    [
      "one more with Ctrl",
      [
        [2, plain],
        [1, ctrl],
      ],
      [2, 1],
      1,
    ],
    [
      "one more with Cmd",
      [
        [2, plain],
        [1, cmd],
      ],
      [2, 1],
      1,
    ],
    [
      "one less with Ctrl; another one is shown",
      [
        [2, plain],
        [1, ctrl],
        [1, ctrl],
      ],
      [2],
      2,
    ],
    [
      "nothing after the last is taken away",
      [
        [2, plain],
        [2, ctrl],
      ],
      [],
      null,
    ],
    [
      "a range from where Ctrl was",
      [
        [4, plain],
        [9, ctrl],
        [1, shift],
      ],
      [9, 7, 1],
      1,
    ],
    ["just the word when a range has no beginning", [[9, shift]], [9], 9],
    [
      "just the word when the beginning is not shown",
      [
        [33, plain],
        [9, shift],
      ],
      [9],
      9,
    ],
  ];
  for (const [what, picks, items, shown] of cases) {
    it(`is ${what}`, () => {
      const selection = new Selection();
      for (const [item, keys] of picks) selection.pick(item, ORDER, keys);
      expect([...selection.items]).toEqual(items);
      expect(selection.item).toBe(shown);
    });
  }

  it("keeps the word in the inspector when a box holds it", () => {
    const selection = new Selection();
    selection.selectItem(9);
    selection.selectItems([2, 9, 7]);
    expect(selection.item).toBe(9);
    selection.selectItems([2, 7]);
    expect(selection.item).toBe(2);
    selection.selectItems([]);
    expect(selection.current).toEqual({ kind: "nothing" });
  });

  it("lets its words go and still shows the last one", () => {
    const selection = new Selection();
    selection.selectItem(9);
    selection.release();
    expect(selection.items.size).toBe(0);
    expect(selection.item).toBe(9);
    selection.selectItem(9);
    selection.selectTopic(3);
    expect(selection.items.size, "a topic instead of words").toBe(0);
  });
});
