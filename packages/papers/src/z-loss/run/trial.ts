import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { digitTrial } from "./digits.ts";
import { wordTrial } from "./language-model.ts";
import { speedTrial } from "./speed.ts";

export type * from "./spec.ts";

/** One trial of any part. The same spec gives the same result, times apart. */
export const trial = trialOf({ words: wordTrial, digits: digitTrial, speed: speedTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  if (spec.part === "speed") return `speed: ${spec.arm}, ${spec.classes} classes`;
  return `${spec.part}: ${spec.arm}, rate ${spec.learningRate}, seed ${spec.seed}`;
}
