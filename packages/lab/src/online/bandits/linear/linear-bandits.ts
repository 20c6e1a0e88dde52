import { checkNumber, derive, readOptions } from "minimand/engine";
import { checkedVector, inner } from "../../vectors.ts";
import type { Algorithm, Verdict } from "../algorithm.ts";
import { argmax, argmaxOfSum, drawnFirst, only } from "../arm-choice.ts";
import type { Bandit, BanditOptions } from "../bandit.ts";
import { type Arms, checkArms } from "../context.ts";
import { makeBandit, type SavedBandit } from "../make-bandit.ts";
import {
  type Ridge,
  restoredRidge,
  ridge,
  ridgeFrom,
  ridgeMeans,
  ridgeUpdate,
  ridgeWidths,
  type SavedRidge,
  savedRidge,
} from "./ridge.ts";

/** Options of {@link linUcb}. */
export interface LinUcbOptions extends BanditOptions {
  /** Of the ridge regression, > 0; default 1. */
  lambda?: number;
  /** Widths added, >= 0; default 1. */
  alpha?: number;
}

/** Options of {@link linTs}. */
export interface LinTsOptions extends BanditOptions {
  /** Of the ridge regression, > 0; default 1. */
  lambda?: number;
  /** Standard deviations drawn, >= 0; default 1. */
  scale?: number;
  /** Draws by which propensities are estimated, 1 to 100,000; default 100. */
  estimates?: number;
}

export const linearKinds = ["lin-ucb", "lin-ts"] as const;
export type LinearKind = (typeof linearKinds)[number];

/**
 * LinUCB: ridge regression of rewards (as shares of their range); the arm of the highest
 * `x^T theta + alpha sqrt(x^T Z^-1 x)` is chosen. With `arms` every arm has a regression of its own (disjoint), without all
 * share one.
 *
 * Deterministic: its propensities are 1 and 0, of no use for off-policy evaluation.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @example
 * const bandit = linUcb({ dim: 2, alpha: 0.5 });
 * const { action } = bandit.choose({ features: [[1, 0], [0, 1], [1, 1]] });
 * @see Li, Chu, Langford, Schapire 2010, arXiv 1003.0146
 */
export function linUcb(options: LinUcbOptions): Bandit {
  readOptions("linUcb", options, {
    dim: true,
    arms: true,
    norm: true,
    rewardRange: true,
    seed: true,
    lambda: true,
    alpha: true,
  });
  return buildLinear("lin-ucb", options);
}

/**
 * Linear Thompson sampling: as {@link linUcb}, but theta is drawn from `N(theta, scale^2 Z^-1)` and the best arm under it
 * chosen. Propensities are estimated by Monte Carlo.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Agrawal and Goyal 2013, arXiv 1209.3352
 */
export function linTs(options: LinTsOptions): Bandit {
  readOptions("linTs", options, {
    dim: true,
    arms: true,
    norm: true,
    rewardRange: true,
    seed: true,
    lambda: true,
    scale: true,
    estimates: true,
  });
  return buildLinear("lin-ts", options);
}

/** Makes either of the two bandits, new or from a snapshot. */
export function buildLinear(
  kind: LinearKind,
  options: LinUcbOptions & LinTsOptions,
  saved?: SavedBandit,
): Bandit {
  return makeBandit(options, (state?: SavedRidge) => linearAlgorithm(kind, options, state), saved);
}

/**
 * Returns scores of LinUCB for a given Z and `b = sum r x`.
 *
 * @param z `[d][d]`, symmetric, positive definite
 * @param contexts a vector for each arm
 * @returns theta, the scores and the first arm of the highest one
 * @throws RangeError for sizes that differ, a Z that isn't positive definite
 */
