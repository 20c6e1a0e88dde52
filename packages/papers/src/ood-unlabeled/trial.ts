import type { TrialHost } from "../reproduction.ts";
import { type MixtureResult, type MixtureSpec, mixtureTrial } from "./mixture.ts";
import { type TransferResult, type TransferSpec, transferTrial } from "./transfer.ts";

export type Spec = MixtureSpec | TransferSpec;
export type Result = MixtureResult | TransferResult;

/** One trial of either part. */
export const trial = (spec: Spec, host: TrialHost): Promise<Result> =>
  spec.part === "mixture" ? mixtureTrial(spec, host) : transferTrial(spec, host);

/** Where an arm is chosen: the simulation, or a domain and a shape. */
export const placeOf = (spec: Spec): string =>
  spec.part === "mixture" ? "mixture" : `${spec.domain}, ${spec.shape}`;

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, { accuracy }: Result): string {
  const place =
    spec.part === "mixture"
      ? `simulation, m ${spec.m}, n ${spec.n}, shift ${spec.shift}`
      : `${placeOf(spec)}, m ${spec.m}`;
  return `${place}: ${spec.arm}, seed ${spec.seed}: ${accuracy.toFixed(3)}`;
}
