import { lax, numpy as np } from "@jax-js/jax";
import { checkParameter, rangeError } from "../../engine/checks.ts";
import { smallestNormal } from "../../engine/numerics.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";

/**
 * The proximal map of `threshold ||x||_1`, soft thresholding: `sign(x) max(|x| - threshold, 0)`, elementwise.
 *
 * After a step of size `r` on the smooth part of an objective with penalty `mu ||x||_1` the threshold is `r mu`.
 *
 * @param x any shape, consumed
 * @param threshold >= 0: a number, or a 0-d array (its range isn't checked)
 * @throws RangeError for a negative threshold
 * @example
 * proxL1(np.array([-0.5, 0.25, 2]), 0.5) // [0, 0, 1.5]
 * @see Parikh, Boyd 2014, Proximal Algorithms, section 6.5.2
 */
export function proxL1(x: np.Array, threshold: Parameter): np.Array {
  checkParameter("threshold", threshold, { min: 0 });
  const t = parameter(threshold, x);
  // max + min instead of sign times max: no zero carries the sign of what it was.
  return np.maximum(x.ref.sub(t.ref), 0).add(np.minimum(x.add(t), 0));
}

/**
 * The proximal map of `threshold sum_g ||V_g||_2`, block soft thresholding: `V_g max(0, 1 - threshold / ||V_g||)`. A group is
 * zero exactly where its norm is at most the threshold, and shorter by it otherwise.
 *
 * @param x any rank >= 1, consumed
 * @param threshold >= 0: a number, or a 0-d array (its range isn't checked)
 * @param axis the axis that counts the groups: 0 (default) makes each row a group, -1 each column
 * @throws RangeError for a negative threshold, an axis out of range, a 0-d array
 * @example
 * proxGroupL2(np.array([[3, 4], [0.3, 0.4]]), 1) // [[2.4, 3.2], [0, 0]]
 * @see Yuan, Lin 2006, J. R. Stat. Soc. B 68(1), equation (2.4); Parikh, Boyd 2014, section 6.5.4
 */
export function proxGroupL2(x: np.Array, threshold: Parameter, axis = 0): np.Array {
  checkParameter("threshold", threshold, { min: 0 });
  const norms = groupNorms(x.ref, axis);
  const t = parameter(threshold, x);
  // The reciprocal of a number that is so small is infinite; a group of that size goes, or stays as it is.
  const safe = np.where(norms.ref.less(smallestNormal), 1, norms.ref);
  const shorter = np.maximum(t.ref.div(safe).neg().add(1), 0);
  const kept = np.where(norms.greaterEqual(t), shorter, 0);
  return x.mul(kept);
}

/**
 * The penalty of {@link proxGroupL2}, `sum_g ||V_g||_2`, as a scalar.
 *
 * @throws RangeError for an axis out of range, a 0-d array
 * @example
 * groupL2(np.array([[3, 4], [0, 0]])) // 5
 */
export function groupL2(x: np.Array, axis = 0): np.Array {
  return groupNorms(x, axis).sum();
}

/** Norms of the groups, the other axes kept at length 1. */
export function groupNorms(x: np.Array, axis: number): np.Array {
  const kept = axis < 0 ? axis + x.ndim : axis;
  if (!Number.isInteger(axis) || kept < 0 || kept >= x.ndim)
    throw rangeError("axis", `an axis of an array of rank ${x.ndim}, at least 1`, axis);
  const others = x.shape.map((_, i) => i).filter((i) => i !== kept);
  const squares = np.square(x.ref);
  const sums = others.length === 0 ? squares : squares.sum(others, { keepdims: true });
  const largest = np.max(np.abs(lax.stopGradient(x)), others, { keepdims: true });
  // Squares of entries that are so small leave float32; there the largest entry tells the size. It is 0 for a group of zeros,
  // whose norm has no derivative: as a constant it gives none.
  const isTiny = sums.ref.less(smallestNormal);
  return np.where(isTiny.ref, largest, np.sqrt(np.where(isTiny, 1, sums)));
}
