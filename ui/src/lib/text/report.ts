/** What an import left out, and what was added, in words. */
import type { ImportPreview, ImportReport, Unit } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { countOf, figure } from "./format";

/** "2 duplicates", "1 blank line": only what there is. */
export function leftOut({ duplicates, blank, merged, problemCount }: ImportReport): string[] {
  const inputs = (count: number): { count: number; shown: string } => ({ count, shown: figure(count) });
  return [
    ...(duplicates > 0 ? [m.left_out_duplicates(inputs(duplicates))] : []),
    ...(merged > 0 ? [m.left_out_merged(inputs(merged))] : []),
    ...(blank > 0 ? [m.left_out_blank(inputs(blank))] : []),
    ...(problemCount > 0 ? [m.left_out_problems(inputs(problemCount))] : []),
  ];
}

/**
 * "12,480 words from 13,002 rows: 310 duplicates, 12 unreadable lines"; of a list that is too long to look
 * at as a whole what is in its first part.
 */
export function importCounts({ report, isEstimate, rowCount }: ImportPreview, unit: Unit): string {
  const counts = countsOf(report, unit);
  return isEstimate ? m.import_counts_first({ counts, rows: figure(rowCount) }) : counts;
}

function countsOf(report: ImportReport, unit: Unit): string {
  const inputs = {
    kept: countOf(unit, report.kept),
    rows: m.count_rows({ count: report.rows, shown: figure(report.rows) }),
  };
  const left = leftOut(report);
  return left.length === 0
    ? m.import_counts(inputs)
    : m.import_counts_left({ ...inputs, left: left.join(m.between_parts()) });
}

/** "Added 120 words; 14 were there already." */
export function addedText(unit: Unit, added: number, known: number): string {
  const what = countOf(unit, added);
  return known === 0 ? m.added({ what }) : m.added_and_known({ what, count: known, shown: figure(known) });
}
