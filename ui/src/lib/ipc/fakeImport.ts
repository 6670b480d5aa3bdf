/** Reads lists for the fake backend: simple, but it counts, merges and reports as the engine does. */
import type {
  AppError,
  Sentence,
  ImportOptions,
  ImportPreview,
  ImportReport,
  ListFormat,
  Split,
  TablePreview,
  Variant,
  VariantCount,
} from "./bindings";

const ENCODINGS = ["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"];
const DELIMITERS = [",", ";", "\t", "|"];
const PREVIEW_ROWS = 100;
/** No list has this column: the columns are found out anew. */
const NO_COLUMN = 0xffffffff;
const LONGEST_CELL = 32_767;
/** About as much as the usual model reads. */
const LONG_TEXT = 1000;
const SHOWN_EXAMPLES = 20;

export function appError(code: AppError["code"], message: string, detail = ""): AppError {
  return { code, message: spoken(message), detail };
}

/** A sentence of the made-up engine, said the same in every language. */
export function spoken(text: string): Sentence {
  return { pattern: "{text}", values: [{ name: "text", part: { kind: "text", text } }] };
}

/** A file on the made-up disk, or what stands for one. */
export interface RawFile {
  name: string;
  text: string;
  encoding: string;
}

export interface ReadList {
  preview: ImportPreview;
  texts: string[];
  categories: string[];
  /** Of every text the topic it came with, "" for none; empty when the list has none. */
  topics: string[];
}

/** Rows of one file, with the line each begins on; before a header is taken off. */
interface Table {
  names: string[] | null;
  rows: { line: number; cells: string[] }[];
}

const FORMAT_BY_ENDING: Record<string, ListFormat> = {
  txt: "text",
  csv: "csv",
  tsv: "tsv",
  json: "json",
  jsonl: "jsonLines",
  md: "markdown",
  html: "html",
  xlsx: "spreadsheet",
  docx: "document",
  parquet: "parquet",
  npy: "vectors",
};

function formatOf({ name, text }: RawFile): ListFormat {
  const known = FORMAT_BY_ENDING[name.split(".").at(-1) ?? ""];
  if (known) return known;
  const [first = ""] = text.split("\n");
  return first.includes("\t") ? "tsv" : "text";
}

function cellsOfLine(line: string, separator: string, quote: string | null): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index] ?? "";
    if (isQuoted && letter === quote && line[index + 1] === quote) {
      cell += letter;
      index += 1;
    } else if (letter === quote) isQuoted = !isQuoted;
    else if (letter === separator && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  return [...cells, cell];
}

const plainCell = (value: unknown): string =>
  typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);

/** Texts, or objects whose keys are the columns. */
function tableOfValues(values: unknown[]): Table {
  const names = [
    ...new Set(
      values.flatMap((value) => (typeof value === "object" && value !== null ? Object.keys(value) : [])),
    ),
  ];
  return {
    names: names.length > 0 ? names : null,
    rows: values.map((value, index) => ({
      line: index + 1,
      cells:
        typeof value === "object" && value !== null
          ? names.map((name) => plainCell((value as Record<string, unknown>)[name]))
          : [plainCell(value)],
    })),
  };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw appError("unreadable", `This is not the JSON that Kindred reads: ${name}`);
  }
}

