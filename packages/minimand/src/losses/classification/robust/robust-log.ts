import type { numpy as np } from "@jax-js/jax";
import { log, softmax } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { operand } from "../../operand.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";

/** Options of {@link robustLogLoss}. */
export interface RobustLogOptions extends LossOptions {
  /** Added to every probability, which bounds the loss; `> 0`, default 1. */
  alpha?: Parameter;
}

/**
 * Robust log loss: a bounded, symmetric relative of cross-entropy.
 *
 * `-log(alpha + p_y) + (1 / (K - 1)) sum_{k != y} log(alpha + p_k)`, with `p = softmax(f)`. Summed over all labels y
 * it is 0.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `alpha > 0`, default 1
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `alpha <= 0`
 * @example
 * robustLogLoss(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0]
 * @see Patel, Sastry 2021, arXiv 2110.09327
 */
export function robustLogLoss(logits: np.Array, labels: np.Array, options: RobustLogOptions = {}): np.Array {
  const { alpha } = readLossOptions("robustLogLoss", options, { alpha: [1, { above: 0 }] });
  return overLabelStatistic(logits, labels, options, (f) => {
    const classes = f.shape[1];
    const g = log(softmax(f).add(operand(alpha, f)));
    return g.ref
      .sum(-1, { keepdims: true })
      .sub(g.mul(classes))
      .div(classes - 1);
  });
}
