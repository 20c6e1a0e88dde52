import { rangeError } from "../engine/errors.ts";
import { readOptions } from "../engine/options.ts";
import { checkProbabilities } from "./checks.ts";

/**
 * Log loss: the mean negative logarithm of the probability of the true class.
 *
 * `−(1/N) Σ_n log max(p_{n,y_n}, eps)`
 *
 * @param labels class ids, `[rows]`
 * @param probabilities `[rows * K]`, row by row
 * @param classes number of classes K
 * @param options `eps`: the smallest probability that counts. The default 0 clips nothing: one row whose true
 *   class got probability 0 makes the log loss +Infinity, which is its value.
 * @returns a number >= 0, or +Infinity
 * @throws RangeError for labels out of range, numbers that are not probabilities, or eps outside [0, 1)
 * @example
 * logLoss([1, 0], [0.5, 0.5, 0.75, 0.25], 2); // (log 2 + log(4/3)) / 2 = 0.4904...
 */
export function logLoss(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  options: { eps?: number } = {},
): number {
  readOptions("logLoss", options, { eps: true });
  const eps = options.eps ?? 0;
  if (!(eps >= 0 && eps < 1)) throw rangeError("eps", "a number >= 0 and < 1", eps);
  checkProbabilities(labels, probabilities, classes);
  return logLossOf(labels, probabilities, classes, eps);
}

/**
 * Brier score: the mean squared distance of the probabilities from what happened.
 *
 * Two classes: `(1/N) Σ_n (p_{n,1} − y_n)²`, from 0 to 1. Several: `(1/N) Σ_n Σ_k (p_{n,k} − 1[y_n = k])²`, from
 * 0 to 2, which is Brier's own form; for two classes it would be twice the usual number.
 *
 * @param labels class ids, `[rows]`
 * @param probabilities `[rows * K]`, row by row
 * @param classes number of classes K
 * @returns a number >= 0; lower is better
 * @throws RangeError for labels out of range or numbers that are not probabilities
 * @example
 * brierScore([1, 0], [0.5, 0.5, 0.75, 0.25], 2); // (0.25 + 0.0625) / 2 = 0.15625
 * @reference Brier 1950, Monthly Weather Review 78:1
 */
export function brierScore(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): number {
  checkProbabilities(labels, probabilities, classes);
  return brierOf(labels, probabilities, classes);
}

/** As `logLoss`, on checked input. */
export function logLossOf(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  eps: number,
): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++)
    // Float32 rows may exceed 1 in the last digit; the loss is never negative.
    sum -= Math.log(Math.min(1, Math.max(eps, probabilities[i * classes + labels[i]!]!)));
  return sum / labels.length;
}

/** As `brierScore`, on checked input. */
export function brierOf(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let k = classes === 2 ? 1 : 0; k < classes; k++)
      sum += (probabilities[i * classes + k]! - (labels[i] === k ? 1 : 0)) ** 2;
  }
  return sum / labels.length;
}
