import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape } from "../../engine/checks.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, negativeLogSoftmax, overLabelStatistic } from "../per-example.ts";

/**
 * Cross-entropy (multinomial logistic loss).
 *
 * `-log p_y = logsumexp_k(f_k - f_y)`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits (values are checked outside of tracing only)
 * @example
 * crossEntropy(np.array([[2, 0]]), np.array([0], { dtype: np.int32 })) // [0.1269]
 */
export function crossEntropy(logits: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("crossEntropy", options, {});
  return overLabelStatistic(logits, labels, options, negativeLogSoftmax);
}

/** Options of {@link focal}. */
export interface FocalOptions extends LossOptions {
  /** How much less examples count that are right already, `>= 0`, default 2. */
  gamma?: Parameter;
}

/**
 * Focal loss.
 *
 * `(1 - p_y)^gamma (-log p_y)`; `gamma = 0` is cross-entropy.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `gamma >= 0`, default 2
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link crossEntropy}, and for a negative `gamma`
 * @example
 * focal(np.array([[2, 0]]), np.array([0], { dtype: np.int32 })) // [0.0018]
 * @see Lin et al. 2017, arXiv 1708.02002, equation (4)
 */
export function focal(logits: np.Array, labels: np.Array, options: FocalOptions = {}): np.Array {
  const { gamma } = readLossOptions("focal", options, { gamma: [2, { min: 0 }] });
  return overLabelStatistic(
    logits,
    labels,
    options,
    negativeLogSoftmax,
    // log(1 - e^-s) diverges at s = 0, where the loss is 0 all the same; the floor keeps the derivative finite.
    (s) => {
      const g = parameter(gamma, s);
      const wrong = np.maximum(np.expm1(s.ref.neg()).neg(), 1e-30);
      return np.exp(g.mul(np.log(wrong))).mul(s);
    },
  );
}

/**
 * Weights that make every class count the same: `w_k = n / (K n_k)` for class counts `n_k`, as an array `[classes]`
 * on the host. Classes without examples get 0.
 */
export function balancedClassWeights(counts: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k];
  return Float64Array.from(counts, (n) => (n > 0 ? total / (counts.length * n) : 0));
}

/**
 * Class-weighted cross-entropy.
 *
 * `w_y (-log p_y)`; with distributions `sum_y q_y w_y (-log p_y)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `classWeights`: float `[classes]`, see {@link balancedClassWeights}
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link crossEntropy}, and where `classWeights` has another shape
 * @example
 * classWeightedCrossEntropy(np.array([[2, 0]]), np.array([0], { dtype: np.int32 }), { classWeights: np.array([2, 1]) }) // [0.2539]
 */
export function classWeightedCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions & { classWeights: np.Array },
): np.Array {
  const { classWeights } = readLossOptions("classWeightedCrossEntropy", options, {
    classWeights: true,
  });
  checkFloatArray("logits", logits, 2, "[batch, classes]");
  checkFloatArray("classWeights", classWeights, 1, "[classes]");
  checkShape("classWeights", classWeights, [logits.shape[1]]);
  return overLabelStatistic(logits, labels, options, (f) =>
    classWeights.reshape([1, -1]).mul(negativeLogSoftmax(f)),
  );
}