/** Sheets of the made-up spreadsheets: "# name" begins one, cells stand between tabs. */
function sheetsOf(text: string): { name: string; body: string }[] {
  return text
    .split(/^# /m)
    .filter((part) => part !== "")
    .map((part) => {
      const [name = "", ...body] = part.split("\n");
      return { name, body: body.join("\n") };
    });
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function tableOf(file: RawFile, options: ImportOptions): Table {
  const { format, delimiter, quote, hasHeader } = options;
  if (format === "json") {
    const value = parsed(file.text, file.name);
    return tableOfValues(Array.isArray(value) ? value : [value]);
  }
  if (format === "jsonLines") {
    return tableOfValues(linesOf(file.text).map((line) => parsed(line, file.name)));
  }
  const text = format === "spreadsheet" ? (sheetsOf(file.text)[options.table]?.body ?? "") : file.text;
  const separator = format === "csv" ? delimiter : format === "tsv" || format === "spreadsheet" ? "\t" : "\0";
  const mark = format === "csv" || format === "tsv" ? quote : null;
  const rows = linesOf(text).map((line, index) => ({
    line: index + 1,
    cells: cellsOfLine(line, separator, mark),
  }));
  return hasHeader ? { names: rows[0]?.cells ?? [], rows: rows.slice(1) } : { names: null, rows };
}

/** What the columns are for where there is one. */
const ONE_COLUMN = {
  textColumn: 0,
  categoryColumn: null,
  countColumn: null,
  topicColumn: null,
  pinnedColumn: null,
  keptColumns: [],
};

/** Finds out how a list wants to be read. */
function recognised(file: RawFile): ImportOptions {
  const format = formatOf(file);
  const [first = ""] = file.text.split("\n");
  const counts = DELIMITERS.map((delimiter) => first.split(delimiter).length);
  const options: ImportOptions = {
    format,
    encoding: file.encoding,
    delimiter: DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",",
    quote: '"',
    table: 0,
    hasHeader: false,
    ...ONE_COLUMN,
    split: "whole",
    merged: [],
  };
  const hasColumns = format === "csv" || format === "tsv" || format === "spreadsheet";
  return withColumns(file, options, hasColumns);
}

/** Finds out what the columns are for. */
function withColumns(file: RawFile, options: ImportOptions, hasColumns: boolean): ImportOptions {
  const { names, rows } = tableOf(file, { ...options, hasHeader: hasColumns });
  const width = Math.max(1, ...rows.slice(0, PREVIEW_ROWS).map(({ cells }) => cells.length));
  if (width === 1) return { ...options, ...ONE_COLUMN, hasHeader: false };
  const cellsOf = (column: number): string[] =>
    rows.map(({ cells }) => (cells[column] ?? "").trim()).filter((cell) => cell !== "");
  const called = (...wanted: string[]): number | null => {
    const at = (names ?? []).findIndex((name) => wanted.includes(name.trim().toLowerCase()));
    return at < 0 ? null : at;
  };
  const columns = Array.from({ length: width }, (_, column) => column);
  const isNumber = (cell: string): boolean => cell !== "" && !Number.isNaN(Number(cell));
  const textColumn =
    called("word", "text", "answer") ?? columns.find((column) => !cellsOf(column).every(isNumber)) ?? 0;
  const countColumn = called("count", "frequency");
  const topicColumn = called("topic");
  const pinnedColumn = called("pinned");
  const taken = new Set([textColumn, countColumn, topicColumn, pinnedColumn]);
  const categoryColumn =
    columns.find((column) => {
      const cells = cellsOf(column);
      return !taken.has(column) && !cells.every(isNumber) && new Set(cells).size < cells.length / 2;
    }) ?? null;
  taken.add(categoryColumn);
  return {
    ...options,
    hasHeader: hasColumns,
    textColumn,
    categoryColumn,
    countColumn,
    topicColumn,
    pinnedColumn,
    keptColumns: columns.filter((column) => !taken.has(column)),
  };
}

function pieces(cell: string, split: Split): string[] {
  switch (split) {
    case "whole":
      return [cell];
    case "lines":
      return cell.split("\n");
    case "sentences":
      return cell.split(/(?<=[.!?])\s+/);
    case "words":
      return cell.split(/[^\p{L}\p{N}'-]+/u).filter((word) => word !== "");
  }
}

/** What is left of a text once a kind of difference is taken away. */
const WITHOUT: Record<Variant, (text: string) => string> = {
  case: (text) => text.toLowerCase(),
  spaces: (text) => text.replace(/\s+/g, ""),
  punctuation: (text) => text.replace(/[\p{P}\p{S}]+/gu, ""),
  plural: (text) => text.replace(/(?<=\p{L}{3})s\b/gu, ""),
  accents: (text) => text.normalize("NFD").replace(/\p{M}+/gu, ""),
};
const VARIANTS: Variant[] = ["case", "spaces", "punctuation", "plural", "accents"];

interface Found {
  text: string;
  line: number;
  /** How often it stands in the list. */
  count: number;
  category: string;
  topic: string;
}

/** Texts that are the same but for these differences, the most frequent one first. */
function groupsOf(items: readonly Found[], kinds: readonly Variant[]): Found[][] {
  const groups = new Map<string, Found[]>();
  for (const item of items) {
    const key = VARIANTS.filter((kind) => kinds.includes(kind)).reduce(
      (text, kind) => WITHOUT[kind](text),
      item.text,
    );
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()].map((group) => {
    const most = Math.max(...group.map(({ count }) => count));
    const first = group.find(({ count }) => count === most);
    return first ? [first, ...group.filter((item) => item !== first)] : group;
  });
}

function variantsOf(items: readonly Found[]): VariantCount[] {
  return VARIANTS.flatMap((variant) => {
    const groups = groupsOf(items, [variant]).filter((group) => group.length > 1);
    if (groups.length === 0) return [];
    const examples = groups.slice(0, SHOWN_EXAMPLES).map(([kept, ...others]) => ({
      kept: kept?.text ?? "",
      others: others.map(({ text }) => text),
    }));
    return [{ variant, items: groups.reduce((sum, group) => sum + group.length - 1, 0), examples }];
  });
}

/** Reads files one after the other, as the first of them wants to be read or as the person said. */
export function readList(name: string, files: readonly RawFile[], asked: ImportOptions | null): ReadList {
  const [first] = files;
  if (!first) throw appError("nothingToImport", `There is no list in this folder: ${name}`);
  for (const file of files) {
    if (file.text === "") throw appError("nothingToImport", `The file is empty: ${file.name}`);
    if (file.text.includes("\u0000")) {
      throw appError("unreadable", `This is not a list that Kindred can read: ${file.name}`);
    }
  }
  const isShaped = asked?.textColumn === NO_COLUMN;
  const options = isShaped
    ? withColumns(first, asked, asked.format !== "text")
    : (asked ?? recognised(first));
  const isAsFirst = (file: RawFile): boolean => formatOf(file) === formatOf(first);
  const read = files.map((file) => tableOf(file, isAsFirst(file) ? options : recognised(file)));
  const body = read.flatMap(({ rows }) => rows);
  const header = read[0]?.names ?? [];
  const width = body.slice(0, PREVIEW_ROWS).reduce((most, { cells }) => Math.max(most, cells.length), 1);
  const columns = Array.from({ length: width }, (_, index) => {
    const filled = body.map(({ cells }) => (cells[index] ?? "").trim()).filter((cell) => cell !== "");
    return {
      name: header[index] ?? `Column ${index + 1}`,
      filled: filled.length,
      distinct: new Set(filled).size,
    };
  });

  const found = new Map<string, Found>();
  const report: ImportReport = {
    rows: 0,
    kept: 0,
    blank: 0,
    duplicates: 0,
    merged: 0,
    merges: [],
    problemCount: 0,
    problems: [],
  };
  const cellOf = (cells: readonly string[], column: number | null): string =>
    column === null ? "" : (cells[column] ?? "").trim();
  for (const { line, cells } of body) {
    for (const piece of pieces(cellOf(cells, options.textColumn), options.split)) {
      const text = piece.trim();
      const known = found.get(text);
      report.rows += 1;
      if (text === "") report.blank += 1;
      else if (text.includes("\ufffd") || text.length > LONGEST_CELL) {
        report.problems.push({
          line,
          message: spoken(
            text.includes("\ufffd")
              ? `Line ${line} has letters that are not valid in this encoding.`
              : `Line ${line} holds a text that is too long.`,
          ),
        });
      } else if (known) {
        report.duplicates += 1;
        known.count += 1;
      } else {
        found.set(text, {
          text,
          line,
          count: Number(cellOf(cells, options.countColumn)) || 1,
          category: cellOf(cells, options.categoryColumn),
          topic: cellOf(cells, options.topicColumn),
        });
      }
    }
  }
  const items = [...found.values()];
  const groups = options.merged.length > 0 ? groupsOf(items, options.merged) : items.map((item) => [item]);
  const kept = groups.flatMap((group) => group.slice(0, 1));
  for (const [into, ...others] of groups) {
    for (const { line, text } of others) report.merges.push({ line, text, into: into?.text ?? "" });
  }
  report.kept = kept.length;
  report.merged = report.merges.length;
  report.problemCount = report.problems.length;
  const tables: TablePreview[] =
    options.format === "spreadsheet"
      ? sheetsOf(first.text).map(({ name: sheet, body: cells }) => ({
          name: sheet,
          rows: linesOf(cells).length,
        }))
      : [];
  return {
    preview: {
      sourceName: name,
      files: files.length,
      tables,
      delimiters: options.format === "csv" ? DELIMITERS : [],
      variants: variantsOf(items),
      longTexts: kept.filter(({ text }) => text.length > LONG_TEXT).length,
      vectorDim: options.format === "vectors" ? 384 : null,
      options,
      encodings: ENCODINGS,
      columns,
      rows: body.slice(0, PREVIEW_ROWS).map(({ cells }) => cells),
      rowCount: body.length,
      isEstimate: false,
      report,
    },
    texts: kept.map(({ text }) => text),
    categories: options.categoryColumn === null ? [] : kept.map(({ category }) => category),
    topics: options.topicColumn === null ? [] : kept.map(({ topic }) => topic),
  };
}
