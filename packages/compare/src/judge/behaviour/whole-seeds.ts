import type { PredictedTrial } from "../../results.ts";

/**
 * Returns the trials of one candidate by seed: of those seeds on which none diverged, as the ranking takes them.
 *
 * @returns empty where every seed has a diverged trial
 */
export function wholeSeeds(trials: readonly PredictedTrial[]): PredictedTrial[][] {
  return [...Map.groupBy(trials, ({ seed }) => seed).values()].filter((own) =>
    own.every(({ predictions }) => predictions !== null),
  );
}
