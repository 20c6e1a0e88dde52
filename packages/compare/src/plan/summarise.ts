import type { CandidateSummary, Task } from "../results.ts";
import { traitsOf } from "../task.ts";
import { isTrees, type PlannedCandidate, roleOf } from "./candidate.ts";
import { references } from "./candidates.ts";
import { countsOf, firstOf, gridOf } from "./grid.ts";

/** Returns what `results.json` says of the losses and references that ran. */
export function summarise(
  chosen: readonly PlannedCandidate[],
  task: Task,
  configurations: number,
): CandidateSummary[] {
  const losses = chosen.map((c): CandidateSummary => {
    return {
      id: c.id,
      label: c.label,
      kind: roleOf(c),
      ...(c.paper === undefined ? {} : { paper: c.paper }),
      formula: c.formula,
      ...("tasks" in c && c.extensionOn?.includes(task) ? { extension: true } : {}),
      ...triedBy(c, configurations),
      ...(c.origin && { origin: c.origin }),
    };
  });
  const hasThreshold = chosen.some((c) => c.id === "cross-entropy");
  const rows: (typeof references)[keyof typeof references][] = [references[traitsOf[task].constant]];
  if (hasThreshold && task === "binary") rows.push(references.threshold);
  if (losses.filter(({ kind }) => kind !== "reference").length > 1) rows.push(references.validation);
  return [...losses, ...rows.map((r): CandidateSummary => ({ ...r, kind: "reference", grid: [] }))];
}

/** What tuning tries: a library has settings of its own. */
function triedBy(c: PlannedCandidate, n: number): Pick<CandidateSummary, "grid" | "configurations"> {
  if (isTrees(c)) return { grid: [...c.grid], configurations: { least: c.grid.length, most: c.grid.length } };
  const grid = gridOf(c, n);
  return { grid: firstOf(grid), configurations: countsOf(grid) };
}
