import { marginScale } from "@minimand/lab/solvers";
import { expit } from "minimand/engine";
import type { Part } from "./fold.ts";
import type { Prediction } from "./outcome.ts";

/** What makes probabilities of labels out of the margins of pairs: `flipRate + (1 - 2 flipRate) sigma(h / temperature)`. */
export interface Calibration {
  temperature: number;
  flipRate: number;
}

/** Returns the log-odds of the second response of each pair. */
export function logOddsOf({ probabilities }: Pick<Prediction, "probabilities">): Float64Array {
  return Float64Array.from({ length: probabilities.length / 2 }, (_, i) => {
    const [first, second] = [probabilities[2 * i], probabilities[2 * i + 1]];
    return Math.log(Math.max(second, Number.MIN_VALUE)) - Math.log(Math.max(first, Number.MIN_VALUE));
  });
}

/** Returns log-odds as margins towards the response that was chosen. */
export function towardsLabels(logOdds: Float64Array, labels: ArrayLike<number>): Float64Array {
  return logOdds.map((odds, i) => (labels[i] === 1 ? odds : -odds));
}

/**
 * Returns the calibration by the pairs of a part, whose predictions are those of rewards as they are. One more pair in each direction keeps
 * the temperature from 0, which few pairs can't distinguish from small ones.
 */
export function calibrationBy(
  { labels }: Pick<Part, "labels">,
  prediction: Prediction,
  flipRate: number,
): Calibration {
  const margins = towardsLabels(logOddsOf(prediction), labels);
  return { temperature: 1 / marginScale(margins, { epsilon: flipRate, prior: 1 }), flipRate };
}

/** Probabilities of the labels as they are observed, flips included. What is decided for stays. */
export function calibrated(prediction: Prediction, { temperature, flipRate }: Calibration): Prediction {
  const logOdds = logOddsOf(prediction);
  const probabilities = prediction.probabilities.map((_, i) => {
    const margin = (i % 2 === 1 ? 1 : -1) * logOdds[i >> 1];
    return flipRate + (1 - 2 * flipRate) * expit(margin / temperature);
  });
  return { ...prediction, probabilities };
}

/** Nearer to 0 and 1, kept probabilities don't distinguish margins. */
const nearest = 1e-6;

/** Returns the log-odds of calibrated probabilities without the flips: the margins by their temperature. */
export function cleanLogOdds(prediction: Pick<Prediction, "probabilities">, flipRate: number): Float64Array {
  const clean = prediction.probabilities.map((p) =>
    Math.min(Math.max((p - flipRate) / (1 - 2 * flipRate), nearest), 1 - nearest),
  );
  return logOddsOf({ probabilities: clean });
}
