import { type Shape, shape } from "@minimand/compare";
import * as v from "valibot";
import type { Reproduction, TrialHost } from "../reproduction.ts";
import { type ResultForm, schemaOf } from "./result-form.ts";

/** What is kept of a trial. */
export interface TrialOutcome {
  result: unknown;
  /** Computing time. */
  seconds: number;
}

/**
 * Whether a stored value is the outcome of a trial with a result of a form, at every depth. Who can write to the folder or to the
 * store can put anything there.
 */
export function isOutcomeOf(form: ResultForm): (value: unknown) => value is TrialOutcome {
  const outcome: Shape<TrialOutcome> = shape({ result: schemaOf(form), seconds: v.number() });
  return (value): value is TrialOutcome => v.is(outcome, value);
}

/** Runs a trial in this thread, after `startEngine`, by the clock. */
export async function timedTrial(
  { trial }: Pick<Reproduction<unknown, unknown>, "trial">,
  spec: unknown,
  host: TrialHost,
): Promise<TrialOutcome> {
  const before = performance.now();
  const result = await trial(spec, host);
  return { result, seconds: (performance.now() - before) / 1000 };
}
