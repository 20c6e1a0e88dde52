import type { TrialHost } from "../reproduction.ts";
import type { Trial } from "./collect.ts";

/** How each part of a paper makes a trial of a spec of its own. */
type Parts = Record<string, (spec: never, host: TrialHost) => unknown>;

/** Specs of all parts, each with its result. */
export type TrialsOf<P extends Parts> = {
  [Part in keyof P]: Trial<Parameters<P[Part]>[0], Awaited<ReturnType<P[Part]>>>;
}[keyof P];

/**
 * One trial of any part.
 *
 * @param column of a spec, which names its part
 *
 * @example
 * const parts = { quadratic: quadraticTrial, network: networkTrial };
 * export type Measured = TrialsOf<typeof parts>;
 * export const trial = trialOf(parts);
 */
export const trialOf =
  <P extends Parts>(
    parts: P,
    column = "part",
  ): ((spec: TrialsOf<P>["spec"], host: TrialHost) => Promise<TrialsOf<P>["result"]>) =>
  async (spec, host) =>
    parts[(spec as Record<string, string>)[column]](spec as never, host) as TrialsOf<P>["result"];
