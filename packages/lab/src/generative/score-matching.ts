import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape, forward, oneOf, rangeError, unitRows } from "minimand/engine";
import { checkWeights, readLossOptions, weighted } from "minimand/internals";
import type { LossOptions } from "minimand/losses";
import { type BrownianOptions, geometricBrownianMotion, type Times, timesOf } from "./brownian-motion.ts";

const weightings = ["sigma2t", "code", "none"] as const;

/** Options of {@link multiplicativeScoreMatching}. */
export interface MultiplicativeScoreMatchingOptions extends LossOptions, BrownianOptions {
  /**
   * What the squared error is multiplied by: `sigma2t` (default), `sigma^2 t`, with which all times weigh alike for a network that
   * predicts the noise; `code`, `(sigma^2 t)^2`, that of the authors' code; `none`, 1.
   */
  weighting?: (typeof weightings)[number];
}

/**
 * Multiplicative denoising score matching: the squared error of a model's Hyvarinen scores against those that are known where the
 * data before the noise are, summed over all axes but the first. Its minimiser is the score of the diffused data.
 *
 * `w(t) || h_model - h(x_t | x_0) ||^2`, `h(x_t | x_0) = -1 - (log x_t - log x_0 - (mu - sigma^2 / 2) t) / (sigma^2 t)`
 *
 * @param scores the model's `h(x_t, t)`, float `[batch, ...]`
 * @param xt data behind the noise, > 0, of the same shape; a constant
 * @param x0 data before it, > 0, of the same shape; a constant
 * @param t times > 0: a number, or `[batch]`
 * @param options `sigma` > 0, default 0.8; `mu`, default `sigma^2 / 2`; `weighting`; `weights` multiply the rows
 * @returns one value >= 0 per row, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, data and times that aren't positive
 * @example
 * const [xt, x0] = [np.array([[2.237737]]), np.array([[1.5]])]
 * multiplicativeScoreMatching(np.array([[-1.5]]), xt, x0, 0.25) // [0.6400]
 * @see Shetty, Madhava Prasath, Seelamantula 2025, arXiv 2510.02730; Vincent 2011 for the additive form
 */
export function multiplicativeScoreMatching(
  scores: np.Array,
  xt: np.Array,
  x0: np.Array,
  t: Times,
  options: MultiplicativeScoreMatchingOptions = {},
): np.Array {
  const { sigma, mu, weighting, weights } = readLossOptions("multiplicativeScoreMatching", options, {
    sigma: true,
    mu: true,
    weighting: ["sigma2t", oneOf(weightings)],
  });
  checkRowsOf("scores", scores);
  checkShape("xt", xt, scores.shape);
  checkWeights(weights, scores.shape[0]);
  const motion = geometricBrownianMotion({
    ...(sigma !== undefined && { sigma }),
    ...(mu !== undefined && { mu }),
  });
  const factor = timesOf(typeof t === "number" ? t : t.ref, scores, { above: 0 }).mul(motion.sigma ** 2);
  const [kept, ...data] = [scores, xt, x0].map((x, i) => orInstead(x, weights, Math.min(i, 1)));
  const square = np.square(kept.sub(motion.conditionalScore(data[0], data[1], t)));
  const scale = {
    none: () => np.onesLike(factor.ref),
    sigma2t: () => factor.ref,
    code: () => np.square(factor.ref),
  };
  const values = square.mul(scale[weighting]());
  factor.dispose();
  return weighted(sumOfRows(values), weights);
}

/** Rows of weight 0 hold a number instead, so that nothing of theirs reaches a value or a gradient. */
function orInstead(x: np.Array, weights: np.Array | undefined, instead: number): np.Array {
  if (weights === undefined) return x;
  const kept = weights.ref.notEqual(0).reshape([x.shape[0], ...x.shape.slice(1).map(() => 1)]);
  return np.where(kept, x, instead);
}

/** Options of {@link nonnegativeScoreMatching}. */
export interface NonnegativeScoreMatchingOptions extends LossOptions {
  /**
   * Directions for an estimate of the divergence, of the shape of x: independent signs, as of `random.rademacher`. By default it is exact,
   * by a forward pass a column.
   */
  directions?: np.Array;
}

/**
 * Score matching for data that are positive: what a model's scores are worth, without the constant of its density.
 *
 * `sum_i [ h_i + x_i d h_i / d x_i + h_i^2 / 2 ]` with `h = x score(x)`; in expectation half the squared distance of `h` from that of the
 * data, but for a constant, where `x^2 p(x) score(x)` vanishes at 0 and at infinity.
 *
 * @param score the model's `grad log p`, a pure function `[batch, d] -> [batch, d]` that consumes its argument and treats each row alone
 * @param x data > 0, float `[batch, d]`
 * @param options `directions` for Hutchinson's estimate; `weights` multiply the rows
 * @returns one value per row, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, and for a score of another shape
 * @example
 * // The score of the exponential distribution of rate 2 is -2: h = -2 x, and the value -4 x + 2 x^2.
 * nonnegativeScoreMatching((x) => np.full(x.shape, -2), np.array([[0.5], [1]])) // [-1.5, -2]
 * @see Hyvarinen 2007, Some extensions of score matching, section 3; Song, Garg, Shi, Ermon 2019 for the estimate
 */
export function nonnegativeScoreMatching(
  score: (x: np.Array) => np.Array,
  x: np.Array,
  options: NonnegativeScoreMatchingOptions = {},
): np.Array {
  const { directions, weights } = readLossOptions("nonnegativeScoreMatching", options, {
    directions: true,
  });
  checkFloatArray("x", x, 2, "[batch, d]");
  const [rows, d] = x.shape;
  checkWeights(weights, rows);
  if (directions !== undefined) checkShape("directions", directions, x.shape);
  const at = orInstead(x, weights, 1);
  const h = (points: np.Array): np.Array => {
    const s = score(points.ref);
    if (s.ndim !== 2 || s.shape[0] !== rows || s.shape[1] !== d)
      throw rangeError("score", `a function to shape [${rows}, ${d}]`, s);
    return points.mul(s);
  };
  // v . J v of each row, J the derivative of h, and the direction's columns weighted by x: sum_i x_i v_i (J v)_i.
  const along = (v: np.Array): [np.Array, np.Array] => {
    const [value, change] = forward(h, at.ref, v.ref);
    return [value, at.ref.mul(v).mul(change).sum(-1)];
  };
  if (directions !== undefined) {
    const [value, divergence] = along(directions);
    at.dispose();
    return weighted(value.ref.add(np.square(value).mul(0.5)).sum(-1).add(divergence), weights);
  }
  let total: np.Array | undefined;
  for (let i = 0; i < d; i++) {
    const [value, divergence] = along(unitRows(at, i));
    if (total === undefined) total = value.ref.add(np.square(value.ref).mul(0.5)).sum(-1);
    value.dispose();
    total = total.add(divergence);
  }
  at.dispose();
  return weighted(total as np.Array, weights);
}

/** Sums over all axes but the first. */
function sumOfRows(values: np.Array): np.Array {
  return values.reshape([values.shape[0], -1]).sum(-1);
}

/** Throws unless an array is float `[batch, ...]`. */
export function checkRowsOf(argument: string, x: np.Array): void {
  checkFloatArray(argument, x, Math.max(2, x?.ndim ?? 2), "[batch, ...]");
}
