import { numpy as np } from "@jax-js/jax";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, overLabels } from "../../per-example.ts";

/**
 * Squared error between the scores themselves and the one-hot label (`squaredProbabilityError` is that of the softmax probabilities).
 *
 * `sum_k (f_k - [k = y])^2`
 *
 * @param scores float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores
 * @example
 * oneHotSquaredError(np.array([[3, 1, 0, 0]]), np.array([0], { dtype: np.int32 })) // [5]
 * @see Vincent, de Brébisson, Bouthillier 2015, arXiv 1412.7091, section 2
 */
export function oneHotSquaredError(scores: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("oneHotSquaredError", options, {});
  return overLabels(scores, labels, options, (f, isLabel) =>
    np.square(f.ref.sub(np.where(isLabel, np.onesLike(f), 0))).sum(-1),
  );
}