export function linUcbScores(
  z: readonly ArrayLike<number>[],
  b: ArrayLike<number>,
  contexts: readonly ArrayLike<number>[],
  { alpha }: { alpha: number },
): { theta: Float64Array; scores: Float64Array; action: number } {
  checkNumber("alpha", alpha, { min: 0 });
  const model = ridgeFrom(z, b);
  const rows = contexts.map((context, arm) => checkedVector(`contexts[${arm}]`, context, model.dim));
  const arms: Arms = { count: rows.length, own: false, rows };
  const widths = ridgeWidths(model, arms, alpha);
  const scores = ridgeMeans(model, arms).map((mean, arm) => mean + widths[arm]);
  return { theta: model.theta, scores, action: argmax(scores) };
}

function linearAlgorithm(
  kind: LinearKind,
  options: LinUcbOptions & LinTsOptions,
  saved?: SavedRidge,
): Algorithm {
  const { dim, arms: fixed, lambda = 1, alpha = 1, scale = 1, estimates = 100, seed = 0 } = options;
  checkNumber("dim", dim, { min: 1, integer: true });
  if (fixed !== undefined) checkArms(fixed);
  checkNumber("alpha", alpha, { min: 0 });
  checkNumber("scale", scale, { min: 0 });
  checkNumber("estimates", estimates, { min: 1, max: 100_000, integer: true });
  const slots = fixed ?? 1;
  const model = saved === undefined ? ridge(dim, slots, lambda) : restoredRidge(saved, dim, slots);

  function ucb(predicted: Float64Array, uncertainty: Float64Array): Verdict {
    const action = argmaxOfSum(predicted, uncertainty);
    return { predicted, uncertainty, action, propensities: only(action, predicted.length) };
  }

  return {
    kind,
    propensities: kind === "lin-ucb" ? "deterministic" : "estimated",
    decide(arms, t, random): Verdict {
      const width = kind === "lin-ucb" ? alpha : scale;
      const predicted = ridgeMeans(model, arms);
      const uncertainty = ridgeWidths(model, arms, width);
      if (kind === "lin-ucb") return ucb(predicted, uncertainty);
      const sample = arms.own ? independent(predicted, uncertainty) : joint(model, arms, predicted, scale);
      const action = random === null ? null : argmax(sample(random.normal));
      const propensities = drawnFirst(sample, arms.count, { estimates, stream: derive(seed, 14, t), action });
      return { predicted, uncertainty, propensities, ...(action === null ? {} : { action }) };
    },
    learn: ({ slot, x }, reward) => ridgeUpdate(model, slot, x, reward),
    state: () => savedRidge(model),
  };
}

type Sampler = (normal: () => number) => Float64Array;

/** Arms with regressions of their own. */
const independent =
  (predicted: Float64Array, deviation: Float64Array): Sampler =>
  (normal) =>
    predicted.map((mean, arm) => mean + deviation[arm] * normal());

/** Arms that share theta: their scores are normal together, with covariance `scale^2 x_a^T Z^-1 x_b`. */
function joint(model: Ridge, arms: Arms, predicted: Float64Array, scale: number): Sampler {
  const n = arms.count;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const solved = model.triangles.times(0, arms.rows[i]);
    for (let j = 0; j <= i; j++) {
      l[i * n + j] = scale * scale * inner(solved, arms.rows[j]);
    }
  }
  // Cholesky; arms whose vectors depend on those before add nothing of their own.
  for (let i = 0; i < n; i++) {
    const variance = l[i * n + i];
    for (let j = 0; j <= i; j++) {
      let sum = l[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i === j) l[i * n + i] = sum > 1e-12 * variance ? Math.sqrt(sum) : 0;
      else l[i * n + j] = l[j * n + j] === 0 ? 0 : sum / l[j * n + j];
    }
  }
  return (normal) => {
    const draws = Float64Array.from({ length: n }, normal);
    return predicted.map((mean, i) => {
      let score = mean;
      for (let k = 0; k <= i; k++) score += l[i * n + k] * draws[k];
      return score;
    });
  };
}
