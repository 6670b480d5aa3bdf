import { describe, expect, it } from "vitest";
import { agreementRows } from "./agreement";
import { agreementPicture, below, histogramPicture, tablePicture } from "./chartPictures";
import type { Mark } from "./picture";

const texts = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
const fills = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === "rectangle" ? [mark.fill] : []));

describe("charts as pictures", () => {
  it("tell related bars from the others, and where the line is", () => {
    const colours = {
      bar: "bar",
      related: "related",
      line: "line",
      axis: "axis",
      ink: "ink",
      muted: "muted",
    };
    const chart = {
      name: "MiniLM",
      histogram: { low: 0, high: 1, counts: [4, 2, 1, 1] },
      line: 0.5,
      said: "related from 0.50",
    };
    const one = histogramPicture([chart], 2, colours);
    expect(fills(one.marks)).toEqual(["bar", "bar", "related", "related"]);
    expect(texts(one.marks)).toEqual(["MiniLM", "related from 0.50", "0.00", "1.00"]);
    const three = histogramPicture([chart, chart, chart], 2, colours);
    expect(three.width, "two beside each other").toBeGreaterThan(2 * one.width);
    expect(three.height, "the third below").toBeGreaterThan(2 * one.height);
  });

  it("write a table in rows and columns", () => {
    const colours = { line: "line", ink: "ink", muted: "muted" };
    const table = tablePicture(
      ["Models", "Same"],
      [
        ["A and B", "20 %"],
        ["A and C", "9 %"],
      ],
      colours,
    );
    expect(texts(table.marks)).toEqual(["Models", "Same", "A and B", "20 %", "A and C", "9 %"]);
    const both = below(table, table, 10);
    expect(both.height).toBe(2 * table.height + 10);
    expect(both.marks).toHaveLength(2 * table.marks.length);
  });

  it("shade what the machine agrees about apart from what it does not", () => {
    const agreement = {
      rows: ["fruit", "country"],
      columns: ["fruit", "places"],
      rightColumn: [0, 1],
      counts: [3, 1, 0, 4],
      agreed: 7,
      total: 8,
    };
    const drawn = agreementPicture(
      agreementRows(agreement),
      { columns: agreement.columns, figure: String },
      { line: "line", ink: "ink", muted: "muted", right: "right", wrong: "wrong" },
    );
    expect(fills(drawn.marks), "nothing is no cell").toEqual(["right", "wrong", "right"]);
    expect(texts(drawn.marks)).toEqual(["fruit", "places", "fruit", "3", "1", "country", "4"]);
    const upright = drawn.marks.filter((mark) => mark.kind === "text" && mark.isUpright);
    expect(upright).toHaveLength(2);
  });
});
