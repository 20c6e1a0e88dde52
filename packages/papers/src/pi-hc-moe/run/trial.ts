import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { type ArmResult, armTrial } from "./arm-trial.ts";
import { armOf } from "./arms.ts";
import { costTrial } from "./cost.ts";
import { gradientsTrial } from "./gradients.ts";
import { type TruthResult, truthTrial } from "./truth.ts";

/** One trial of any part. */
export const trial = trialOf({
  truth: truthTrial,
  gradients: gradientsTrial,
  arm: armTrial,
  cost: costTrial,
});
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  if (spec.part === "truth") {
    const { compatible, original } = result as TruthResult;
    return `the numerical solution's own residual: ${compatible.toFixed(3)}, with the paper's data ${original.toFixed(3)}`;
  }
  if (spec.part === "gradients") return "gradients through inner solves";
  if (spec.part === "cost") return "time of inner solves";
  const { curve, seconds } = result as ArmResult;
  const error = 100 * curve[curve.length - 1].error;
  return `${armOf(spec.arm).label}, seed ${spec.seed}: ${error.toFixed(2)} % after ${seconds.toFixed(0)} s`;
}
