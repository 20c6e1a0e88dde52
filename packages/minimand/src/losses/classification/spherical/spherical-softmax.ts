import { numpy as np } from "@jax-js/jax";
import { parameterIn } from "../../../engine/checks.ts";
import { log } from "../../../engine/numerics.ts";
import { readOptions } from "../../../engine/options.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { operand } from "../../operand.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";

/** Options of {@link logSphericalSoftmaxLoss}. */
export interface SphericalSoftmaxOptions extends LossOptions {
  /** Added to every squared score, `> 0`, default 1e-2. */
  eps?: Parameter;
}

/**
 * Log-spherical softmax: cross-entropy with probabilities proportional to the squared scores.
 *
 * `-log p_y`, `p_k = (f_k^2 + eps) / sum_j (f_j^2 + eps)`: even in the scores.
 *
 * @param scores float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `eps > 0`, default 1e-2: a hyperparameter that matters, tried from 1e-2 to 1
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores, `eps <= 0`
 * @example
 * logSphericalSoftmaxLoss(np.array([[3, 1, 0, 0]]), np.array([0], { dtype: np.int32 })) // [0.1082]
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function logSphericalSoftmaxLoss(
  scores: np.Array,
  labels: np.Array,
  options: SphericalSoftmaxOptions = {},
): np.Array {
  const { eps } = readLossOptions("logSphericalSoftmaxLoss", options, {
    eps: [1e-2, { above: 0 }],
  });
  return overLabelStatistic(scores, labels, options, (f) => {
    const t = np.square(f).add(operand(eps, f));
    return log(t.ref.sum(-1, { keepdims: true })).sub(log(t));
  });
}

/**
 * The probabilities of the spherical softmax, `(f_k^2 + eps) / sum_j (f_j^2 + eps)` along the last axis.
 *
 * @param scores float `[..., classes]`
 * @param options `eps > 0`, default 1e-2
 * @returns positive numbers that sum to 1, of the same shape
 * @throws RangeError for `eps <= 0`
 * @example
 * sphericalSoftmax(np.array([[3, 1, 0, 0]])) // [[0.8974, 0.1006, 0.0010, 0.0010]]
 * @see de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function sphericalSoftmax(scores: np.Array, options: { eps?: Parameter } = {}): np.Array {
  const { eps } = readOptions("sphericalSoftmax", options, { eps: [1e-2, parameterIn({ above: 0 })] });
  const t = np.square(scores).add(operand(eps, scores));
  return t.ref.div(t.sum(-1, { keepdims: true }));
}
