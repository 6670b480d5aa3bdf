/** What an import left out, in words. */
import type { ImportReport } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { figure } from "./format";

/** "2 duplicates", "1 blank line": only what there is. */
export function leftOut({ duplicates, blank, problemCount }: ImportReport): string[] {
  const inputs = (count: number): { count: number; shown: string } => ({ count, shown: figure(count) });
  return [
    ...(duplicates > 0 ? [m.left_out_duplicates(inputs(duplicates))] : []),
    ...(blank > 0 ? [m.left_out_blank(inputs(blank))] : []),
    ...(problemCount > 0 ? [m.left_out_problems(inputs(problemCount))] : []),
  ];
}
