import { correctedTTest } from "@minimand/compare";
import { mean } from "../../kit/statistics.ts";

/** A mean with its 95 % interval. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/**
 * Returns the confidence interval of the mean of paired differences by Student's distribution; that of a single one is unbounded.
 *
 * @param testTrainRatio test rows per training row, of splits that overlap (Nadeau and Bengio's correction); 0 for independent draws
 */
export function paired(differences: readonly number[], testTrainRatio = 0): Interval {
  if (differences.length < 2) return { mean: mean(differences), low: -Infinity, high: Infinity };
  const { mean: middle, low, high } = correctedTTest(differences, testTrainRatio);
  return { mean: middle, low, high };
}

/** Returns the mean of independent means. */
export function pooled(intervals: readonly Interval[]): Interval {
  const middle = mean(intervals.map((own) => own.mean));
  const reach = Math.hypot(...intervals.map(({ low, high }) => (high - low) / 2)) / intervals.length;
  return { mean: middle, low: middle - reach, high: middle + reach };
}

export const below = ({ high }: Interval): boolean => high < 0;
export const above = ({ low }: Interval): boolean => low > 0;
