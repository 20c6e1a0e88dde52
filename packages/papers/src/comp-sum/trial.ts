import type { TrialHost } from "../reproduction.ts";
import { adversarialTrial } from "./adversarial.ts";
import { boundsTrial } from "./bounds.ts";
import { familyTrial } from "./family.ts";
import type { Result, Spec } from "./spec.ts";

/** One trial of any part; the same spec gives the same result. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "bounds") return boundsTrial(spec);
  return spec.part === "family" ? familyTrial(spec, host) : adversarialTrial(spec, host);
}
