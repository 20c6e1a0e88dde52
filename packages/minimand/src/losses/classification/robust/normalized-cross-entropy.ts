import type { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../../engine/checks.ts";
import { logSoftmax } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { operand } from "../../operand.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";
import { type AsymmetricOptions, agce, aul } from "./asymmetric.ts";
import { reverseCrossEntropy } from "./symmetric-cross-entropy.ts";

/**
 * Normalised cross-entropy: the label's share of the cross-entropies of all classes.
 *
 * `-log p_y / (-sum_k log p_k)`, with `p = softmax(f)`. Summed over all labels it is 1, so it is symmetric.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value from 0 to 1 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits
 * @example
 * normalizedCrossEntropy(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0.5]
 * @see Ma et al. 2020, arXiv 2006.13554, equation (4)
 */
export function normalizedCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("normalizedCrossEntropy", options, {});
  return overLabelStatistic(logits, labels, options, (f) => {
    const s = logSoftmax(f);
    return s.ref.div(s.sum(-1, { keepdims: true }));
  });
}

/** Weights of the active part (normalised cross-entropy) and of the passive part. */
export interface ActivePassiveOptions extends LossOptions {
  /** Weight of normalised cross-entropy, `>= 0`, default 5. */
  alpha?: Parameter;
  /** Weight of the passive loss, `>= 0`, default 5. */
  beta?: Parameter;
}

/**
 * Active-passive loss of normalised and reverse cross-entropy: `alpha NCE + beta RCE`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `alpha`, `beta`; `labelFloor` as in {@link reverseCrossEntropy}
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link normalizedCrossEntropy}, and for negative `alpha` or `beta`
 * @example
 * nceRce(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { alpha: 1, beta: 1 }) // [5.1052]
 * @see Ma et al. 2020, arXiv 2006.13554, section 3.3
 */
export function nceRce(
  logits: np.Array,
  labels: np.Array,
  options: ActivePassiveOptions & { labelFloor?: number } = {},
): np.Array {
  const { labelFloor } = readLossOptions("nceRce", options, {
    alpha: true,
    beta: true,
    labelFloor: true,
  });
  return withNce(logits, labels, options, (f, y, o) => reverseCrossEntropy(f, y, { ...o, labelFloor }));
}

/** Options of {@link nceAul} and {@link nceAgce}. */
export interface NceAsymmetricOptions extends ActivePassiveOptions, AsymmetricOptions {}

/**
 * Active-passive loss of normalised cross-entropy and the asymmetric unhinged loss: `alpha NCE + beta AUL`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `alpha`, `beta`; `a > 1`, default 6; `q > 0`, default 1.5
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link aul}, and for negative `alpha` or `beta`
 * @example
 * nceAul(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { alpha: 1, beta: 0 }) // [0.5]
 * @see Zhou et al. 2021, arXiv 2106.03110, section 5
 */
export function nceAul(logits: np.Array, labels: np.Array, options: NceAsymmetricOptions = {}): np.Array {
  const { a, q } = readLossOptions("nceAul", options, {
    alpha: true,
    beta: true,
    a: [6],
    q: [1.5],
  });
  return withNce(logits, labels, options, (f, y, o) => aul(f, y, { ...o, a, q }));
}

/**
 * Active-passive loss of normalised cross-entropy and asymmetric generalised cross-entropy: `alpha NCE + beta AGCE`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `alpha`, `beta`; `a > 0`, default 3; `q > 0`, default 1.5
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link agce}, and for negative `alpha` or `beta`
 * @example
 * nceAgce(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { alpha: 1, beta: 0 }) // [0.5]
 * @see Zhou et al. 2021, arXiv 2106.03110, section 5
 */
export function nceAgce(logits: np.Array, labels: np.Array, options: NceAsymmetricOptions = {}): np.Array {
  const { a, q } = readLossOptions("nceAgce", options, {
    alpha: true,
    beta: true,
    a: [3],
    q: [1.5],
  });
  return withNce(logits, labels, options, (f, y, o) => agce(f, y, { ...o, a, q }));
}

function withNce(
  logits: np.Array,
  labels: np.Array,
  { alpha = 5, beta = 5, weights }: ActivePassiveOptions,
  passive: (logits: np.Array, labels: np.Array, options: LossOptions) => np.Array,
): np.Array {
  checkParameter("alpha", alpha, { min: 0 });
  checkParameter("beta", beta, { min: 0 });
  const active = normalizedCrossEntropy(logits.ref, labels.ref, { weights: weights?.ref });
  const rest = passive(logits, labels, { weights });
  return active.mul(operand(alpha, active)).add(rest.mul(operand(beta, rest)));
}
