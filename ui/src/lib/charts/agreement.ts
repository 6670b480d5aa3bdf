/** What the machine mistakes for what, as a table. Pure. */
import type { Agreement } from "$lib/ipc/bindings";

export interface AgreementCell {
  count: number;
  /** Of its row, 0 to 1. */
  share: number;
  /** The machine agrees here. */
  isRight: boolean;
}

export interface AgreementRow {
  name: string;
  total: number;
  cells: AgreementCell[];
}

export interface Mistake {
  row: number;
  column: number;
  count: number;
}

export function agreementRows({ rows, columns, rightColumn, counts }: Agreement): AgreementRow[] {
  return rows.map((name, row) => {
    const own = counts.slice(row * columns.length, (row + 1) * columns.length);
    const total = own.reduce((sum, count) => sum + count, 0);
    const cells = own.map((count, column) => ({
      count,
      share: total === 0 ? 0 : count / total,
      isRight: rightColumn[row] === column,
    }));
    return { name, total, cells };
  });
}

/** The most frequent first, equal ones in the order of the table. */
export function mistakes({ columns, rightColumn, counts }: Agreement, most: number): Mistake[] {
  return counts
    .map((count, index) => ({
      row: Math.floor(index / columns.length),
      column: index % columns.length,
      count,
    }))
    .filter(({ row, column, count }) => count > 0 && rightColumn[row] !== column)
    .sort((a, b) => b.count - a.count || a.row - b.row || a.column - b.column)
    .slice(0, most);
}
