import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { mixtureTrial } from "./mixture.ts";
import { transferTrial } from "./transfer.ts";

/** One trial of either part. */
export const trial = trialOf({ mixture: mixtureTrial, transfer: transferTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

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
