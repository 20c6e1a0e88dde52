import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { networkTrial } from "./network.ts";
import { quadraticTrial } from "./quadratic.ts";

/** One trial of either part. */
export const trial = trialOf({ quadratic: quadraticTrial, network: networkTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  const what = spec.part === "quadratic" ? spec.kappa : spec.arm;
  const found =
    result.part === "quadratic" ? `F - F* ${result.gap.toExponential(0)}` : result.accuracy.toFixed(3);
  return `${what}, seed ${spec.seed}: ${found}`;
}
