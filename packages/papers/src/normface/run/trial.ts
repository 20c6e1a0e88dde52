import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { novelTrial } from "./novel.ts";
import { tutorialTrial } from "./tutorial.ts";

/** One trial of either part. The same spec gives the same result, times apart. */
export const trial = trialOf({ novel: novelTrial, tutorial: tutorialTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  const what = spec.part === "tutorial" ? "tutorial" : `${spec.material}: ${spec.arm}`;
  return `${what}, seed ${spec.seed}`;
}
