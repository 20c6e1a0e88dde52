import { lax, numpy as np, random } from "@jax-js/jax";
import { checkFloatArray, checkShape, typeError } from "../../../engine/checks.ts";
import type { OptionNames } from "../../../engine/options.ts";
import { readLossOptions } from "../../loss-options.ts";
import { checkIdsOnly, type LossOptions, weighted } from "../../per-example.ts";
import { binaryMargins } from "../binary/margins.ts";
import { type EnsLossLaw, ensLossDerivatives, ensLossLaw } from "./ens-loss-derivatives.ts";

/** Where the randomness of a step comes from: a key to draw from, or the draws themselves. */
export type EnsLossDraws = { key: np.Array; noise?: undefined } | { noise: np.Array; key?: undefined };

/** The names of law and draws, which all these losses take. */
export const lawAndDraws: OptionNames<EnsLossLaw & EnsLossDraws> = { ...ensLossLaw, key: true, noise: true };

/** Options of {@link ensLoss}. */
export type EnsLossOptions = LossOptions &
  EnsLossLaw &
  EnsLossDraws & {
    /** Ranks one more margin, 0, and drops its derivative: makes it explicit that the derivative at 0 is negative. */
    phantomZero?: boolean;
  };

/**
 * EnsLoss: at every call the derivative of another, random, convex calibrated loss — a dropout for losses.
 *
 * `stopGradient(g_i) z_i` with margins `z_i = t_i f_i` and `g` from {@link ensLossDerivatives}; the gradient of its mean
 * with respect to the scores is `t_i g_i / batch`. The value itself means nothing: watch accuracy or AUC instead.
 *
 * Use it with SGD and momentum, as the paper does. Inside a compiled function the key must be an argument.
 *
 * @param scores float `[batch]` or `[batch, 1]`; or logits `[batch, 2]`, whose score is `f_1 - f_0`
 * @param labels int32 `[batch]`, 0 or 1
 * @param options `key` or `noise` (see {@link ensLossDerivatives}), the law of the derivatives, `weights` (rows of
 * weight 0 take no part in the ranking)
 * @returns one value per example, `[batch]`, differentiable in the scores only
 * @throws TypeError for distributions; TypeError, RangeError for wrong dtypes, shapes, labels, options, NaN scores
 * (values are checked outside of tracing only)
 * @example
 * ensLoss(np.array([0.5, -2, 3]), np.array([1, 1, 1], { dtype: np.int32 }), { noise: np.log(np.array([0.2, 0.6, 2])) }) // [-0.3, 2, -0.2]
 * @see Dai 2024, arXiv 2409.00908, algorithm 1
 */
export function ensLoss(scores: np.Array, labels: np.Array, options: EnsLossOptions): np.Array {
  const { weights } = readLossOptions("ensLoss", options, {
    ...lawAndDraws,
    phantomZero: true,
  });
  checkIdsOnly("ensLoss", labels);
  const z = binaryMargins(scores, labels, { weights: weights?.ref });
  const g = derivativesAt(z.ref, options, weights?.ref);
  return weighted(lax.stopGradient(g).mul(z), weights);
}

/**
 * The gradient of `ensLoss(...).mean()` with respect to the scores, for users who pull back through a model
 * themselves.
 *
 * `w_i t_i g_i / batch`
 *
 * @returns an array of the shape of `scores`
 * @throws TypeError, RangeError as {@link ensLoss}
 * @example
 * ensLossCotangent(np.array([0.5, -2, 3]), np.array([1, 1, 0], { dtype: np.int32 }), { key })
 * @see Dai 2024, arXiv 2409.00908, algorithm 1
 */
export function ensLossCotangent(scores: np.Array, labels: np.Array, options: EnsLossOptions): np.Array {
  const { weights } = readLossOptions("ensLossCotangent", options, {
    ...lawAndDraws,
    phantomZero: true,
  });
  checkIdsOnly("ensLossCotangent", labels);
  const shape = scores.shape;
  const z = binaryMargins(scores, labels.ref, { weights: weights?.ref });
  const g = weighted(derivativesAt(z, options, weights?.ref), weights);
  const c = np.where(labels.equal(1), g.ref, g.neg()).div(shape[0]);
  if (shape.length === 1) return c;
  const column = c.reshape([-1, 1]);
  return shape[1] === 1 ? column : column.mul(np.array([[-1, 1]], { dtype: column.dtype }));
}

function derivativesAt(z: np.Array, options: EnsLossOptions, weights: np.Array | undefined): np.Array {
  const { key, noise, phantomZero = false, ...rest } = options;
  const draws = ensLossNoise({ key, noise } as EnsLossDraws, [z.shape[0] + (phantomZero ? 1 : 0)], rest);
  return ensLossDerivatives(z, draws, { ...rest, weights, phantomZero });
}

/** The noise given, or drawn from the key in the law's own distribution. */
export function ensLossNoise(draws: EnsLossDraws, shape: number[], { generator }: EnsLossLaw): np.Array {
  const { key, noise } = draws;
  if ((key === undefined) === (noise === undefined))
    throw typeError("options", "either key or noise", key === undefined ? "neither" : "both");
  if (noise !== undefined) {
    checkFloatArray("noise", noise, shape.length, `[${shape.join(", ")}]`);
    checkShape("noise", noise, shape);
    return noise;
  }
  return generator === "exponential" ? random.exponential(key!, shape) : random.normal(key!, shape);
}
