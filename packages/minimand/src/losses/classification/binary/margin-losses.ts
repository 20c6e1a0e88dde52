import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN } from "../../../engine/checks.ts";
import { exp, log, relu, softplus } from "../../../engine/numerics.ts";
import { constantOf, type Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../../per-example.ts";

/*
 * Losses of binary classification as functions of the margin z = t f(x), t = +-1; see binaryMargins and
 * marginLoss for the way from scores and labels to margins.
 */

function overMargins(margins: np.Array, options: LossOptions, phi: (z: np.Array) => np.Array): np.Array {
  const { weights } = options;
  checkFloatArray("margins", margins, 1, "[batch]");
  checkWeights(weights, margins.shape[0]);
  if (weights === undefined) checkNoNaN("margins", margins);
  return weighted(phi(maskRows(margins, weights)), weights);
}

/**
 * Logistic loss of a margin: binary cross-entropy of the score.
 *
 * `log(1 + e^-z)`
 *
 * @param margins float `[batch]`
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN margins (values are checked outside of tracing only)
 * @example
 * logisticLoss(np.array([0, 2])) // [0.6931, 0.1269]
 */
export function logisticLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("logisticLoss", options, {});
  return overMargins(margins, options, (z) => softplus(z.neg()));
}

/**
 * Hinge loss.
 *
 * `max(0, 1 - z)`; the derivative at `z = 1` is 0.
 *
 * @param margins float `[batch]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * hinge(np.array([0, 2])) // [1, 0]
 */
export function hinge(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("hinge", options, {});
  return overMargins(margins, options, hingeOf);
}

const hingeOf = (z: np.Array): np.Array => relu(z.neg().add(1));

/**
 * Squared hinge loss.
 *
 * `max(0, 1 - z)^2`
 *
 * @param margins float `[batch]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * squaredHinge(np.array([-1, 2])) // [4, 0]
 */
export function squaredHinge(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("squaredHinge", options, {});
  return overMargins(margins, options, (z) => np.square(hinge(z)));
}

/**
 * Exponential loss (that of AdaBoost).
 *
 * `e^-z`
 *
 * @param margins float `[batch]`
 * @returns one value >= 0 per example, `[batch]`: `+Infinity` where it leaves the dtype (float32: `z < -88.7`), with a
 * derivative capped at `-e^80`, so that gradients are large instead of NaN; clip their norm.
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * exponentialLoss(np.array([0, 1])) // [1, 0.3679]
 */
export function exponentialLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("exponentialLoss", options, {});
  return overMargins(margins, options, (z) => exp(z.neg()));
}

/**
 * Focal loss of a margin, without class balance.
 *
 * `(1 - sigmoid(z))^gamma log(1 + e^-z)`; `gamma = 0` is the logistic loss.
 *
 * @param margins float `[batch]`
 * @param options `gamma >= 0`, default 2
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}, and for a negative `gamma`
 * @example
 * binaryFocalLoss(np.array([0, 2])) // [0.1733, 0.0018]
 * @see Lin et al. 2017, arXiv 1708.02002, equation (4)
 */
export function binaryFocalLoss(
  margins: np.Array,
  options: LossOptions & { gamma?: Parameter } = {},
): np.Array {
  const { gamma } = readLossOptions("binaryFocalLoss", options, { gamma: [2, { min: 0 }] });
  // 1 - sigmoid(z) = e^-softplus(z), whose exponent never overflows.
  return overMargins(margins, options, (z) => {
    const exponent = softplus(z.ref).mul(typeof gamma === "number" ? gamma : constantOf(gamma, z.dtype));
    return np.exp(exponent.neg()).mul(softplus(z.neg()));
  });
}

/** `1 - z` up to 1, and `tail(z)`, which joins it smoothly there, beyond. */
function hingeWithTail(margins: np.Array, options: LossOptions, tail: (z: np.Array) => np.Array): np.Array {
  return overMargins(margins, options, (z) => {
    const beyond = z.ref.greater(1);
    // The tail must see nothing but its own margins: elsewhere its derivative may be infinite.
    const far = tail(np.where(beyond.ref, z.ref, 1));
    return np.where(beyond, far, z.neg().add(1));
  });
}

/**
 * Hinge with an inverse tail: bounded below, its derivative falls off as `1 / z^2`.
 *
 * `1 - z` for `z <= 1`, else `1 / z - 1`
 *
 * @param margins float `[batch]`
 * @returns one value > -1 per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * invHingeLoss(np.array([0, 2])) // [1, -0.5]
 * @see Dai 2024, arXiv 2409.00908, appendix on the tails of losses
 */
export function invHingeLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("invHingeLoss", options, {});
  return hingeWithTail(margins, options, (z) => np.reciprocal(z).sub(1));
}

/**
 * Hinge with an inverse-logarithmic tail: bounded below, its derivative falls off just faster than `1 / z`.
 *
 * `1 - z` for `z <= 1`, else `e / log(z + e - 1) - e`
 *
 * @param margins float `[batch]`
 * @returns one value > -e per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * invLogHingeLoss(np.array([0, 2])) // [1, -0.6484]
 * @see Dai 2024, arXiv 2409.00908, appendix on the tails of losses
 */
export function invLogHingeLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("invLogHingeLoss", options, {});
  return hingeWithTail(margins, options, (z) =>
    np
      .reciprocal(log(z.add(Math.E - 1)))
      .sub(1)
      .mul(Math.E),
  );
}

/**
 * Hinge with a logarithmic tail: convex and classification-calibrated, but *not bounded below* — the cautionary
 * example of a loss whose risk an optimizer drives to minus infinity on points that are right already.
 *
 * `1 - z` for `z <= 1`, else `-log z`
 *
 * @param margins float `[batch]`
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * logHingeLoss(np.array([0, 2])) // [1, -0.6931]
 * @see Dai 2024, arXiv 2409.00908, appendix on the tails of losses
 */
export function logHingeLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("logHingeLoss", options, {});
  return hingeWithTail(margins, options, (z) => log(z).neg());
}

/**
 * Hinge with an exponential tail: bounded below.
 *
 * `1 - z` for `z <= 1`, else `e^(1 - z) - 1`
 *
 * @param margins float `[batch]`
 * @returns one value >= -1 per example, `[batch]`
 * @throws TypeError, RangeError as {@link logisticLoss}
 * @example
 * expHingeLoss(np.array([0, 2])) // [1, -0.6321]
 * @see Dai 2024, arXiv 2409.00908, appendix on the tails of losses (the official code has the tail's sign reversed,
 * which is not convex)
 */
export function expHingeLoss(margins: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("expHingeLoss", options, {});
  return hingeWithTail(margins, options, (z) => np.expm1(z.neg().add(1)));
}
