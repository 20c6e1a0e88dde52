import type { Trial } from "../kit/collect.ts";
import { armOf } from "./arms.ts";
import { type LearningResult, type LearningSpec, learningTrial } from "./learning.ts";
import { type LemmaResult, type LemmaSpec, lemmaTrial } from "./lemmas.ts";

export type Measured = Trial<LearningSpec, LearningResult> | Trial<LemmaSpec, LemmaResult>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** One trial of either part. */
export const trial = async (spec: Spec): Promise<Result> =>
  spec.kind === "lemmas" ? lemmaTrial(spec) : learningTrial(spec);

/** What a trial is called in the progress. */
export const describe = (spec: Spec): string =>
  spec.kind === "lemmas"
    ? "lemmas"
    : `${spec.study}: ${armOf(spec.arm).label}, K = ${spec.episodes}, seed ${spec.seed}`;
