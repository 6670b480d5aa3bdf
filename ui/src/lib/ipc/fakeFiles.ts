/** Files to design the import with: `?open=/lists/NAME` is what the dialog for opening answers. */
import { words } from "./fakeLists";

const KINDS = ["fruit", "country", "company"];
const LONG =
  "The committee met on the second Tuesday of the month and talked at length about the heating of the reading room. It was agreed that nothing can be done before spring. ";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function table(rows: number, columns: number): string {
  const list = words();
  const header = range(columns).map((column) => (column === 1 ? "word" : `question ${column + 1}`));
  const body = range(rows).map((row) =>
    range(columns)
      .map((column) => (column === 1 ? list[row % list.length] : `${KINDS[(row + column) % 3]} ${row % 7}`))
      .join(","),
  );
  return [header.join(","), ...body].join("\n");
}

function variants(): string {
  const list = words().slice(0, 120);
  return list
    .flatMap((word, index) => [
      word,
      ...(index % 5 === 0 ? [word.toUpperCase()] : []),
      ...(index % 9 === 0 ? [`${word}s`] : []),
      ...(index % 13 === 0 ? [`${word}!`] : []),
    ])
    .join("\n");
}

export const FILES: Record<string, string> = {
  "/lists/survey.csv":
    "answer,kind\napple,fruit\nJamaica,country\napple,fruit\n,\nGoogle,company\nPeru,country\npear,fruit\nplum,fruit",
  "/lists/caf\u00e9.txt": "caf\u00e9\ncr\u00e8me\nna\u00efve",
  "/lists/four.csv": [
    "word,kind,count,note",
    ...words().map(
      (word, row) => `${row % 11 === 3 ? "" : word},${KINDS[row % 3]},${(row * 7) % 90},seen on page ${row}`,
    ),
    ...words()
      .slice(0, 40)
      .map((word) => `${word.toUpperCase()},fruit,3,again`),
  ].join("\n"),
  "/lists/forty.csv": table(240, 40),
  "/lists/many.csv": table(120, 400),
  "/lists/long.csv": [
    "id,answer,kind",
    ...range(60).map((row) => `${row},"${LONG.repeat(row % 6 === 0 ? 8 : 1)}${row}",${KINDS[row % 3]}`),
  ].join("\n"),
  "/lists/variants.txt": variants(),
  "/lists/nothing.csv": `word,kind\n${",fruit\n".repeat(30)}`,
  "/lists/problems.txt": words()
    .slice(0, 90)
    .map((word, row) => (row % 4 === 0 ? `${word}\ufffd` : word))
    .join("\n"),
  "/lists/sheets.xlsx": `# Answers\nword\tkind\n${words()
    .map((word, row) => `${word}\t${KINDS[row % 3]}`)
    .join("\n")}\n# Notes\nremark\nnone so far\nask again\n`,
  "/lists/vectors.npy": words().join("\n"),
  "/lists/unit/one.txt": words().slice(0, 40).join("\n"),
  "/lists/unit/two.txt": words().slice(30, 90).join("\n"),
};
