import type { ComputedOn, Note } from "./results.ts";

/** `AMD EPYC 7B13: 40 trials, Intel Xeon: 2 trials`, most first. */
export function computedOnText(computedOn: readonly ComputedOn[]): string {
  return computedOn
    .toSorted((a, b) => b.trials - a.trials)
    .map(({ cpu, trials }) => `${cpu}: ${trials === 1 ? "1 trial" : `${trials} trials`}`)
    .join(", ");
}

/** Notes that CPUs of several kinds have computed trials: which, and what that may do. */
export function computedOnNotes(computedOn: readonly ComputedOn[] = []): Note[] {
  if (computedOn.length < 2) return [];
  const text = `CPUs of ${computedOn.length} kinds have computed trials, and may round differently (${computedOnText(computedOn)})`;
  return [{ level: "info", text }];
}
