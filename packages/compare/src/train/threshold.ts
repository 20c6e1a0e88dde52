import type { Metric } from "minimand";
import type { Part } from "./fold.ts";
import { type Prediction, scoreOfPrediction } from "./outcome.ts";

/** Thresholds looked at, at most: quantiles of the predicted probabilities. */
const candidates = 100;

/** Decisions at a threshold on the probability of the positive class; the probabilities stay as they are. */
export function decideBy(threshold: number, prediction: Prediction): Prediction {
  const { probabilities } = prediction;
  return {
    ...prediction,
    predicted: prediction.predicted.map((_, i) => Number(probabilities[2 * i + 1] > threshold)),
  };
}

/** Returns the threshold with the best metric on a part; of equally good ones that nearest to 1/2. */
export function bestThreshold(
  metric: Metric,
  part: Pick<Part, "rows" | "labels" | "targets">,
  prediction: Prediction,
): number {
  const p = Float64Array.from({ length: part.rows }, (_, i) => prediction.probabilities[2 * i + 1]).sort();
  const n = Math.min(candidates, p.length - 1);
  let best = 0.5;
  let bestScore = scoreOfPrediction(metric, part, decideBy(best, prediction));
  for (let i = 0; i < n; i++) {
    const at = Math.floor((i * (p.length - 1)) / n);
    const threshold = (p[at] + p[at + 1]) / 2;
    const score = scoreOfPrediction(metric, part, decideBy(threshold, prediction));
    const gain = metric.higherIsBetter ? score - bestScore : bestScore - score;
    if (gain > 0 || (gain === 0 && Math.abs(threshold - 0.5) < Math.abs(best - 0.5))) {
      best = threshold;
      bestScore = score;
    }
  }
  return best;
}
