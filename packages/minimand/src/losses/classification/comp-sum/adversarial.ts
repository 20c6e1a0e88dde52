import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape } from "../../../engine/checks.ts";
import { logSoftmax, relu } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { operand } from "../../operand.ts";
import {
  atLabel,
  checkWeights,
  type LossOptions,
  maskRows,
  overLabelStatistic,
  overLabels,
  weighted,
} from "../../per-example.ts";
import { type CompSumOptions, compSum } from "./comp-sum.ts";
import { phi } from "./phi.ts";

/** Options of {@link advRhoMarginCompSum}. */
export interface AdvRhoMarginOptions extends CompSumOptions {
  /** The margin from which on a difference of scores costs nothing, `> 0`, default 1. */
  rho?: Parameter;
}

/**
 * Adversarial comp-sum rho-margin loss at attacked inputs.
 *
 * `Phi_tau(sum_{y' != y} Phi_rho(h_y - h_y'))` with `Phi_rho(u) = min(1, max(0, 1 - u / rho))`. Its supremum over the
 * perturbations of an input bounds the adversarial zero-one loss; the caller finds the attacked inputs, see `pgd`.
 *
 * @param advLogits float `[batch, classes]`, scores at the attacked inputs
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `tau >= 0`, default 1; `rho > 0`, default 1
 * @returns one value per example in `[0, Phi_tau(classes - 1)]`, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN, and parameters outside their ranges
 * @example
 * advRhoMarginCompSum(np.array([[0.25, 0]]), np.array([0], { dtype: np.int32 }), { tau: 0 }) // [0.75]
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 5
 */
export function advRhoMarginCompSum(
  advLogits: np.Array,
  labels: np.Array,
  options: AdvRhoMarginOptions = {},
): np.Array {
  const { tau, rho } = readLossOptions("advRhoMarginCompSum", options, {
    tau: [1, { min: 0 }],
    rho: [1, { above: 0 }],
  });
  return overLabels(advLogits, labels, options, (f, isLabel) => {
    const own = atLabel(f.ref, isLabel.ref);
    const margins = own.reshape([...own.shape, 1]).sub(f);
    const loss = margins.div(operand(rho, margins)).neg().add(1);
    const clipped = np.where(loss.ref.less(1), relu(loss), 1);
    return phi(np.log1p(np.where(isLabel, 0, clipped).sum(-1)), tau);
  });
}

/**
 * How far an attack moves the score differences.
 *
 * `|| D(x') - D(x) ||_2` with `D_y' = h_y - h_y'`; with `d = h(x') - h(x)` and its mean taken off that is
 * `sqrt(n d_y^2 + sum_k d_k^2)`. The gradient where nothing moves is 0.
 *
 * @param cleanLogits float `[batch, classes]`, scores at the inputs
 * @param advLogits float `[batch, classes]`, scores at the attacked inputs
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels and NaN
 * @example
 * scoreDeviation(np.array([[0, 0]]), np.array([[1, -1]]), np.array([0], { dtype: np.int32 })) // [2]
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 5
 */
export function scoreDeviation(
  cleanLogits: np.Array,
  advLogits: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("scoreDeviation", options, {});
  return overDeviation(cleanLogits, advLogits, labels, options, (squared) => {
    const moved = squared.ref.greater(0);
    return np.where(moved.ref, np.sqrt(np.where(moved, squared, 1)), 0);
  });
}

/**
 * The square of {@link scoreDeviation}: what an attack climbs, since its gradient is smooth where nothing moves yet.
 * Arguments and errors as there.
 */
export function squaredScoreDeviation(
  cleanLogits: np.Array,
  advLogits: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("squaredScoreDeviation", options, {});
  return overDeviation(cleanLogits, advLogits, labels, options, (squared) => squared);
}

function overDeviation(
  cleanLogits: np.Array,
  advLogits: np.Array,
  labels: np.Array,
  options: LossOptions,
  phi: (squared: np.Array) => np.Array,
): np.Array {
  checkPair(cleanLogits, advLogits, options);
  const { weights } = options;
  return overLabelStatistic(
    cleanLogits,
    labels,
    options,
    (clean) => {
      const d = maskRows(advLogits, weights).sub(clean);
      const centred = d.ref.sub(np.mean(d, -1, { keepdims: true }));
      const squares = np.square(centred);
      return squares.ref.mul(squares.shape[1]).add(squares.sum(-1, { keepdims: true }));
    },
    phi,
  );
}

