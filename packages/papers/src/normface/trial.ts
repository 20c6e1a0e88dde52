import { type TrialsOf, trialOf } from "../kit/parts.ts";
import { novelTrial } from "./novel.ts";
import { tutorialTrial } from "./tutorial.ts";

const parts = { novel: novelTrial, tutorial: tutorialTrial };
export type Measured = TrialsOf<typeof parts>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** One trial of either part. The same spec gives the same result, times apart. */
export const trial = trialOf(parts);

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  const what = spec.part === "tutorial" ? "tutorial" : `${spec.material}: ${spec.arm}`;
  return `${what}, seed ${spec.seed}`;
}
