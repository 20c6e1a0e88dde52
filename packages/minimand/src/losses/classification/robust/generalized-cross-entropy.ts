import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, checkShape, parameterIn } from "../../../engine/checks.ts";
import { logSoftmax } from "../../../engine/numerics.ts";
import { readOptions } from "../../../engine/options.ts";
import { constantOf, type Parameter, parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, operand } from "../../operand.ts";
import { checkIdsOnly, type LossOptions, overLabelStatistic } from "../../per-example.ts";

/**
 * Generalised cross-entropy: between cross-entropy (`q -> 0`) and the mean absolute error (`q = 1`, half of it).
 *
 * `(1 - p_y^q) / q`, with `p = softmax(f)`; with a truncation t at most `(1 - t^q) / q`, so that examples with `p_y < t`
 * have no gradient.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `q > 0`, default 0.7; `truncation` t from 0 (off, default) to below 1
 * @returns one value from 0 to `1 / q` per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `q <= 0`, `truncation` outside [0, 1)
 * @example
 * generalizedCrossEntropy(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { q: 1 }) // [0.5]
 * @see Zhang, Sabuncu 2018, arXiv 1805.07836, equations (6) and (9)
 */
export function generalizedCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions & { q?: Parameter; truncation?: Parameter } = {},
): np.Array {
  const { q, truncation } = readLossOptions("generalizedCrossEntropy", options, {
    q: [0.7, { above: 0 }],
    truncation: [0, { min: 0, below: 1 }],
  });
  return overLabelStatistic(logits, labels, options, logSoftmax, (logP) => {
    const order = operand(q, logP);
    const most = truncation === 0 ? undefined : bound(again(order), truncation, logP);
    const values = boxCox(logP, order);
    if (most === undefined) return values;
    return np.where(values.ref.less(most.ref), values, most);
  });
}

/** `(1 - exp(q logP)) / q`. */
function boxCox(logP: np.Array, q: Parameter): np.Array {
  return np
    .expm1(logP.mul(again(q)))
    .neg()
    .div(q);
}

/** `(1 - t^q) / q` as a 0-d array of the dtype of `like`; at `t = 0` it is the loss's own supremum `1 / q`. */
function bound(q: Parameter, t: Parameter, like: np.Array): np.Array {
  if (typeof q === "number" && typeof t === "number")
    return np.array((1 - t ** q) / q, { dtype: like.dtype });
  const base = parameter(t, like);
  const order = parameter(q, like);
  const positive = base.ref.greater(0);
  const power = np.where(positive.ref, np.exp(np.log(np.where(positive, base, 1)).mul(order.ref)), 0);
  return power.neg().add(1).div(order);
}

/**
 * Truncated generalised cross-entropy with fixed keep-or-drop weights per example.
 *
 * `w_i (1 - p_y^q) / q`; the weights `w_i = [p_y > k]` come from a pruning pass, {@link truncatedGcePrune}, made every
 * few epochs; they are kept on the host by example id ({@link truncatedGceInit}).
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]` class ids; distributions are refused
 * @param options `keep`: float `[batch]`, 1 for examples that count and 0 for pruned ones; `q > 0`, default 0.7
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError for distributions; TypeError, RangeError as {@link generalizedCrossEntropy}
 * @example
 * truncatedGce(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { keep: np.array([1]), q: 1 }) // [0.5]
 * @see Zhang, Sabuncu 2018, arXiv 1805.07836, algorithm 1
 */
export function truncatedGce(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions & { keep: np.Array; q?: Parameter },
): np.Array {
  const { keep, q, weights } = readLossOptions("truncatedGce", options, {
    keep: true,
    q: true,
  });
  checkIdsOnly("truncatedGce", labels);
  checkFloatArray("keep", keep, 1, "[batch]");
  checkShape("keep", keep, [logits.shape[0]]);
  const values = generalizedCrossEntropy(logits, labels, { q, weights });
  const factor = constantOf(keep, values.dtype);
  return values.mul(factor);
}

/** The memory of truncated GCE for `examples` training examples: all of them kept. */
export function truncatedGceInit(examples: number): { keep: Float32Array } {
  checkNumber("examples", examples, { min: 1, integer: true });
  return { keep: new Float32Array(examples).fill(1) };
}

/**
 * The pruning decision for a batch: 1 where `p_y > k`, else 0, `[batch]`. No gradient.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]` class ids; distributions are refused
 * @param options `k` from 0 to 1, default 0.5
 * @throws TypeError, RangeError as {@link truncatedGce}, and for `k` outside [0, 1]
 * @example
 * truncatedGcePrune(np.array([[2, 0], [0, 2]]), np.array([0, 0], { dtype: np.int32 })) // [1, 0]
 * @see Zhang, Sabuncu 2018, arXiv 1805.07836, algorithm 1
 */
export function truncatedGcePrune(
  logits: np.Array,
  labels: np.Array,
  options: { k?: Parameter } = {},
): np.Array {
  const { k } = readOptions("truncatedGcePrune", options, { k: [0.5, parameterIn({ min: 0, max: 1 })] });
  checkIdsOnly("truncatedGcePrune", labels);
  return overLabelStatistic(logits, labels, {}, logSoftmax, (logP) => {
    const threshold = parameter(k, logP);
    const one = np.ones(logP.shape, { dtype: logP.dtype });
    return np.where(np.exp(logP).greater(threshold), one, 0);
  });
}
