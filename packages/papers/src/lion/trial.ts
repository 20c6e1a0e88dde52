import type { Trial } from "../kit/collect.ts";
import type { TrialHost } from "../reproduction.ts";
import { type NetworkResult, type NetworkSpec, networkTrial } from "./network.ts";
import { type QuadraticResult, type QuadraticSpec, quadraticTrial } from "./quadratic.ts";

export type Spec = QuadraticSpec | NetworkSpec;
export type Result = QuadraticResult | NetworkResult;
export type Measured = Trial<QuadraticSpec, QuadraticResult> | Trial<NetworkSpec, NetworkResult>;

/** One trial of either part. */
export const trial = (spec: Spec, host: TrialHost): Promise<Result> =>
  spec.part === "quadratic" ? quadraticTrial(spec, host) : networkTrial(spec, host);

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  const what = spec.part === "quadratic" ? spec.kernel : spec.arm;
  const found =
    result.part === "quadratic" ? `F - F* ${result.gap.toExponential(0)}` : result.accuracy.toFixed(3);
  return `${what}, seed ${spec.seed}: ${found}`;
}
