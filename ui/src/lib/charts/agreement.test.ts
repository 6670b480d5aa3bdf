import { describe, expect, it } from "vitest";
import type { Agreement } from "$lib/ipc/bindings";
import { agreementRows, mistakes } from "./agreement";

const AGREEMENT: Agreement = {
  total: 15,
  agreed: 9,
  rows: ["fruit", "vegetables", "dogs"],
  columns: ["fruit", "vegetables", "Unsorted"],
  rightColumn: [0, 1, null],
  counts: [5, 1, 0, 2, 4, 0, 2, 0, 1],
};

describe("the table of mistakes", () => {
  it("has a row for every name with its shares, and marks where the machine agrees", () => {
    const rows = agreementRows(AGREEMENT);
    expect(rows.map(({ name, total }) => [name, total])).toEqual([
      ["fruit", 6],
      ["vegetables", 6],
      ["dogs", 3],
    ]);
    expect(rows[1]?.cells.map(({ count, isRight }) => [count, isRight])).toEqual([
      [2, false],
      [4, true],
      [0, false],
    ]);
    expect(
      rows[2]?.cells.some(({ isRight }) => isRight),
      "no topic is called dogs",
    ).toBe(false);
    expect(rows[0]?.cells[0]?.share).toBeCloseTo(5 / 6);
  });

  it("divides nothing by nothing", () => {
    const [row] = agreementRows({ ...AGREEMENT, rows: ["fruit"], rightColumn: [0], counts: [0, 0, 0] });
    expect(row?.cells.map(({ share }) => share)).toEqual([0, 0, 0]);
  });

  it("lists the most frequent mistakes first", () => {
    expect(mistakes(AGREEMENT, 10)).toEqual([
      { row: 1, column: 0, count: 2 },
      { row: 2, column: 0, count: 2 },
      { row: 0, column: 1, count: 1 },
      { row: 2, column: 2, count: 1 },
    ]);
    expect(mistakes(AGREEMENT, 1)).toHaveLength(1);
  });
});
