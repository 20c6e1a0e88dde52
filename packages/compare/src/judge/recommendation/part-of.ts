import type { DatasetReport } from "../../results.ts";

/** How the same command runs the rest; a verb follows. */
export const furtherTime = "without its time limit (--quick or --budget), or with a longer one,";

/**
 * "200 of 768 rows were drawn, 3 of 5 folds of the first seed are complete": how far a run has come, where that isn't the end.
 *
 * @returns null where nothing is missing
 */
export function partOf({
  rows,
  drawnFrom,
  folds,
  seeds,
}: Pick<DatasetReport, "rows" | "drawnFrom" | "folds" | "seeds">): string | null {
  const parts: string[] = [];
  if (drawnFrom !== undefined) parts.push(`${rows} of ${drawnFrom} rows were drawn`);
  const [complete, planned] = [seeds.complete.length, seeds.planned.length];
  if (folds.complete.length < folds.planned)
    parts.push(`${folds.complete.length} of ${folds.planned} folds of the first seed are complete`);
  else if (complete < planned)
    parts.push(`${complete} of ${planned} seeds ${complete === 1 ? "is" : "are"} complete`);
  return parts.length === 0 ? null : parts.join(", ");
}
