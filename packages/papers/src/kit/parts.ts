import type { TrialHost } from "../reproduction.ts";
import type { Trial } from "./collect.ts";

/** How each part of a paper makes a trial of a spec of its own. */
export type Parts = Record<string, (spec: never, host: TrialHost) => unknown>;

export type TrialsOf<P extends Parts> = {
  [Part in keyof P]: Trial<Parameters<P[Part]>[0], Awaited<ReturnType<P[Part]>>>;
}[keyof P];

/** One trial of any part. */
export interface AnyTrial<P extends Parts> {
  (spec: TrialsOf<P>["spec"], host: TrialHost): Promise<TrialsOf<P>["result"]>;
  parts: P;
}

/** Specs of all parts, each with its result. */
export type MeasuredBy<Any extends { parts: Parts }> = TrialsOf<Any["parts"]>;

/**
 * One trial of any part.
 *
 * @param column of a spec, which names its part
 *
 * @example
 * const trial = trialOf({ quadratic: quadraticTrial, network: networkTrial });
 * type Measured = MeasuredBy<typeof trial>;
 */
export function trialOf<P extends Parts>(parts: P, column = "part"): AnyTrial<P> {
  const any = async (spec: object, host: TrialHost) =>
    parts[(spec as Record<string, string>)[column]](spec as never, host) as TrialsOf<P>["result"];
  return Object.assign(any, { parts });
}
