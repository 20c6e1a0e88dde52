import { didYouMean, rangeError } from "minimand/engine";
import type { Settings, Task } from "../results.ts";
import { traitsOf } from "../task.ts";
import { aggregateCandidates } from "./aggregate.ts";
import {
  type Candidate,
  type ComparedLoss,
  isMethod,
  type Method,
  type MethodOfLoss,
  type PlannedCandidate,
} from "./candidate.ts";
import { classificationCandidates } from "./classification.ts";
import { distillationCandidates } from "./distillation.ts";
import { lastLayerCandidates } from "./last-layer.ts";
import { methods, withLoss } from "./methods.ts";
import { preferenceCandidates } from "./preference.ts";
import { regressionCandidates } from "./regression.ts";
import { linearReference, trainedReferences, treesReference } from "./trained-references.ts";
import { unlabeledCandidates } from "./unlabeled.ts";

/** Every loss of the comparison. */
export const candidates: readonly ComparedLoss[] = [
  ...classificationCandidates,
  ...lastLayerCandidates,
  ...distillationCandidates,
  ...unlabeledCandidates,
  ...regressionCandidates,
  ...aggregateCandidates,
  ...preferenceCandidates,
];

/** Rows shown next to the losses. They are not trained on their own. */
export const references = {
  majority: { id: "majority-class", label: "Majority class", formula: "the most frequent training class" },
  coin: { id: "no-preference", label: "No preference", formula: "either response with probability 1/2" },
  mean: { id: "mean-target", label: "Mean of the target", formula: "the mean of the training targets" },
  threshold: {
    id: "cross-entropy-threshold",
    label: "Cross-entropy, tuned threshold",
    formula: "cross-entropy; the threshold on p_1 that is best on the inner validation part",
  },
  validation: {
    id: "chosen-by-validation",
    label: "Loss chosen by validation",
    formula: "on each fold the candidate that is best on the inner validation part",
  },
  ensemble: {
    id: "ensemble",
    label: "Ensemble of baseline, linear model and trees",
    formula: "mean of the members, by the greedy weights that are best on the other folds",
  },
} as const;

/** What may be kept in place of the recommended loss: names that it is asked for with, and ids. */
export const keepable = {
  linear: linearReference.id,
  trees: treesReference.id,
  ensemble: references.ensemble.id,
} as const;

/** References without trials of their own: they are made of the finished trials of others. */
export const madeOfOthers: ReadonlySet<string> = new Set([references.validation.id, references.ensemble.id]);

/** What decides the baseline: without bags the usual one of the task. */
export type BaselineSettings = Pick<Settings, "baseline"> & Partial<Pick<Settings, "bagColumn">>;

/** Returns every loss of the comparison, and those among one's own candidates. */
export function lossesWith(own: readonly Candidate[]): ComparedLoss[] {
  return [...candidates, ...own.filter((c): c is ComparedLoss => !isMethod(c))];
}

/** Returns every optimizer and step of the comparison, and those among one's own candidates. */
export function methodsWith(own: readonly Candidate[]): Method[] {
  return [...methods, ...own.filter(isMethod)];
}

/** Returns the id of the loss that the others are measured against. */
export function baselineFor(
  { baseline, bagColumn = null }: BaselineSettings,
  task: Task,
  own: readonly Candidate[] = [],
): string {
  if (baseline !== "auto") candidateById(baseline, task, "baseline", own);
  return baselineIdOf({ baseline, bagColumn }, task);
}

/** The same where it is known that there is such a loss, one's own included. */
export function baselineIdOf({ baseline, bagColumn = null }: BaselineSettings, task: Task): string {
  if (baseline !== "auto") return baseline;
  if (bagColumn !== null) return "bag-level";
  return traitsOf[task].baseline;
}

/** Returns the loss of a name, for a task; a RangeError says which there are. */
export function candidateById(
  id: string,
  task: Task,
  argument = "losses",
  own: readonly Candidate[] = [],
): ComparedLoss {
  const losses = lossesWith(own);
  const found = losses.find((c) => c.id === id && c.tasks.includes(task));
  if (found !== undefined) return found;
  const elsewhere = losses.find((c) => c.id === id);
  const ids = losses.filter((c) => c.tasks.includes(task)).map((c) => c.id);
  const hint =
    elsewhere === undefined ? didYouMean(id, ids) : `, which is for ${elsewhere.tasks.join(" and ")}`;
  throw new RangeError(
    `${rangeError(argument, `losses for ${task} (minimand losses lists them)`, id).message}${hint}`,
  );
}

/** Returns what a trial runs: a reference that is trained, or else as {@link candidateFor}. */
export function plannedFor(
  id: string,
  task: Task,
  settings: BaselineSettings,
  own: readonly Candidate[] = [],
): PlannedCandidate {
  return trainedReferences.find((r) => r.id === id) ?? candidateFor(id, task, settings, own);
}

/** Returns what is compared by a name: the loss, or the method with the loss of the baseline. */
export function candidateFor(
  id: string,
  task: Task,
  settings: BaselineSettings,
  own: readonly Candidate[] = [],
): ComparedLoss | MethodOfLoss {
  const method = methodsWith(own).find((m) => m.id === id);
  if (method === undefined) return candidateById(id, task, "losses", own);
  return withLoss(method, candidateById(baselineFor(settings, task, own), task, "baseline", own));
}
