import type { TrialHost } from "../reproduction.ts";
import { adversarialTrial } from "./adversarial.ts";
import { boundsTrial } from "./bounds.ts";
import { familyTrial } from "./family.ts";
import type { Result, Spec } from "./spec.ts";

export type * from "./spec.ts";

/** One trial of any part; the same spec gives the same result. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "bounds") return boundsTrial(spec);
  return spec.part === "family" ? familyTrial(spec, host) : adversarialTrial(spec, host);
}

/** What a trial is called in the progress. */
export function describe(spec: Spec): string {
  if (spec.part === "bounds") return `bounds, ${spec.draws} draws`;
  if (spec.part === "family") return `${spec.setting}, tau ${spec.tau}, seed ${spec.seed}`;
  return `${spec.method}${spec.strength > 0 ? ` ${spec.strength}` : ""}, seed ${spec.seed}`;
}
