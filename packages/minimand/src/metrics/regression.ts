import { checkFinite, checkLengths } from "./checks.ts";

/**
 * Root mean squared error, `sqrt((1/N) Σ_n (t_n − p_n)²)`.
 *
 * @param targets true values, `[rows]`
 * @param predictions predicted values, `[rows]`
 * @returns a number >= 0 in units of the target
 * @throws RangeError for different lengths, no rows, or a value that is not finite
 * @example
 * rootMeanSquaredError([0, 0], [3, 4]); // sqrt(12.5) = 3.5355...
 */
export function rootMeanSquaredError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  check(targets, predictions);
  return Math.sqrt(squaredErrors(targets, predictions) / targets.length);
}

/**
 * Mean absolute error, `(1/N) Σ_n |t_n − p_n|`.
 *
 * @param targets true values, `[rows]`
 * @param predictions predicted values, `[rows]`
 * @returns a number >= 0 in units of the target
 * @throws RangeError for different lengths, no rows, or a value that is not finite
 * @example
 * meanAbsoluteError([0, 0], [3, -4]); // 3.5
 */
export function meanAbsoluteError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  check(targets, predictions);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += Math.abs(targets[i]! - predictions[i]!);
  return sum / targets.length;
}

/**
 * Coefficient of determination, `R² = 1 − Σ_n (t_n − p_n)² / Σ_n (t_n − mean(t))²`.
 *
 * Where all targets are equal the denominator is 0: then 1 for predictions without error and 0 otherwise, as in
 * scikit-learn.
 *
 * @param targets true values, `[rows]`
 * @param predictions predicted values, `[rows]`
 * @returns at most 1; 0 is as good as the mean of these targets, below 0 is worse
 * @throws RangeError for different lengths, no rows, or a value that is not finite
 * @example
 * rSquared([1, 2, 3], [1, 2, 4]); // 0.5
 */
export function rSquared(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  check(targets, predictions);
  let sum = 0;
  let constant = true;
  for (let i = 0; i < targets.length; i++) {
    sum += targets[i]!;
    if (targets[i] !== targets[0]) constant = false;
  }
  const errors = squaredErrors(targets, predictions);
  // Asked of the targets themselves: the mean of equal numbers may differ from them in the last digit.
  if (constant) return errors === 0 ? 1 : 0;
  const mean = sum / targets.length;
  let spread = 0;
  for (let i = 0; i < targets.length; i++) spread += (targets[i]! - mean) ** 2;
  return 1 - errors / spread;
}

function check(targets: ArrayLike<number>, predictions: ArrayLike<number>): void {
  checkLengths("predictions", predictions, "targets", targets);
  checkFinite("targets", targets);
  checkFinite("predictions", predictions);
}

function squaredErrors(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (targets[i]! - predictions[i]!) ** 2;
  return sum;
}
