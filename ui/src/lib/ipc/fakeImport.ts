/** Reads lists for the fake backend: simple, but it counts and reports as the engine does. */
import type { AppError, ImportOptions, ImportPreview, ListFormat } from "./bindings";

const ENCODINGS = ["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"];
const PREVIEW_ROWS = 100;
const LONGEST_CELL = 32_767;

export function appError(code: AppError["code"], message: string, detail = ""): AppError {
  return { code, message, detail };
}

function formatOf(name: string, text: string): ListFormat {
  if (name.endsWith(".csv")) return "csv";
  if (name.endsWith(".tsv")) return "tsv";
  if (name.endsWith(".txt")) return "text";
  const [first = ""] = text.split("\n");
  return first.includes("\t") ? "tsv" : "text";
}

function cellsOfLine(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index] ?? "";
    if (isQuoted && letter === '"' && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === separator && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  return [...cells, cell];
}

export interface ReadList {
  preview: ImportPreview;
  texts: string[];
  categories: string[];
}

export function readList(
  name: string,
  text: string,
  encoding: string,
  asked: ImportOptions | null,
): ReadList {
  if (text.includes("\u0000")) {
    throw appError("unreadable", `This is not a text file. Kindred reads .txt, .csv and .tsv lists: ${name}`);
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const format = asked?.format ?? formatOf(name, text);
  const separator = { text: "\u0000", csv: ",", tsv: "\t" }[format];
  const rows = lines.map((line) => cellsOfLine(line, separator));
  const width = Math.max(1, ...rows.slice(0, PREVIEW_ROWS).map((row) => row.length));
  const looksLikeHeader = format !== "text" && width > 1;
  const hasHeader = asked?.hasHeader ?? looksLikeHeader;
  const header = hasHeader ? (rows[0] ?? []) : [];
  const body = hasHeader ? rows.slice(1) : rows;
  const columns = Array.from({ length: width }, (_, index) => {
    const filled = body.map((row) => (row[index] ?? "").trim()).filter((cell) => cell !== "");
    return { name: header[index] ?? "", filled: filled.length, distinct: new Set(filled).size };
  });
  const category = columns.findIndex((column, index) => index > 0 && column.distinct < column.filled / 2);
  const options: ImportOptions = asked ?? {
    format,
    encoding,
    hasHeader,
    textColumn: 0,
    categoryColumn: category > 0 ? category : null,
  };

  const kept = new Map<string, string>();
  const report = {
    rows: 0,
    kept: 0,
    blank: 0,
    duplicates: 0,
    problemCount: 0,
    problems: [] as ImportPreview["report"]["problems"],
  };
  body.forEach((row, index) => {
    const cell = (row[options.textColumn] ?? "").trim();
    report.rows += 1;
    if (cell === "") report.blank += 1;
    else if (cell.includes("\ufffd") || cell.length > LONGEST_CELL) {
      report.problems.push({
        line: index + (hasHeader ? 2 : 1),
        message: cell.includes("\ufffd")
          ? "these letters are not valid in this encoding"
          : "the text is too long",
      });
    } else if (kept.has(cell)) report.duplicates += 1;
    else kept.set(cell, options.categoryColumn === null ? "" : (row[options.categoryColumn] ?? "").trim());
  });
  report.kept = kept.size;
  report.problemCount = report.problems.length;
  return {
    preview: {
      sourceName: name,
      options,
      encodings: ENCODINGS,
      columns,
      rows: body.slice(0, PREVIEW_ROWS),
      rowCount: body.length,
      report,
    },
    texts: [...kept.keys()],
    categories: options.categoryColumn === null ? [] : [...kept.values()],
  };
}