/**
 * Smooth adversarial comp-sum loss: the comp-sum loss of the input, plus what an attack changes in its scores.
 *
 * `Phi_tau(sum_{y' != y} exp(-(h_y(x) - h_y'(x)) / rho)) + nu || D(x') - D(x) ||_2` with `D_y' = h_y - h_y'`; the
 * first term is {@link compSum} of the scores over `rho`, the second {@link scoreDeviation}. Where `nu >= sqrt(n - 1) /
 * rho` it is an upper bound of {@link advRhoMarginCompSum} at `x'`; in practice `nu` is a regularisation parameter.
 *
 * @param cleanLogits float `[batch, classes]`, scores at the inputs
 * @param advLogits float `[batch, classes]`, scores at the attacked inputs
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `tau >= 0`, default 1; `rho > 0`, default 1; `nu >= 0`, default 0.3
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN, and parameters outside their ranges
 * @example
 * smoothAdvCompSum(np.array([[0, 0]]), np.array([[-1, 1]]), np.array([0], { dtype: np.int32 }), { nu: 1 }) // [2.6931]
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 5
 */
export function smoothAdvCompSum(
  cleanLogits: np.Array,
  advLogits: np.Array,
  labels: np.Array,
  options: AdvRhoMarginOptions & { nu?: Parameter } = {},
): np.Array {
  const { tau, rho, nu, weights } = readLossOptions("smoothAdvCompSum", options, {
    tau: [1],
    rho: [1, { above: 0 }],
    nu: [0.3, { min: 0 }],
  });
  checkPair(cleanLogits, advLogits, options);
  const scaled = cleanLogits.ref.div(operand(rho, cleanLogits));
  const loss = compSum(scaled, labels.ref, { tau, weights: weights?.ref });
  const deviation = scoreDeviation(cleanLogits, advLogits, labels, { weights });
  return loss.add(deviation.mul(operand(nu, deviation)));
}

/** Options of {@link tradesLoss}. */
export interface TradesOptions extends LossOptions {
  /** Weight of the divergence, `>= 0`, default 6. */
  beta?: Parameter;
}

/**
 * TRADES: cross-entropy of the input, plus the divergence from its probabilities to those of the attacked input.
 *
 * `-log p_y(x) + beta KL(p(x) || p(x'))`; the gradient flows through both arguments of the divergence.
 *
 * @param cleanLogits float `[batch, classes]`, scores at the inputs
 * @param advLogits float `[batch, classes]`, scores at the attacked inputs
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `beta >= 0`, default 6
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN, and a negative `beta`
 * @example
 * tradesLoss(np.array([[0, 0]]), np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0.6931]
 * @see Zhang et al. 2019, arXiv 1901.08573, section 3
 */
export function tradesLoss(
  cleanLogits: np.Array,
  advLogits: np.Array,
  labels: np.Array,
  options: TradesOptions = {},
): np.Array {
  const { beta, weights } = readLossOptions("tradesLoss", options, { beta: [6, { min: 0 }] });
  checkPair(cleanLogits, advLogits, options);
  const loss = compSum(cleanLogits.ref, labels, { weights: weights?.ref });
  const divergence = logitsDivergence(cleanLogits, advLogits, { weights });
  return loss.add(divergence.mul(operand(beta, divergence)));
}

/**
 * Kullback-Leibler divergence of the softmax distributions of two arrays of scores.
 *
 * `sum_k p_k (log p_k - log q_k)` with `p = softmax(logits)`, `q = softmax(otherLogits)`.
 *
 * @param logits float `[batch, classes]`
 * @param otherLogits float `[batch, classes]`
 * @returns one value per example, `[batch]`, >= 0 up to rounding
 * @throws TypeError, RangeError for wrong dtypes, shapes and NaN
 * @example
 * logitsDivergence(np.array([[0, 0]]), np.array([[2, 0]])) // [0.4338]
 */
export function logitsDivergence(
  logits: np.Array,
  otherLogits: np.Array,
  options: LossOptions = {},
): np.Array {
  const { weights } = readLossOptions("logitsDivergence", options, {});
  checkPair(logits, otherLogits, options);
  const logP = logSoftmax(maskRows(logits, weights));
  const logQ = logSoftmax(maskRows(otherLogits, weights));
  return weighted(np.exp(logP.ref).mul(logP.sub(logQ)).sum(-1), weights);
}

/** Two arrays of scores of the same shape. */
function checkPair(cleanLogits: np.Array, advLogits: np.Array, { weights }: LossOptions): void {
  checkFloatArray("cleanLogits", cleanLogits, 2, "[batch, classes]");
  checkFloatArray("advLogits", advLogits, 2, "[batch, classes]");
  checkShape("advLogits", advLogits, cleanLogits.shape);
  checkWeights(weights, cleanLogits.shape[0]);
  if (weights !== undefined) return;
  checkNoNaN("cleanLogits", cleanLogits);
  checkNoNaN("advLogits", advLogits);
}
