import { lax, numpy as np } from "@jax-js/jax";
import {
  checkNumber,
  checkParameter,
  log,
  type Parameter,
  parameter,
  parameterIn,
  rangeError,
  readOptions,
  sigmoid,
  surrogate,
} from "minimand/engine";
import { proxL1 } from "minimand/optimizers";

/**
 * Soft thresholding by its name in sparse recovery: {@link proxL1}, `sign(v) max(|v| - threshold, 0)`.
 *
 * @example
 * softThreshold(np.array([-0.5, 0.25, 2]), 0.5) // [0, 0, 1.5]
 */
export const softThreshold: typeof proxL1 = proxL1;

/** How {@link hardThreshold} is differentiated. */
export interface HardThresholdOptions {
  /** Width above 0 of the sigmoid by which the threshold gets a derivative of its own. Default: it has none. */
  gate?: number;
}

/**
 * Hard thresholding, the proximal map of `threshold^2 / 2 ||x||_0`: `v` where `|v| > threshold`, else 0, elementwise.
 *
 * The threshold has no derivative: where it moves past no entry, nothing changes. With `gate`, a width e, it has that of `v sigmoid((|v| -
 * threshold) / e)`, which shows what keeping less or more would do; the value stays as it is.
 *
 * @param v any shape, consumed
 * @param threshold >= 0: a number, or a 0-d array (its range isn't checked)
 * @throws RangeError for a negative threshold, a gate that is not above 0; TypeError for an unknown option
 * @example
 * hardThreshold(np.array([-0.5, 0.25, 2]), 0.5) // [0, 0, 2]
 * @see Blumensath, Davies 2008, J. Fourier Anal. Appl. 14, section 3
 */
export function hardThreshold(
  v: np.Array,
  threshold: Parameter,
  options: HardThresholdOptions = {},
): np.Array {
  const { gate } = readOptions("hardThreshold", options, { gate: [undefined, { above: 0 }] });
  checkParameter("threshold", threshold, { min: 0 });
  const t = parameter(threshold, v);
  const fixed = lax.stopGradient(gate === undefined ? t : t.ref);
  const size = np.abs(lax.stopGradient(v.ref));
  if (gate === undefined) return np.where(size.greater(fixed), v, 0);
  const share = sigmoid(size.ref.sub(fixed.ref).div(gate));
  const slope = v.ref.mul(share.ref.mul(share.sub(1))).div(gate);
  const value = np.where(size.greater(fixed), v, 0);
  return value.add(surrogate(np.zerosLike(slope.ref), [{ x: t, gradient: slope }]));
}

/**
 * Keeps the entries of each row that are largest in size, and sets the others to 0.
 *
 * Entries as large as the last one that is kept are kept, too.
 *
 * @param v `[batch, signal]`, consumed
 * @param count how many a row, from 1 to `signal`
 * @throws RangeError for a count outside that
 * @example
 * keepLargest(np.array([[1, -3, 2], [0.5, 0.1, 0.2]]), 1) // [[0, -3, 0], [0.5, 0, 0]]
 * @see Blumensath, Davies 2009, Appl. Comput. Harmon. Anal. 27, the operator H_s
 */
export function keepLargest(v: np.Array, count: number): np.Array {
  const size = v.shape[v.ndim - 1];
  if (v.ndim !== 2) throw rangeError("v", "an array [batch, signal]", v);
  checkNumber("count", count, { min: 1, max: size, integer: true });
  const sizes = np.abs(lax.stopGradient(v.ref));
  const least = np.sort(sizes.ref).slice([], [size - count, size - count + 1]);
  return np.where(sizes.greaterEqual(least), v, 0);
}

/**
 * Returns the posterior mean of a number that is 0, or normal with probability `probability`, seen with normal noise.
 *
 * `r (a / (a + s)) P(not 0 | r)`, s the noise's variance and a the signal's; with `b = a + s`, `P(not 0 | r)` is the sigmoid of
 * `log(p / (1 - p)) + log(s / b) / 2 + r^2 (1 / s - 1 / b) / 2`.
 *
 * @param r any shape, consumed
 * @param noiseVariance s > 0, of a shape that broadcasts to that of `r`, consumed
 * @param options `probability` p of being not 0, above 0 and below 1; `signalVariance` a > 0 of what is not 0, default 1; numbers or 0-d arrays
 * @throws RangeError for numbers outside their ranges; TypeError for an unknown option
 * @example
 * shrinkToMean(np.array([0.1, 3]), np.array(0.01), { probability: 0.1 }) // [0.0018, 2.9703]
 * @see Ito, Takabe, Wadayama 2019, IEEE Trans. Signal Process. 67(12), arXiv 1801.01978, section III, the MMSE estimator
 */
export function shrinkToMean(
  r: np.Array,
  noiseVariance: np.Array,
  options: { probability: Parameter; signalVariance?: Parameter },
): np.Array {
  const { probability, signalVariance } = readOptions("shrinkToMean", options, {
    probability: parameterIn({ above: 0, below: 1 }),
    signalVariance: [1, parameterIn({ above: 0 })],
  });
  const p = parameter(probability, r);
  const signal = parameter(signalVariance, r);
  const both = signal.ref.add(noiseVariance.ref);
  const odds = log(p.ref.div(p.neg().add(1)));
  const share = noiseVariance.ref.div(both.ref);
  const precision = np.reciprocal(noiseVariance).sub(np.reciprocal(both.ref));
  const logit = odds.add(log(share).mul(0.5)).add(np.square(r.ref).mul(precision).mul(0.5));
  return r.mul(signal.div(both)).mul(sigmoid(logit));
}
