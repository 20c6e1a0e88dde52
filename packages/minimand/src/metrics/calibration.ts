import { rangeError } from "../engine/errors.ts";
import { readOptions } from "../engine/options.ts";
import { checkProbabilities } from "./checks.ts";

/** Equal-width bins of predicted confidence; sums, so that bins of several test parts can be added. */
export interface CalibrationBins {
  /** Rows in each bin. */
  count: number[];
  /** Sum of the confidences in each bin. */
  confidence: number[];
  /** Number of rows in each bin for which the event happened. */
  correct: number[];
}

export interface CalibrationOptions {
  /** Number of equal-width bins on [0, 1]; 15 by default. */
  bins?: number;
}

/**
 * Predicted confidence against what happened, in equal-width bins: a reliability diagram.
 *
 * Two classes: the confidence is the probability of class 1 and the event is "the row is of class 1". Several
 * classes: the confidence is the highest probability of the row and the event is "that class is the true one"
 * (the first of equal probabilities). Bin b holds the confidences in [b/B, (b+1)/B), the last one 1 as well.
 *
 * @param labels class ids, `[rows]`
 * @param probabilities `[rows * K]`, row by row
 * @param classes number of classes K
 * @param options number of bins
 * @returns sums for each bin
 * @throws RangeError for labels out of range, numbers that are not probabilities, or bins that is not an integer >= 1
 * @example
 * reliabilityBins([1, 0], [0.1, 0.9, 0.8, 0.2], 2, { bins: 2 }); // count [1, 1], confidence [0.2, 0.9], correct [0, 1]
 */
export function reliabilityBins(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  options: CalibrationOptions = {},
): CalibrationBins {
  readOptions("reliabilityBins", options, { bins: true });
  const bins = options.bins ?? 15;
  if (!(Number.isInteger(bins) && bins >= 1)) throw rangeError("bins", "an integer >= 1", bins);
  checkProbabilities(labels, probabilities, classes);
  return binsOf(labels, probabilities, classes, bins);
}

/**
 * Expected calibration error: how far confidence and frequency are apart, on average over the rows.
 *
 * `ECE = Σ_b (n_b/N) |correct_b/n_b − confidence_b/n_b|` over the bins of `reliabilityBins`; so for two classes it
 * is about the probability of class 1, and for several about the predicted class (Guo et al.).
 *
 * @param labels class ids, `[rows]`
 * @param probabilities `[rows * K]`, row by row
 * @param classes number of classes K
 * @param options number of bins
 * @returns a number from 0 to 1; lower is better
 * @throws RangeError as `reliabilityBins`
 * @example
 * expectedCalibrationError([1, 0], [0.1, 0.9, 0.8, 0.2], 2, { bins: 2 }); // (0.1 + 0.2) / 2 = 0.15
 * @reference arXiv 1706.04599, equation 3; for two classes Naeini et al. 2015, AAAI
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  options: CalibrationOptions = {},
): number {
  readOptions("expectedCalibrationError", options, { bins: true });
  return calibrationErrorOf(reliabilityBins(labels, probabilities, classes, options));
}

/** As `reliabilityBins`, on checked input. */
export function binsOf(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  bins: number,
): CalibrationBins {
  const count = new Array<number>(bins).fill(0);
  const confidence = new Array<number>(bins).fill(0);
  const correct = new Array<number>(bins).fill(0);
  for (let i = 0; i < labels.length; i++) {
    let best = 1;
    if (classes > 2) {
      best = 0;
      for (let k = 1; k < classes; k++)
        if (probabilities[i * classes + k]! > probabilities[i * classes + best]!) best = k;
    }
    const p = probabilities[i * classes + best]!;
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    count[bin]! += 1;
    confidence[bin]! += p;
    if (labels[i] === best) correct[bin]! += 1;
  }
  return { count, confidence, correct };
}

/** The expected calibration error of sums that `reliabilityBins` gave (or of several of them added up). */
export function calibrationErrorOf({ count, confidence, correct }: CalibrationBins): number {
  let gap = 0;
  let rows = 0;
  for (let b = 0; b < count.length; b++) {
    gap += Math.abs(correct[b]! - confidence[b]!);
    rows += count[b]!;
  }
  return gap / rows;
}
