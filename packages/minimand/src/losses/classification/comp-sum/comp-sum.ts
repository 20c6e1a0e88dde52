import type { numpy as np } from "@jax-js/jax";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, negativeLogSoftmax, overLabelStatistic } from "../../per-example.ts";
import { phi } from "./phi.ts";

/** Options of {@link compSum}. */
export interface CompSumOptions extends LossOptions {
  /** The member of the family, `>= 0`, default 1, which is cross-entropy. */
  tau?: Parameter;
}

/**
 * Comp-sum losses: one dial from sum-exponential (0) over cross-entropy (1) and generalised cross-entropy
 * (between 1 and 2) to the mean absolute error (2).
 *
 * `L_tau = (p_y^(tau - 1) - 1) / (1 - tau) = expm1((1 - tau) s) / (1 - tau)` with `s = -log p_y`; `L_1 = s`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `tau >= 0`, default 1
 * @returns one value >= 0 per example, `[batch]`. For `tau < 1` the loss grows exponentially: `+Infinity` where it
 * leaves the dtype (float32: `(1 - tau) s > 88`), with a large but finite gradient; clip gradients there.
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `tau < 0`
 * @example
 * compSum(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { tau: 1.5 }) // [0.5858]
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 3
 */
export function compSum(logits: np.Array, labels: np.Array, options: CompSumOptions = {}): np.Array {
  const { tau } = readLossOptions("compSum", options, { tau: [1, { min: 0 }] });
  return overLabelStatistic(logits, labels, options, negativeLogSoftmax, (s) => phi(s, tau));
}
