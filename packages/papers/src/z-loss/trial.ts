import type { TrialHost } from "../reproduction.ts";
import { digitTrial } from "./digits.ts";
import type { Result, Spec } from "./spec.ts";
import { speedTrial } from "./speed.ts";
import { wordTrial } from "./words.ts";

/** One trial of any part. The same spec gives the same result, times apart. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "speed") return speedTrial(spec);
  return spec.part === "words" ? wordTrial(spec, host) : digitTrial(spec, host);
}
