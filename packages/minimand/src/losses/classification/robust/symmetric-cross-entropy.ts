import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../../engine/checks.ts";
import { logSoftmax, softmax } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, complement, operand } from "../../operand.ts";
import { type LossOptions, overLabelStatistic, overLabels } from "../../per-example.ts";

/** Options of {@link symmetricCrossEntropy}. */
export interface SymmetricCrossEntropyOptions extends LossOptions {
  /** Share of the reverse part, from 0 to 1, default 0.5. */
  balance?: Parameter;
  /** Minus the logarithm that is taken for that of 0, `>= 0`, default 4. */
  A?: Parameter;
}

/**
 * Symmetric cross-entropy: cross-entropy mixed with a reverse cross-entropy whose `log 0` is -A.
 *
 * `(1 - b) (-log p_y) + b A (1 - p_y)`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `balance` b from 0 to 1, default 0.5; `A >= 0`, default 4
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `balance` outside [0, 1], `A < 0`
 * @example
 * symmetricCrossEntropy(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { balance: 1 }) // [2]
 * @see Wang et al. 2019, arXiv 1908.06112, equation (7)
 */
export function symmetricCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: SymmetricCrossEntropyOptions = {},
): np.Array {
  const { balance, A } = readLossOptions("symmetricCrossEntropy", options, {
    balance: [0.5, { min: 0, max: 1 }],
    A: [4, { min: 0 }],
  });
  return overLabelStatistic(logits, labels, options, logSoftmax, (logP) => {
    const b = operand(balance, logP);
    const miss = np.expm1(logP.ref).neg().mul(operand(A, logP)).mul(again(b));
    return logP.neg().mul(complement(b)).add(miss);
  });
}

/**
 * Reverse cross-entropy: label and prediction change places, with the zeros of the label raised to a floor.
 *
 * `-sum_k p_k log max([k = y], labelFloor) = -log(labelFloor) sum_{k != y} p_k`, with `p = softmax(f)` clipped to at
 * least 1e-7. Summed over all labels it is constant, up to that clipping.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `labelFloor` above 0 and up to 1, default 1e-4
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `labelFloor` outside (0, 1]
 * @example
 * reverseCrossEntropy(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [4.6052]
 * @see Wang et al. 2019, arXiv 1908.06112, equation (5)
 */
export function reverseCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions & { labelFloor?: number } = {},
): np.Array {
  const { labelFloor } = readLossOptions("reverseCrossEntropy", options, {
    labelFloor: [1e-4],
  });
  checkNumber("labelFloor", labelFloor, { above: 0, max: 1 });
  return overLabels(logits, labels, options, (f, isLabel) => {
    const p = softmax(f);
    const clipped = np.where(p.ref.greater(1e-7), p, 1e-7);
    return np.where(isLabel, 0, clipped).sum(-1).mul(-Math.log(labelFloor));
  });
}
