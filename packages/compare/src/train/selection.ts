import type { Metric } from "minimand";
import { type ComparedLoss, seesBags } from "../plan/candidate.ts";
import { calibrated, calibrationBy } from "./calibration.ts";
import type { Part } from "./fold.ts";
import { type Prediction, scoreOfPrediction } from "./outcome.ts";

/** By what configurations and epochs are chosen on the validation part. */
export interface Selection {
  higherIsBetter: boolean;
  score(part: Part, prediction: Prediction): number;
}

/**
 * Returns the report metric; or, for losses that see bags only, the bag-level loss of the validation part's bags.
 *
 * @param flipRate of pairs, whose margins are judged at the temperature that is best for them
 */
export function selectionFor(
  loss: Pick<ComparedLoss, "kind" | "needs">,
  metric: Metric,
  flipRate?: number,
): Selection {
  if (seesBags(loss)) return { higherIsBetter: false, score: bagLoss };
  const { higherIsBetter } = metric;
  if (flipRate !== undefined)
    return {
      higherIsBetter,
      score: (part, prediction) =>
        scoreOfPrediction(metric, part, calibrated(prediction, calibrationBy(part, prediction, flipRate))),
    };
  return { higherIsBetter, score: (part, prediction) => scoreOfPrediction(metric, part, prediction) };
}

/** Squared error of the bags' mean predictions, or cross-entropy of their mean probabilities; bags count by their size. */
function bagLoss({ bags, rows }: Part, { predictions, probabilities }: Prediction): number {
  if (bags === undefined) throw new TypeError("validation part: expected bags (--bag-column), got none");
  const values = predictions.length > 0 ? predictions : probabilities;
  const width = values.length / rows;
  const sums = new Float64Array(bags.means.length);
  const sizes = new Float64Array(bags.means.length / width);
  bags.ids.forEach((bag, row) => {
    sizes[bag]++;
    for (let c = 0; c < width; c++) sums[bag * width + c] += values[row * width + c];
  });
  return sums.reduce((loss, sum, i) => {
    const size = sizes[Math.floor(i / width)];
    const [expected, got] = [bags.means[i], sum / size];
    const own = predictions.length > 0 ? (got - expected) ** 2 : -expected * Math.log(Math.max(got, 1e-12));
    return loss + (size * own) / rows;
  }, 0);
}
