import { numpy as np } from "@jax-js/jax";
import { log, logCosh, relu } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import type { LossOptions } from "../per-example.ts";
import { overResiduals } from "./per-example.ts";

/** `|r|` with derivative 0 at 0 (the engine's own has 1 there). */
const absolute = (r: np.Array): np.Array => relu(r.ref).add(relu(r.neg()));

/**
 * Squared error.
 *
 * `r^2`, `r = prediction - target`
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN (values are checked outside of tracing only)
 * @example
 * squaredError(np.array([1, 3]), np.array([1, 1])) // [0, 4]
 */
export function squaredError(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("squaredError", options, {});
  return overResiduals(predictions, targets, options, (r) => np.square(r));
}

/**
 * Absolute error.
 *
 * `|r|`, `r = prediction - target`; the derivative at 0 is 0.
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}
 * @example
 * absoluteError(np.array([1, 3]), np.array([1, 1])) // [0, 2]
 */
export function absoluteError(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("absoluteError", options, {});
  return overResiduals(predictions, targets, options, absolute);
}

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** The residual at which the loss becomes linear, `> 0`, default 1. */
  delta?: Parameter;
}

/**
 * Huber loss: squared error near the target, absolute error far from it.
 *
 * `r^2 / 2` for `|r| <= delta`, else `delta (|r| - delta / 2)`
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @param options `delta > 0`, default 1: the residual at which the loss becomes linear
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}, and for `delta <= 0`
 * @example
 * huber(np.array([0.5, 3]), np.array([0, 0])) // [0.125, 2.5]
 * @see Huber 1964, Robust estimation of a location parameter
 */
export function huber(predictions: np.Array, targets: np.Array, options: HuberOptions = {}): np.Array {
  const { delta } = readLossOptions("huber", options, { delta: [1, { above: 0 }] });
  return overResiduals(predictions, targets, options, (r) => {
    const d = operand(delta, r);
    const size = absolute(r.ref);
    const near = size.ref.lessEqual(again(d));
    const half = typeof d === "number" ? d / 2 : d.ref.mul(0.5);
    return np.where(near, np.square(r).mul(0.5), size.sub(half).mul(d));
  });
}

/**
 * Log-cosh loss: a Huber loss with all derivatives.
 *
 * `log(cosh(r))`, about `r^2 / 2` near 0 and `|r| - log 2` far from it
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}
 * @example
 * logCoshLoss(np.array([1, 100]), np.array([0, 0])) // [0.4338, 99.3069]
 */
export function logCoshLoss(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("logCoshLoss", options, {});
  return overResiduals(predictions, targets, options, logCosh);
}

/** Options of {@link cauchyLoss}. */
export interface CauchyOptions extends LossOptions {
  /** The residual of the largest influence, `> 0`, default 1. */
  scale?: Parameter;
}

/**
 * Cauchy (Lorentzian) loss: the influence of a residual falls off as `1 / r`.
 *
 * `(scale^2 / 2) log(1 + (r / scale)^2)`, about `r^2 / 2` near 0
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @param options `scale > 0`, default 1: the residual of the largest influence
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}, and for `scale <= 0`
 * @example
 * cauchyLoss(np.array([1, 100]), np.array([0, 0])) // [0.3466, 4.6052]
 * @see Barron 2019, arXiv 1701.03077, equation (4)
 */
export function cauchyLoss(predictions: np.Array, targets: np.Array, options: CauchyOptions = {}): np.Array {
  const { scale } = readLossOptions("cauchyLoss", options, { scale: [1, { above: 0 }] });
  return overResiduals(predictions, targets, options, (r) => {
    const c = operand(scale, r);
    const q = absolute(r).div(again(c));
    const isLarge = q.ref.greater(1);
    // log(1 + q^2) = 2 log q + log(1 + q^-2): no square that could overflow.
    const large = np.where(isLarge.ref, q.ref, 1);
    const small = np.where(isLarge.ref, 0, q);
    const far = log(large.ref)
      .mul(2)
      .add(np.log1p(np.square(np.reciprocal(large))));
    return np
      .where(isLarge, far, np.log1p(np.square(small)))
      .mul(0.5)
      .mul(again(c))
      .mul(c);
  });
}

/** Options of {@link welschLoss}. */
export interface WelschOptions extends LossOptions {
  /** The residual of the largest influence, `> 0`, default 1. */
  scale?: Parameter;
}

/**
 * Welsch (Leclerc, correntropy) loss: bounded, so that far outliers have no influence at all.
 *
 * `scale^2 (1 - exp(-(r / scale)^2 / 2))`, about `r^2 / 2` near 0 and `scale^2` far from it
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @param options `scale > 0`, default 1: the residual of the largest influence
 * @returns one value in [0, scale^2] per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}, and for `scale <= 0`
 * @example
 * welschLoss(np.array([1, 100]), np.array([0, 0])) // [0.3935, 1]
 * @see Barron 2019, arXiv 1701.03077, equation (6); Dennis, Welsch 1978
 */
export function welschLoss(predictions: np.Array, targets: np.Array, options: WelschOptions = {}): np.Array {
  const { scale } = readLossOptions("welschLoss", options, { scale: [1, { above: 0 }] });
  return overResiduals(predictions, targets, options, (r) => {
    const c = operand(scale, r);
    // Beyond 13 scales the exponential is 0 in float32; a square of more might overflow.
    const q = np.minimum(absolute(r).div(again(c)), 100);
    const near = np.expm1(np.square(q).mul(-0.5)).neg();
    return near.mul(again(c)).mul(c);
  });
}

/** Options of {@link quantileLoss}. */
export interface QuantileOptions extends LossOptions {
  /** The quantile that the loss is least for, `0 < tau < 1`, default 0.5. */
  tau?: Parameter;
}

/**
 * Quantile (pinball) loss: its minimiser is the tau-quantile of the target, half the absolute error for `tau = 0.5`.
 *
 * `max(tau u, (tau - 1) u)`, `u = target - prediction`
 *
 * @param predictions float `[batch]`
 * @param targets float `[batch]`
 * @param options `0 < tau < 1`, default 0.5
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link squaredError}, and for `tau` outside (0, 1)
 * @example
 * quantileLoss(np.array([0, 2]), np.array([1, 1]), { tau: 0.9 }) // [0.9, 0.1]
 * @see Koenker, Bassett 1978, Regression quantiles
 */
export function quantileLoss(
  predictions: np.Array,
  targets: np.Array,
  options: QuantileOptions = {},
): np.Array {
  const { tau } = readLossOptions("quantileLoss", options, {
    tau: [0.5, { above: 0, below: 1 }],
  });
  return overResiduals(predictions, targets, options, (r) => relu(r.ref).sub(r.mul(operand(tau, r))));
}
