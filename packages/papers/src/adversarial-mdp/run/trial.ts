import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { armOf } from "./arms.ts";
import { learningTrial } from "./learning.ts";
import { lemmaTrial } from "./lemmas.ts";

/** One trial of either part. */
export const trial = trialOf({ learning: learningTrial, lemmas: lemmaTrial }, "kind");
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a trial in the progress. */
export const describe = (spec: Spec): string =>
  spec.kind === "lemmas"
    ? "lemmas"
    : `${spec.study}: ${armOf(spec.arm).label}, K = ${spec.episodes}, seed ${spec.seed}`;
