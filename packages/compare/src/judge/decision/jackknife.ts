import {
  calibrationErrorOf,
  confusionMatrix,
  reliabilityBins,
  scoreOf,
  scoresWithoutOne,
} from "minimand/metrics";
import type { Influence } from "./out-of-fold.ts";

/**
 * Returns a score of the confusion matrix and its jackknife, `(N - 1) (M - M_without_i)`: the same for all rows of a cell.
 *
 * @throws RangeError for a metric that is no such score
 */
export function decisionInfluence(
  metric: string,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Influence {
  if (metric !== "gmean" && metric !== "mcc")
    throw new RangeError(`metric: expected one with an influence, got ${metric}`);
  const n = labels.length;
  const matrix = confusionMatrix(labels, predicted, classes);
  const value = scoreOf(matrix, metric);
  const without = n === 1 ? null : scoresWithoutOne(matrix, metric);
  const ofCell = matrix.map((row, y) =>
    row.map((_, yhat) => {
      const score = without?.[y][yhat] ?? null;
      return score === null ? 0 : (n - 1) * (value - score);
    }),
  );
  return { value, influence: centred(n, (i) => ofCell[labels[i]][predicted[i]]) };
}

/** Returns the expected calibration error and its jackknife. */
export function calibrationInfluence(
  { labels, probabilities }: { labels: ArrayLike<number>; probabilities: ArrayLike<number> },
  classes: number,
): Influence {
  const n = labels.length;
  const bins = reliabilityBins(labels, probabilities, classes);
  const value = calibrationErrorOf(bins);
  const influence = centred(n, (i) => {
    const row = Float64Array.from({ length: classes }, (_, k) => probabilities[i * classes + k]);
    const one = reliabilityBins([labels[i]], row, classes);
    const bin = one.count.indexOf(1);
    const less = (sums: readonly number[], by: readonly number[]): number[] =>
      sums.with(bin, sums[bin] - by[bin]);
    const without = {
      count: less(bins.count, one.count),
      confidence: less(bins.confidence, one.confidence),
      correct: less(bins.correct, one.correct),
    };
    return n === 1 ? 0 : (n - 1) * (value - calibrationErrorOf(without));
  });
  return { value, influence };
}

/** Returns values of rows, moved so that their mean is 0: the jackknife's is so only nearly. */
export function centred(n: number, valueAt: (i: number) => number): Float64Array {
  const values = Float64Array.from({ length: n }, (_, i) => valueAt(i));
  let mean = 0;
  for (const value of values) mean += value / n;
  return values.map((value) => value - mean);
}
