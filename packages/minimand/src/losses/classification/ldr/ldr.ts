import { lax, numpy as np } from "@jax-js/jax";
import { checkChoice, checkParameter, peek, rangeError } from "../../../engine/checks.ts";
import { log } from "../../../engine/numerics.ts";
import { constantOf, type Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, operand } from "../../operand.ts";
import { type LossOptions, overLabels } from "../../per-example.ts";
import {
  labelMargins,
  normalizeScores,
  type ScoreNormalization,
  scoreNormalizations,
} from "./label-margins.ts";

/** Options of the label-distributionally robust losses. */
export interface LdrOptions extends LossOptions {
  /** Margin `c >= 0` between the label's score and the others, default 0.1. */
  margin?: Parameter;
  /** Normalisation of the scores, default `"none"`; the authors' LDR-KL uses `"softplus-mean"`. */
  normalize?: ScoreNormalization;
}

/**
 * Label-distributionally robust loss with a Kullback-Leibler penalty (LDR-KL).
 *
 * `max_p sum_k p_k z_k - lambda KL(p, 1/K) = lambda log((1/K) sum_k exp(z_k / lambda))`, `z_k = f_k - f_y + c [k != y]`; its
 * gradient is `softmax(z / lambda) - e_y`. `lambda = 1, c = 0` is cross-entropy minus `log K`; `lambda -> 0` is
 * Crammer-Singer; `lambda -> Infinity` is the mean of z, which is symmetric. It may be negative.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `lambda > 0`, default 1, a number or one value per example `[batch]`; `margin`; `normalize`
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `lambda <= 0`, `margin < 0`
 * @example
 * ldrKl(np.array([[2, 1, 0]]), np.array([0], { dtype: np.int32 }), { lambda: 1, margin: 0 }) // [-0.6910]
 * @see Zhu, Ying, Yang 2021, arXiv 2112.14869, section 3
 */
export function ldrKl(
  logits: np.Array,
  labels: np.Array,
  options: LdrOptions & { lambda?: Parameter } = {},
): np.Array {
  const { lambda, margin, normalize } = readLossOptions("ldrKl", options, {
    lambda: [1],
    margin: [0.1],
    normalize: ["none"],
  });
  checkLdrOptions(margin, normalize);
  checkLambda("lambda", lambda, logits?.shape?.[0]);
  return overLabels(logits, labels, options, (f, isLabel) => {
    const z = labelMargins(normalizeScores(f, normalize), isLabel, operand(margin, f));
    return logMeanExpAt(z, typeof lambda === "number" ? lambda : alongBatch(lambda, z));
  });
}

/** `lambda log mean_k exp(z_k / lambda)` over the last axis; `lambda` is a number or broadcasts as `[..., 1]`. */
export function logMeanExpAt(z: np.Array, lambda: Parameter): np.Array {
  const max = np.max(lax.stopGradient(z.ref), -1, { keepdims: true });
  const u = z.sub(max.ref).div(again(lambda));
  const mean = np.exp(u.ref).mean(-1, { keepdims: true });
  // For large lambda the mean is near 1 and its logarithm would lose what lambda multiplies.
  const meanMinus1 = np.expm1(u).mean(-1, { keepdims: true });
  const near = lax.stopGradient(meanMinus1.ref).greater(-0.1);
  const logMean = np.where(near.ref, np.log1p(np.where(near, meanMinus1, 0)), log(mean));
  return np.squeeze(logMean.mul(lambda).add(max), -1);
}

/** `KL(p, 1/K) = sum_k p_k log(K p_k)` over the last axis. */
export function klFromUniform(p: np.Array): np.Array {
  const classes = p.shape[p.ndim - 1];
  const positive = p.ref.greater(0);
  const safe = np.where(positive.ref, p.ref, 1);
  return np.where(positive, p.mul(log(safe.mul(classes))), 0).sum(-1);
}

/** A 0-d or `[batch]` array reshaped to broadcast against `like: [batch, ..., classes]` as `[batch, ..., 1]`. */
export function alongBatch(value: np.Array, like: np.Array): np.Array {
  const typed = constantOf(value, like.dtype);
  return typed.ndim === 0 ? typed : typed.reshape([-1, ...like.shape.slice(1).map(() => 1)]);
}

/** Checks the options that LDR losses share. */
export function checkLdrOptions(margin: Parameter, normalize: ScoreNormalization): void {
  checkParameter("margin", margin, { min: 0 });
  checkChoice("normalize", normalize, scoreNormalizations);
}

/** Checks a positive number, a 0-d array, or one positive value per example. */
export function checkLambda(argument: string, value: Parameter, batch: number | undefined): void {
  if (typeof value === "number" || value?.ndim === undefined || value.ndim === 0) {
    checkParameter(argument, value, { above: 0 });
    return;
  }
  if (value.ndim !== 1 || (batch !== undefined && value.shape[0] !== batch))
    throw rangeError(argument, `a number, a 0-d array or shape [${batch}]`, value);
  const values = peek(value);
  for (let i = 0; values !== null && i < values.length; i++) {
    if (!(values[i] > 0 && values[i] < Infinity)) throw rangeError(argument, "finite numbers > 0", values[i]);
  }
}
