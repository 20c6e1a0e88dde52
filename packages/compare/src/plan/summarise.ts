import type { CandidateSummary, Settings, Task } from "../results.ts";
import { traitsOf } from "../task.ts";
import { isTrees, type PlannedCandidate, roleOf } from "./candidate.ts";
import { references } from "./candidates.ts";
import { countsOf, firstOf, gridOf } from "./grid.ts";
import { linearReference, treesReference } from "./trained-references.ts";

/** Returns what `results.json` says of the losses and references that run. */
export function summarise(
  chosen: readonly PlannedCandidate[],
  task: Task,
  settings: Pick<Settings, "configurations" | "test" | "time">,
): CandidateSummary[] {
  const losses = chosen.map((c): CandidateSummary => {
    return {
      id: c.id,
      label: c.label,
      kind: roleOf(c),
      ...(c.paper === undefined ? {} : { paper: c.paper }),
      formula: c.formula,
      ...("tasks" in c && c.extensionOn?.includes(task) ? { extension: true } : {}),
      ...triedBy(c, settings.configurations),
      ...(c.origin && { origin: c.origin }),
    };
  });
  const hasThreshold = chosen.some((c) => c.id === "cross-entropy");
  const rows: Pick<CandidateSummary, "id" | "label" | "formula">[] = [references[traitsOf[task].constant]];
  if (hasThreshold && task === "binary") rows.push(references.threshold);
  if (losses.filter(({ kind }) => kind !== "reference").length > 1) rows.push(references.validation);
  const partners = chosen.flatMap(({ id }) => partnerNames[id] ?? []);
  const hasFolds = settings.test === null && settings.time === null;
  if (partners.length > 0 && hasFolds && task !== "preference")
    rows.push({ ...references.ensemble, label: `Ensemble of ${listed.format(["baseline", ...partners])}` });
  return [...losses, ...rows.map((r): CandidateSummary => ({ ...r, kind: "reference", grid: [] }))];
}

const listed = new Intl.ListFormat("en-GB");

const partnerNames: Record<string, string> = {
  [linearReference.id]: "linear model",
  [treesReference.id]: "trees",
};

/** What tuning tries: a library has settings of its own. */
function triedBy(c: PlannedCandidate, n: number): Pick<CandidateSummary, "grid" | "configurations"> {
  if (isTrees(c)) return { grid: [...c.grid], configurations: { least: c.grid.length, most: c.grid.length } };
  const grid = gridOf(c, n);
  return { grid: firstOf(grid), configurations: countsOf(grid) };
}
