/** Histograms and tables as marks of a picture. Pure: sizes are estimated, not measured. */
import type { Agreement, PairStatistics } from "$lib/ipc/bindings";
import type { AgreementRow } from "./agreement";
import { histogramBars, histogramPlace } from "./histogram";
import type { Mark } from "./picture";

export interface Drawn {
  width: number;
  height: number;
  marks: Mark[];
}

const TEXT_PX = 13;
const SMALL_PX = 12;
/** Letters of a usual sans-serif are about so wide for their size. */
const LETTER_SHARE = 0.56;
const MOST_LETTERS = 40;

const shortened = (text: string): string =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}\u2026` : text;
const widthOf = (text: string, size = TEXT_PX): number => text.length * size * LETTER_SHARE;

export interface HistogramChart {
  name: string;
  histogram: PairStatistics["histogram"];
  /** From where on pairs are related, and how that is said. */
  line: number;
  said: string;
}

export interface HistogramColours {
  bar: string;
  related: string;
  line: string;
  axis: string;
  ink: string;
  muted: string;
}

const PLOT = { width: 280, height: 96 } as const;
const PLOT_TOP_PX = 28;
const PLOT_FOOT_PX = 24;
const PLOT_GAP_PX = 28;

/** One histogram per model, as many next to each other as asked for. */
export function histogramPicture(
  charts: readonly HistogramChart[],
  columns: number,
  colours: HistogramColours,
): Drawn {
  const across = Math.max(1, Math.min(columns, charts.length));
  const cellPx = { width: PLOT.width, height: PLOT_TOP_PX + PLOT.height + PLOT_FOOT_PX };
  const marks = charts.flatMap(({ name, histogram, line, said }, index): Mark[] => {
    const left = (index % across) * (cellPx.width + PLOT_GAP_PX);
    const top = Math.floor(index / across) * (cellPx.height + PLOT_GAP_PX);
    const floor = top + PLOT_TOP_PX + PLOT.height;
    const place = histogramPlace(histogram, line);
    const lineX = left + place * PLOT.width;
    const text = { kind: "text", size: SMALL_PX } as const;
    return [
      { ...text, x: left, y: top + 10, text: shortened(name), size: 14, weight: 600, fill: colours.ink },
      { ...text, x: left + PLOT.width, y: top + 10, text: said, anchor: "end", fill: colours.muted },
      ...histogramBars(histogram).map((bar): Mark => ({
        kind: "rectangle",
        x: left + bar.left * PLOT.width,
        y: floor - bar.height * PLOT.height,
        width: Math.max(0.5, (bar.right - bar.left) * PLOT.width - 0.7),
        height: bar.height * PLOT.height,
        fill: bar.left >= place ? colours.related : colours.bar,
      })),
      {
        kind: "line",
        x1: left,
        y1: floor,
        x2: left + PLOT.width,
        y2: floor,
        stroke: colours.axis,
        strokeWidth: 1,
      },
      {
        kind: "line",
        x1: lineX,
        y1: top + PLOT_TOP_PX - 4,
        x2: lineX,
        y2: floor,
        stroke: colours.line,
        strokeWidth: 2,
      },
      { ...text, x: left, y: floor + 13, text: histogram.low.toFixed(2), fill: colours.muted },
      {
        ...text,
        x: left + PLOT.width,
        y: floor + 13,
        text: histogram.high.toFixed(2),
        anchor: "end",
        fill: colours.muted,
      },
    ];
  });
  const rows = Math.ceil(charts.length / across);
  return {
    width: across * cellPx.width + (across - 1) * PLOT_GAP_PX,
    height: rows * cellPx.height + Math.max(0, rows - 1) * PLOT_GAP_PX,
    marks,
  };
}

export interface TableColours {
  line: string;
  ink: string;
  muted: string;
}

const ROW_PX = 30;
const CELL_PAD_PX = 12;

/** Rows of text; the first column names the row, the others are figures. */
export function tablePicture(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  colours: TableColours,
): Drawn {
  const columns = headings.map((heading, column) => {
    const texts = [heading, ...rows.map((row) => row[column] ?? "")].map(shortened);
    return Math.max(...texts.map((text) => widthOf(text))) + 2 * CELL_PAD_PX;
  });
  const width = columns.reduce((sum, column) => sum + column, 0);
  const marks: Mark[] = [];
  const write = (texts: readonly string[], row: number, fill: string, weight: number): void => {
    let left = 0;
    texts.forEach((text, column) => {
      const room = columns[column] ?? 0;
      const isName = column === 0;
      marks.push({
        kind: "text",
        x: isName ? left : left + room - CELL_PAD_PX,
        y: (row + 0.5) * ROW_PX,
        text: shortened(text),
        size: TEXT_PX,
        weight,
        fill,
        anchor: isName ? "start" : "end",
      });
      left += room;
    });
    const y = (row + 1) * ROW_PX;
    marks.push({ kind: "line", x1: 0, y1: y, x2: width, y2: y, stroke: colours.line, strokeWidth: 1 });
  };
  write(headings, 0, colours.muted, 500);
  rows.forEach((row, index) => {
    write(row, index + 1, colours.ink, 400);
  });
  return { width, height: (rows.length + 1) * ROW_PX, marks };
}

/** One drawing below the other. */
export function below(first: Drawn, second: Drawn, gapPx: number): Drawn {
  const top = first.height + gapPx;
  return {
    width: Math.max(first.width, second.width),
    height: top + second.height,
    marks: [
      ...first.marks,
      ...second.marks.map((mark): Mark =>
        mark.kind === "line"
          ? { ...mark, y1: mark.y1 + top, y2: mark.y2 + top }
          : { ...mark, y: mark.y + top },
      ),
    ],
  };
}

export interface AgreementColours extends TableColours {
  right: string;
  wrong: string;
}

const COUNT_PX = 44;
/** The deepest colour still lets the figures be read. */
const DEEPEST = 0.42;

/** What a person's names are in the topics: a row for each name, shaded by its shares. */
export function agreementPicture(
  rows: readonly AgreementRow[],
  { columns, figure }: { columns: Agreement["columns"]; figure: (count: number) => string },
  colours: AgreementColours,
): Drawn {
  const nameWidth = Math.max(80, ...rows.map(({ name }) => widthOf(shortened(name)) + CELL_PAD_PX));
  const headHeight = Math.max(40, ...columns.map((name) => widthOf(shortened(name), SMALL_PX) + 14));
  const [width, height] = [nameWidth + columns.length * COUNT_PX, headHeight + rows.length * ROW_PX];
  const marks: Mark[] = columns.map((name, column) => ({
    kind: "text",
    x: nameWidth + (column + 0.5) * COUNT_PX,
    y: headHeight - 8,
    text: shortened(name),
    size: SMALL_PX,
    fill: colours.muted,
    isUpright: true,
  }));
  rows.forEach(({ name, cells }, row) => {
    const top = headHeight + row * ROW_PX;
    const middle = top + ROW_PX / 2;
    marks.push({ kind: "text", x: 0, y: middle, text: shortened(name), size: TEXT_PX, fill: colours.ink });
    cells.forEach(({ count, share, isRight }, column) => {
      const left = nameWidth + column * COUNT_PX;
      const fill = isRight ? colours.right : colours.wrong;
      if (count > 0) {
        marks.push({
          kind: "rectangle",
          x: left,
          y: top,
          width: COUNT_PX,
          height: ROW_PX,
          fill,
          opacity: Math.round(share * DEEPEST * 100) / 100,
        });
      }
      if (isRight) marks.push(...outline(left + 1, top + 1, COUNT_PX - 2, ROW_PX - 2, fill));
      if (count > 0) {
        marks.push({
          kind: "text",
          x: left + COUNT_PX / 2,
          y: middle,
          text: figure(count),
          size: TEXT_PX,
          weight: isRight ? 700 : 400,
          anchor: "middle",
          fill: colours.ink,
        });
      }
    });
  });
  for (let row = 0; row <= rows.length; row += 1) {
    const y = headHeight + row * ROW_PX;
    marks.push({ kind: "line", x1: 0, y1: y, x2: width, y2: y, stroke: colours.line, strokeWidth: 1 });
  }
  return { width, height, marks };
}

function outline(x: number, y: number, width: number, height: number, stroke: string): Mark[] {
  const line = (x1: number, y1: number, x2: number, y2: number): Mark => ({
    kind: "line",
    x1,
    y1,
    x2,
    y2,
    stroke,
    strokeWidth: 2,
  });
  return [
    line(x - 1, y, x + width + 1, y),
    line(x - 1, y + height, x + width + 1, y + height),
    line(x, y, x, y + height),
    line(x + width, y, x + width, y + height),
  ];
}
