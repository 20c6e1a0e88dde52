import { type TrialsOf, trialOf } from "../kit/parts.ts";
import { armOf } from "./arms.ts";
import { learningTrial } from "./learning.ts";
import { lemmaTrial } from "./lemmas.ts";

const parts = { learning: learningTrial, lemmas: lemmaTrial };
export type Measured = TrialsOf<typeof parts>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** One trial of either part. */
export const trial = trialOf(parts, "kind");

/** What a trial is called in the progress. */
export const describe = (spec: Spec): string =>
  spec.kind === "lemmas"
    ? "lemmas"
    : `${spec.study}: ${armOf(spec.arm).label}, K = ${spec.episodes}, seed ${spec.seed}`;
