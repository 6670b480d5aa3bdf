/** What the columns of a list are for. Exactly one holds the texts; a role that only one column can have goes from one to the other. */
import type { ImportOptions } from "$lib/ipc/bindings";

export type ColumnRole = "text" | "category" | "topic" | "pinned" | "count" | "kept" | "none";

/** Roles in the order they are offered; all but the last two belong to one column at most. */
export const COLUMN_ROLES: readonly ColumnRole[] = [
  "text",
  "category",
  "topic",
  "pinned",
  "count",
  "kept",
  "none",
];

/** The column that has a role, for roles that a list can do without. */
export type OptionalRole = "category" | "topic" | "pinned" | "count";

export function columnOf(options: ImportOptions, role: OptionalRole): number | null {
  switch (role) {
    case "category":
      return options.categoryColumn;
    case "topic":
      return options.topicColumn;
    case "pinned":
      return options.pinnedColumn;
    case "count":
      return options.countColumn;
  }
}

export function roleOf(options: ImportOptions, column: number): ColumnRole {
  if (column === options.textColumn) return "text";
  if (column === options.categoryColumn) return "category";
  if (column === options.topicColumn) return "topic";
  if (column === options.pinnedColumn) return "pinned";
  if (column === options.countColumn) return "count";
  return options.keptColumns.includes(column) ? "kept" : "none";
}

/** Whether a column may have a role: there is always one with the texts, and pins need topics. */
export function canBe(options: ImportOptions, column: number, role: ColumnRole): boolean {
  const now = roleOf(options, column);
  if (now === "text") return role === "text";
  return role !== "pinned" || (options.topicColumn !== null && now !== "topic");
}

/** What has to change for a column to have this role. Who had it before is kept. */
export function withRole(options: ImportOptions, column: number, role: ColumnRole): Partial<ImportOptions> {
  if (!canBe(options, column, role) || roleOf(options, column) === role) return {};
  const taken = (at: number | null): number | null => (at === column ? null : at);
  const kept = new Set(options.keptColumns);
  kept.delete(column);
  const changes = {
    textColumn: options.textColumn,
    categoryColumn: taken(options.categoryColumn),
    topicColumn: taken(options.topicColumn),
    pinnedColumn: taken(options.pinnedColumn),
    countColumn: taken(options.countColumn),
  };
  const give = (before: number | null): void => {
    if (before !== null && before !== column) kept.add(before);
  };
  switch (role) {
    case "text":
      give(options.textColumn);
      changes.textColumn = column;
      break;
    case "category":
      give(options.categoryColumn);
      changes.categoryColumn = column;
      break;
    case "topic":
      give(options.topicColumn);
      changes.topicColumn = column;
      break;
    case "pinned":
      give(options.pinnedColumn);
      changes.pinnedColumn = column;
      break;
    case "count":
      give(options.countColumn);
      changes.countColumn = column;
      break;
    case "kept":
      kept.add(column);
      break;
    case "none":
      break;
  }
  if (changes.topicColumn === null && changes.pinnedColumn !== null) {
    kept.add(changes.pinnedColumn);
    changes.pinnedColumn = null;
  }
  return { ...changes, keptColumns: [...kept].sort((a, b) => a - b) };
}

/** Columns that have no use but to be kept. */
export function otherColumns(options: ImportOptions, count: number): number[] {
  return Array.from({ length: count }, (_, column) => column).filter((column) => {
    const role = roleOf(options, column);
    return role === "kept" || role === "none";
  });
}
