import {
  chooseReferences,
  type Keep,
  leftOutByTrees,
  type PlannedCandidate,
  referenceNamed,
  type Settings,
  type Subject,
} from "@minimand/compare";
import { Option } from "commander";
import { UsageError } from "../failure.ts";

/** `--keep` of `compare`. */
export const keepOption = (): Option =>
  new Option(
    "--keep <model>",
    "the model to keep: auto (the loss that is recommended), or a reference, linear or trees",
  )
    .choices(["auto", ...Object.keys(referenceNamed)])
    .default("auto", "auto");

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
