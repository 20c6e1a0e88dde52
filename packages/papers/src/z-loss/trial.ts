import type { TrialHost } from "../reproduction.ts";
import { digitTrial } from "./digits.ts";
import { wordTrial } from "./language-model.ts";
import type { Result, Spec } from "./spec.ts";
import { speedTrial } from "./speed.ts";

export type * from "./spec.ts";

/** One trial of any part. The same spec gives the same result, times apart. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "speed") return speedTrial(spec);
  return spec.part === "words" ? wordTrial(spec, host) : digitTrial(spec, host);
}

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  if (spec.part === "speed") return `speed: ${spec.arm}, ${spec.classes} classes`;
  return `${spec.part}: ${spec.arm}, rate ${spec.learningRate}, seed ${spec.seed}`;
}
