import { lax, numpy as np } from "@jax-js/jax";

/*
 * The engine's own softplus family overflows beyond |x| = 89 and its `log` on wasm is exact to 1e-5 only.
 * These versions are finite for every finite input, in value and gradient.
 */

/** The smallest normal number of float32: below it there are too few digits to divide by, and reciprocals are infinite. */
export const smallestNormal: number = 2 ** -126;

/**
 * `log(1 + exp(x))`, elementwise.
 *
 * @example
 * softplus(np.array([-100, 0, 100])) // [0.0000, 0.6931, 100]
 */
export function softplus(x: np.Array): np.Array {
  // At x = 0 the engine's derivative of maximum(x, 0) is 1 and that of |x| is 1: together 1 - 1/2, as it must be.
  return np.maximum(x.ref, 0).add(log1p(np.exp(np.abs(x).neg())));
}

/**
 * `log(1 / (1 + exp(-x)))`, elementwise.
 *
 * @example
 * logSigmoid(np.array([-100, 0])) // [-100, -0.6931]
 */
export function logSigmoid(x: np.Array): np.Array {
  return softplus(x.neg()).neg();
}

/**
 * `1 / (1 + exp(-x))`, elementwise; keeps small tails exact.
 *
 * Written as one product, `1 / (1 + e)` times 1 or `e = exp(-|x|)`: the compiler copies the gradient that arrives
 * once for each use of `x`, and nested sigmoids multiply the copies.
 *
 * @example
 * sigmoid(np.array([-100, 0, 2])) // [0.0000, 0.5, 0.8808]
 */
export function sigmoid(x: np.Array): np.Array {
  const e = np.exp(np.abs(x.ref).neg());
  return np.reciprocal(e.ref.add(1)).mul(np.where(x.greaterEqual(0), 1, e));
}

/**
 * `max(x, 0)` whose derivative at 0 is 0 (the engine's own has 1 there); NaN stays NaN.
 *
 * @example
 * relu(np.array([-1, 2])) // [0, 2]
 */
export function relu(x: np.Array): np.Array {
  return np.where(x.ref.lessEqual(0), 0, x);
}

/**
 * `log(x)`, elementwise, accurate to a few units in the last place on every device; `-Infinity` at 0.
 *
 * One Newton-like correction of the engine's value, `y + 2 (x - exp y) / (x + exp y)`; the correction is a
 * constant for differentiation, so the derivative is exactly `1 / x`. The native compiler, whose logarithm is exact, knows
 * these operations and drops them (`native/src/lower/exact-log.ts`).
 */
export function log(x: np.Array): np.Array {
  const y = np.log(x.ref);
  const z = lax.stopGradient(x);
  // Outside this range exp(y) or the sum would leave the numbers of float32; there the correction is dropped.
  const inside = z.ref.greater(1e-30).mul(z.ref.less(1e30));
  const safe = np.where(inside.ref, z, 1);
  const e = np.exp(np.where(inside.ref, lax.stopGradient(y.ref), 0));
  const correction = safe.ref.sub(e.ref).mul(2).div(safe.add(e));
  return y.add(np.where(inside, correction, 0));
}

/**
 * `log(1 + x)` for `x >= 0`, elementwise, accurate to a few units in the last place: one Newton step on the engine's
 * value, constant for differentiation.
 */
export function log1p(x: np.Array): np.Array {
  const y = np.log1p(x.ref);
  const z = lax.stopGradient(x);
  const correction = z.ref.sub(np.expm1(lax.stopGradient(y.ref))).div(z.add(1));
  return y.add(correction);
}

/**
 * `log(sum(exp(x)))` over one axis; `-Infinity` where all entries are. The axis disappears.
 *
 * @example
 * logSumExp(np.array([[0, 0], [1000, -1000]])) // [0.6931, 1000]
 */
export function logSumExp(x: np.Array, axis = -1): np.Array {
  const shift = finiteMax(x.ref, axis);
  return np.squeeze(log(np.exp(x.sub(shift.ref)).sum(axis, { keepdims: true })).add(shift), axis);
}

