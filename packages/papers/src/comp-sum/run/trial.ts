import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { adversarialTrial } from "./adversarial.ts";
import { boundsTrial } from "./bounds.ts";
import { familyTrial } from "./family.ts";

export type * from "./spec.ts";

/** Runs one trial of any part; the same spec gives the same result. */
export const trial = trialOf({ bounds: boundsTrial, family: familyTrial, adversarial: adversarialTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a trial in the progress. */
export function describe(spec: Spec): string {
  if (spec.part === "bounds") return `bounds, ${spec.draws} draws`;
  if (spec.part === "family") return `${spec.setting}, tau ${spec.tau}, seed ${spec.seed}`;
  return `${spec.net}: ${spec.method}${spec.strength > 0 ? ` ${spec.strength}` : ""}, seed ${spec.seed}`;
}
