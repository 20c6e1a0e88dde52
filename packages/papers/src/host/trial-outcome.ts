import type { Reproduction, TrialHost } from "../reproduction.ts";

/** What is kept of a trial. */
export interface TrialOutcome {
  result: unknown;
  /** Computing time. */
  seconds: number;
}

/** Whether a stored value is an outcome. */
export function isOutcome(value: unknown): value is TrialOutcome {
  return (
    typeof value === "object" &&
    value !== null &&
    "result" in value &&
    "seconds" in value &&
    typeof value.seconds === "number"
  );
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