/**
 * `x - logSumExp(x)` along one axis: logarithms of the softmax probabilities.
 *
 * @example
 * logSoftmax(np.array([2, 0])) // [-0.1269, -2.1269]
 */
export function logSoftmax(x: np.Array, axis = -1): np.Array {
  // Shifted first: next to a large common constant the logarithm would lose its digits.
  const shifted = x.ref.sub(finiteMax(x, axis));
  return shifted.ref.sub(log(np.exp(shifted).sum(axis, { keepdims: true })));
}

/** The maximum along an axis (kept), as a constant; 0 where it is infinite, so that a shift by it is never NaN. */
function finiteMax(x: np.Array, axis: number): np.Array {
  const max = np.max(lax.stopGradient(x), axis, { keepdims: true });
  return np.where(max.ref.greater(-Infinity), max, 0);
}

/**
 * `exp(x) / sum(exp(x))` along one axis.
 *
 * @example
 * softmax(np.array([2, 0])) // [0.8808, 0.1192]
 */
export function softmax(x: np.Array, axis = -1): np.Array {
  return np.exp(logSoftmax(x, axis));
}

/**
 * Largest exponent whose exponential is used as a slope: its products with ordinary numbers stay finite in float32.
 * Float64 uses the same one, so that gradients agree.
 */
const exponentCap = 80;

/** An exponential `f` with its exact value and a derivative held constant beyond the cap. */
function withCappedSlope(f: (x: np.Array) => np.Array, x: np.Array): np.Array {
  const over = lax.stopGradient(x.ref).greater(exponentCap);
  // Value 0, derivative e^cap: what flows back where the exponential itself would overflow.
  const slope = x.ref.sub(lax.stopGradient(x.ref)).mul(Math.exp(exponentCap));
  const smooth = f(np.where(over.ref, exponentCap, x.ref)).add(np.where(over, slope, 0));
  return smooth.ref.add(lax.stopGradient(f(x)).sub(lax.stopGradient(smooth)));
}

/**
 * `exp(x) - 1`, elementwise: the exact value (`+Infinity` where it leaves the dtype), with a derivative capped
 * at `e^80`, so that a gradient is large instead of NaN.
 */
export function expm1(x: np.Array): np.Array {
  return withCappedSlope(np.expm1, x);
}

/** `exp(x)`, elementwise, with the capped derivative of {@link expm1}. */
export function exp(x: np.Array): np.Array {
  return withCappedSlope(np.exp, x);
}

/**
 * `log(cosh(x))`, elementwise: about `x^2 / 2` near 0 and `|x| - log 2` far from it, exact at both ends.
 *
 * @example
 * logCosh(np.array([0, 3, -200])) // [0, 2.3093, 199.3069]
 */
export function logCosh(x: np.Array): np.Array {
  const size = np.abs(x.ref);
  const isSmall = size.ref.less(1);
  // cosh x - 1 = (e^x - 1)^2 / (2 e^x) keeps the digits that |x| - log 2 + ... would cancel near 0.
  const small = np.where(isSmall.ref, x, 0);
  const near = np.log1p(np.square(np.expm1(small.ref)).mul(0.5).mul(np.exp(small.neg())));
  const far = size.ref.add(softplus(size.mul(-2))).sub(Math.LN2);
  return np.where(isSmall, near, far);
}

/**
 * Vectors along `axis` divided by their Euclidean norms; a zero vector stays zero, with a finite gradient.
 *
 * The largest entry is taken out first, as a constant (the direction does not depend on it): squares of entries
 * beyond 1e19 or below 1e-19 would leave float32.
 *
 * @example
 * unitNorm(np.array([[3, 4], [0, 0]]), -1) // [0.6, 0.8, 0, 0]
 */
export function unitNorm(x: np.Array, axis: number): np.Array {
  const largest = np.max(np.abs(lax.stopGradient(x.ref)), axis, { keepdims: true });
  const scaled = x.div(np.where(largest.ref.greater(0), largest, 1));
  // At least 1 for every vector but zero.
  const squares = np.square(scaled.ref).sum(axis, { keepdims: true });
  return scaled.div(np.sqrt(np.maximum(squares, 0.5)));
}
