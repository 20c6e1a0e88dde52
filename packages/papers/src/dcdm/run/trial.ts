import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { mean } from "../../kit/statistics.ts";
import { classicalTrial } from "./classical-trial.ts";
import { networkTrial } from "./network-trial.ts";

/** Runs one trial of either part. */
export const trial = trialOf({ classical: classicalTrial, network: networkTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a finished trial in the progress. */
export function describe(spec: Spec, result: Result): string {
  if (result.part === "classical") return `solvers without a network, seed ${spec.seed}`;
  const all = result.families
    .filter(({ memory }) => memory === 2)
    .flatMap(({ solved }) => solved.iterations[0]);
  return `${spec.part === "network" ? spec.net : ""}, seed ${spec.seed}: ${mean(all).toFixed(1)} iterations`;
}
