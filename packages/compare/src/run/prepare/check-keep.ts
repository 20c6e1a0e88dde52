import type { Keep } from "../../model/choose.ts";
import type { PlannedCandidate } from "../../plan/candidate.ts";
import { keepable } from "../../plan/candidates.ts";
import type { Subject } from "../../plan/prepared.ts";
import { chooseReferences } from "../../plan/trained-references.ts";
import type { CandidateSummary, Settings } from "../../results.ts";
import { leftOutByTrees } from "../../train/references/tree-columns.ts";
import { UsageError } from "../../usage-error.ts";

/**
 * Looks at the model that is to be kept before anything is trained.
 *
 * @returns which columns it will be without
 * @throws UsageError in one line where it can't be had: it isn't compared, or there is nothing that it could learn from
 */
export function checkKeep(
  keep: Keep,
  settings: Settings,
  {
    candidates,
    summaries,
  }: { candidates: readonly PlannedCandidate[]; summaries: readonly CandidateSummary[] },
  subjects: readonly Subject[],
): string[] {
  if (keep === "auto") return [];
  if (keep === "ensemble") {
    if (!summaries.some(({ id }) => id === keepable.ensemble))
      throw new UsageError(
        `--keep ensemble: expected classes or numbers tested by folds, and references, got ${whyNoEnsemble(settings, subjects)}`,
      );
  } else if (!candidates.some(({ id }) => id === keepable[keep])) {
    const [why] = settings.references.includes(keep)
      ? chooseReferences({ ...settings, references: [keep] }).notes
      : [];
    throw new UsageError(
      `--keep ${keep}: expected ${keep} among the references, got ${why === undefined ? `--references ${settings.references.join(",") || "none"}` : why.text}`,
    );
  }
  const hasTrees = candidates.some(({ id }) => id === keepable.trees);
  if (keep === "linear" || !hasTrees) return [];
  const said: string[] = [];
  for (const { name, dataset } of subjects) {
    if (dataset.features.every(({ kind }) => kind === "text"))
      throw new UsageError(`--keep ${keep}: expected an input of ${name} that is no free text, got none`);
    said.push(...leftOutByTrees(dataset).map(({ text }) => `${name}: ${text}`));
  }
  return said;
}

/** What the ensemble is left out for. */
function whyNoEnsemble({ test, time, references }: Settings, subjects: readonly Subject[]): string {
  if (test !== null) return "--test";
  if (time !== null) return "--time";
  if (subjects.some(({ dataset }) => dataset.pairs !== undefined)) return "pairs (--task preference)";
  if (subjects.some(({ dataset }) => dataset.bags === true)) return "--bag-column";
  return `--references ${references.join(",") || "none"}`;
}
