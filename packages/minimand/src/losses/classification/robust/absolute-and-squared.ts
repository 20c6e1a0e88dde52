import { numpy as np } from "@jax-js/jax";
import { logSoftmax } from "../../../engine/numerics.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, overLabelStatistic, overLabels } from "../../per-example.ts";

/**
 * Mean absolute error between the label and the predicted probabilities: bounded, symmetric, slow to train.
 *
 * `sum_k |[k = y] - p_k| = 2 (1 - p_y)`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value from 0 to 2 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits
 * @example
 * absoluteProbabilityError(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [1]
 * @see Ghosh, Kumar, Sastry 2017, arXiv 1712.09482
 */
export function absoluteProbabilityError(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("absoluteProbabilityError", options, {});
  return overLabelStatistic(logits, labels, options, logSoftmax, (s) => np.expm1(s).mul(-2));
}

/**
 * Squared error between the label and the predicted probabilities (multi-class Brier score).
 *
 * `sum_k ([k = y] - p_k)^2`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value from 0 to 2 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits
 * @example
 * squaredProbabilityError(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0.5]
 */
export function squaredProbabilityError(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("squaredProbabilityError", options, {});
  return overLabels(logits, labels, options, (f, isLabel) => {
    const s = logSoftmax(f);
    const miss = np.where(isLabel, np.expm1(s.ref), np.exp(s));
    return np.square(miss).sum(-1);
  });
}
