import type { numpy as np } from "@jax-js/jax";
import { logSoftmax } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { type LossOptions, overLabelStatistic } from "../per-example.ts";

/**
 * Cross-entropy with label smoothing: a share of every label goes to all classes alike.
 *
 * `-sum_k q_k log p_k` with `q_k = (1 - smoothing) 1[k = y] + smoothing / K`, `p = softmax(f)`; `smoothing = 0` is cross-entropy
 *
 * The smallest value is the entropy of q, not 0. Other losses are smoothed by giving them `q` as labels.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `smoothing` in [0, 1], default 0.1
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError, RangeError as `crossEntropy`, and for a `smoothing` outside of [0, 1]
 * @example
 * labelSmoothingCrossEntropy(np.array([[2, 0]]), np.array([0], { dtype: np.int32 })) // [0.2269]
 * @see Szegedy et al. 2016, arXiv 1512.00567, section 7
 */
export function labelSmoothingCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions & { smoothing?: Parameter } = {},
): np.Array {
  const { smoothing } = readLossOptions("labelSmoothingCrossEntropy", options, {
    smoothing: [0.1, { min: 0, max: 1 }],
  });
  return overLabelStatistic(
    logits,
    labels,
    options,
    (f) => {
      const classes = f.shape[1];
      const surprise = logSoftmax(f).neg();
      const mean = surprise.ref.sum(-1, { keepdims: true }).div(classes);
      return surprise.ref.add(mean.sub(surprise).mul(operand(smoothing, f)));
    },
    (s) => s,
  );
}
