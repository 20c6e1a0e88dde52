import { numpy as np } from "@jax-js/jax";
import { log } from "../../../engine/numerics.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";

/**
 * Log-Taylor softmax: cross-entropy with the exponential of softmax replaced by its Taylor polynomial of second order.
 *
 * `-log p_y`, `p_k = t(f_k) / sum_j t(f_j)`, `t(x) = 1 + x + x^2 / 2 >= 1/2`.
 *
 * With few classes it does as well as softmax; unlike softmax it gives a class that is ruled out the score -1, not
 * minus infinity, and a very negative score counts as much as a very positive one.
 *
 * @param scores float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores
 * @example
 * logTaylorSoftmaxLoss(np.array([[3, 1, 0, 0]]), np.array([0], { dtype: np.int32 })) // [0.4249]
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function logTaylorSoftmaxLoss(
  scores: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("logTaylorSoftmaxLoss", options, {});
  return overLabelStatistic(scores, labels, options, (f) => {
    const t = taylorExp(f);
    return log(t.ref.sum(-1, { keepdims: true })).sub(log(t));
  });
}

/**
 * The probabilities of the Taylor softmax, `t(f_k) / sum_j t(f_j)` along the last axis.
 *
 * @param scores float `[..., classes]`
 * @returns positive numbers that sum to 1, of the same shape
 * @example
 * taylorSoftmax(np.array([[3, 1, 0, 0]])) // [[0.6538, 0.1923, 0.0769, 0.0769]]
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function taylorSoftmax(scores: np.Array): np.Array {
  const t = taylorExp(scores);
  return t.ref.div(t.sum(-1, { keepdims: true }));
}

/** `1 + x + x^2 / 2`, as `((1 + x)^2 + 1) / 2`, which keeps its digits near the minimum. */
function taylorExp(x: np.Array): np.Array {
  return np.square(x.add(1)).add(1).mul(0.5);
}
