import type { Keep } from "../../model/choose.ts";
import type { PlannedCandidate } from "../../plan/candidate.ts";
import type { Subject } from "../../plan/prepared.ts";
import { chooseReferences, referenceNamed } from "../../plan/trained-references.ts";
import type { Settings } from "../../results.ts";
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
  candidates: readonly PlannedCandidate[],
  subjects: readonly Subject[],
): string[] {
  if (keep === "auto") return [];
  const { id } = referenceNamed[keep];
  if (!candidates.some((candidate) => candidate.id === id)) {
    const [why] = settings.references.includes(keep)
      ? chooseReferences({ ...settings, references: [keep] }).notes
      : [];
    throw new UsageError(
      `--keep ${keep}: expected ${keep} among the references, got ${why === undefined ? `--references ${settings.references.join(",") || "none"}` : why.text}`,
    );
  }
  if (keep !== "trees") return [];
  const said: string[] = [];
  for (const { name, dataset } of subjects) {
    if (dataset.features.every(({ kind }) => kind === "text"))
      throw new UsageError(`--keep trees: expected an input of ${name} that is no free text, got none`);
    said.push(...leftOutByTrees(dataset).map(({ text }) => `${name}: ${text}`));
  }
  return said;
}
