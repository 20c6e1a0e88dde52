import type { ReproductionReport } from "../reproduction.ts";
import type { Trial } from "./collect.ts";

/** The verdict of a rule, and the numbers that decided it. */
export type Verdict = Pick<ReproductionReport, "verdict" | "because">;

/** Grades a claim by whether all of it shows, or a part of it. */
export const graded = (all: boolean, part: boolean): Verdict["verdict"] =>
  all ? "reproduced" : part ? "partly reproduced" : "not reproduced";

/** Returns a part of a claim in the words of a verdict. */
export const word = (holds: boolean): "holds" | "fails" => (holds ? "holds" : "fails");

/** What of the results belongs to the specs that have some values. */
type Matching<T, Where> =
  T extends Trial<infer Spec, infer Result> ? (Where extends Partial<Spec> ? Result : never) : never;

/**
 * Returns results of the trials whose specs have these values (undefined: any), in the order of the specs, which is that of the seeds.
 *
 * @example
 * const results = resultsWhere(trials, { part: "arm", arm: "sgd" });
 */
export function resultsWhere<T extends Trial<object, unknown>, const Where extends object>(
  trials: readonly T[],
  where: Where,
): Matching<T, Where>[] {
  const wanted = Object.entries(where).filter(([, value]) => value !== undefined);
  return trials
    .filter(({ spec }) => wanted.every(([name, value]) => spec[name as keyof typeof spec] === value))
    .map(({ result }) => result as Matching<T, Where>);
}
