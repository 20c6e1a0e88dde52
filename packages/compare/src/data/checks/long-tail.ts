import type { Note, Settings } from "../../results.ts";
import type { Dataset } from "../dataset.ts";
import { moments } from "../moments.ts";

/** From this skewness on a tail is called long; that of an exponential distribution is 2. */
const long = 3;

/** Finds positive targets with a long tail that their logarithms don't have. */
export function longTail(
  { task, target, targets }: Dataset,
  { targetScale }: Pick<Settings, "targetScale">,
): Note[] {
  if (task !== "regression" || targetScale === "log" || targets.some((value) => !(value > 0))) return [];
  const skew = skewness(targets);
  if (skew < long || Math.abs(skewness(targets.map(Math.log))) > skew / 2) return [];
  const sorted = targets.toSorted();
  const times = sorted[sorted.length - 1] / sorted[sorted.length >> 1];
  const text = `the largest value is ${times.toPrecision(2)} times the median, so that a few rows may decide squared error and R²: --target-scale log learns logarithms, --metric mae gives large errors less weight`;
  return [{ level: "info", column: target, text }];
}

/** The third standardised moment. */
function skewness(values: Float64Array): number {
  const { mean, sd } = moments(values);
  if (sd === 0) return 0;
  return values.reduce((sum, value) => sum + ((value - mean) / sd) ** 3, 0) / values.length;
}
