import { references } from "../plan/candidates.ts";
import type { TrialSpec } from "../plan/trials.ts";
import type { Task } from "../results.ts";
import { floatName, namesOfWidth } from "./quantization/run-quantised.ts";

/** Returns what the records of a trial are of: its candidate, and references that fall out of it; of a quantised network each width. */
export function namesOfTrial({ candidate, quantise }: TrialSpec, task: Task): string[] {
  if (quantise !== undefined) {
    const widths = quantise.widths.map(namesOfWidth);
    return [floatName, ...widths.flatMap(({ final, rounded }) => [final, rounded])];
  }
  const tunesThreshold = candidate === "cross-entropy" && task === "binary";
  return [candidate, ...(tunesThreshold ? [references.threshold.id] : [])];
}
