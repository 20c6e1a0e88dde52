import type { PredictedTrial } from "../../results.ts";
import { predictionKept } from "../../train/kept-predictions.ts";
import type { Truth } from "../decision/truth.ts";

/** A correlation of ranks counts where chance gives one as large less often than once in a thousand. */
const deviations = 3.3;

/**
 * Returns Spearman's rank correlation of a candidate's out-of-fold predictions of the first seed with the target.
 *
 * @param trials of all candidates, with their predictions
 * @returns null where it isn't clearly positive, or there are no predictions
 * @see Spearman 1904; under independence its standard deviation is 1 / sqrt(n - 1)
 */
export function rankCorrelationOf(
  trials: readonly PredictedTrial[],
  truth: Truth,
  candidate: string,
): number | null {
  const [targets, predictions]: [number[], number[]] = [[], []];
  const independent = new Set<number>();
  for (const { candidate: id, seed, predictions: kept } of trials) {
    if (id !== candidate || seed !== 0 || kept === null) continue;
    const { ids, prediction } = predictionKept(kept);
    ids.forEach((row, i) => {
      targets.push(truth.targets[row]);
      predictions.push(prediction.predictions[i]);
      independent.add(truth.groups === null ? row : truth.groups[row]);
    });
  }
  const correlation = correlationOf(ranksOf(targets), ranksOf(predictions));
  return correlation * Math.sqrt(independent.size - 1) > deviations ? correlation : null;
}

/** Ranks from 0 on; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2;
  }
  return ranks;
}

/** Pearson's correlation; NaN where one of them is constant. */
function correlationOf(a: Float64Array, b: Float64Array): number {
  const middle = (a.length - 1) / 2;
  const moment = (x: Float64Array, y: Float64Array): number =>
    x.reduce((sum, value, i) => sum + (value - middle) * (y[i] - middle), 0);
  return moment(a, b) / Math.sqrt(moment(a, a) * moment(b, b));
}
