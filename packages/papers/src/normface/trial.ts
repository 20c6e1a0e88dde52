import type { Trial } from "../kit/collect.ts";
import type { TrialHost } from "../reproduction.ts";
import { type NovelResult, type NovelSpec, novelTrial } from "./novel.ts";
import { type TutorialResult, type TutorialSpec, tutorialTrial } from "./tutorial.ts";

export type Spec = NovelSpec | TutorialSpec;
export type Result = NovelResult | TutorialResult;
export type Measured = Trial<NovelSpec, NovelResult> | Trial<TutorialSpec, TutorialResult>;

/** One trial of either part. The same spec gives the same result, times apart. */
export function trial(spec: Spec, host: TrialHost): Promise<Result> {
  return spec.part === "novel" ? novelTrial(spec, host) : tutorialTrial(spec, host);
}

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  const what = spec.part === "tutorial" ? "tutorial" : `${spec.material}: ${spec.arm}`;
  return `${what}, seed ${spec.seed}`;
}
