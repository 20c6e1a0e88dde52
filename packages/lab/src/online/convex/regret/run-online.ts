import { rangeError, readOptions, typeError } from "minimand/engine";
import { checkedVector, plusScaled, squaredDistance } from "../../vectors.ts";
import type { Domain } from "../domains/domain.ts";
import { minimizeOn } from "../domains/minimize.ts";
import type { RoundLoss } from "../losses/quadratic-loss.ts";
import type { Hint, OnlineLearner } from "../online-learner.ts";

/** What a learner did on a sequence of losses. Arrays have one entry a round. */
export interface OnlineRun {
  iterates: Float64Array[];
  /** f_t(x_t), and their sums up to t. */
  values: Float64Array;
  cumulative: Float64Array;
  /** eta_t; NaN for a learner without one. */
  steps: Float64Array;
  /** `V_t = sum_{s<=t} ||g_s - g_{s-1}||^2`. */
  variation: Float64Array;
  /** What the learner's theory says that the regret after t rounds cannot exceed; NaN where it says nothing. */
  bounds: Float64Array;
  /**
   * `sum_{s<=t} f_s(x_s) - f_s(u)` for t = 1..T, so the last entry is the regret. `"best"` is the best point of the domain for
   * all rounds together; it needs `domain` and differentiable losses.
   *
   * @param losses by which to count; default those that were played. Give the expected ones for expected regret.
   */
  regret(u: ArrayLike<number> | "best", losses?: readonly RoundLoss[]): Float64Array;
  /** The same against one point for each round. */
  dynamicRegret(us: readonly ArrayLike<number>[], losses?: readonly RoundLoss[]): Float64Array;
  /** The best point in hindsight of all rounds together. */
  best(losses?: readonly RoundLoss[]): Float64Array;
}

/**
 * Plays a learner against losses, one per round, with the gradient at the decision as feedback.
 *
 * @param learner is changed by this
 * @param losses one per round, at least one
 * @param options `domain`: where to look for the best point in hindsight; `hint(t, x)`: the hint of round t = 0, 1, ...
 * @throws TypeError, RangeError for losses whose values or gradients aren't finite
 * @example
 * const domain = ballDomain(1, 1);
 * const losses = [1, -1, 1].map((q) => quadraticLoss({ curvature: 0, pull: [q] }));
 * const run = runOnline(optimisticOmd({ domain, G: 1 }), losses, { domain });
 * (run.regret("best").at(-1) ?? 0) <= (run.bounds.at(-1) ?? 0) // true
 */
export function runOnline(
  learner: OnlineLearner,
  losses: readonly RoundLoss[],
  options: { domain?: Domain; hint?(t: number): Hint | undefined } = {},
): OnlineRun {
  readOptions("runOnline", options, { domain: true, hint: true });
  if (typeof losses?.length !== "number") throw typeError("losses", "an array of losses", losses);
  if (losses.length === 0) throw rangeError("losses", "one loss or more", losses);
  const T = losses.length;
  const n = learner.dimension;
  const iterates: Float64Array[] = [];
  const [values, cumulative, steps, variation, bounds] = Array.from({ length: 5 }, () => new Float64Array(T));
  for (let t = 0; t < T; t++) {
    const x = learner.predict(options.hint?.(t));
    values[t] = finiteValue(losses[t], x);
    steps[t] = learner.report().step;
    learner.update(losses[t].gradient(x.slice()));
    iterates.push(x);
    cumulative[t] = values[t] + (t === 0 ? 0 : cumulative[t - 1]);
    variation[t] = learner.report().variation;
    bounds[t] = learner.bound() ?? Number.NaN;
  }

  const dynamicRegret = (us: readonly ArrayLike<number>[], judged = losses): Float64Array => {
    for (const [name, given] of Object.entries({ us, losses: judged }))
      if (given.length !== T) throw rangeError(name, `one for each of ${T} rounds`, given);
    const regret = new Float64Array(T);
    let sum = 0;
    for (let t = 0; t < T; t++) {
      const u = checkedVector(`us[${t}]`, us[t], n);
      const played = judged === losses ? values[t] : finiteValue(judged[t], iterates[t]);
      sum += played - finiteValue(judged[t], u);
      regret[t] = sum;
    }
    return regret;
  };
  const best = (judged = losses): Float64Array => {
    if (options.domain === undefined) throw typeError("domain", "a domain, for the best point", undefined);
    return bestInHindsight(options.domain, judged);
  };
  return {
    iterates,
    values,
    cumulative,
    steps,
    variation,
    bounds,
    dynamicRegret,
    best,
    regret: (u, judged = losses) => {
      const point = u === "best" ? best(judged) : checkedVector("u", u, n);
      return dynamicRegret(new Array(T).fill(point), judged);
    },
  };
}

function finiteValue(loss: RoundLoss, x: Float64Array): number {
  const value = loss.value(x.slice());
  if (!Number.isFinite(value)) throw rangeError("value's result", "a finite number", value);
  return value;
}

/**
 * Returns the point of the domain with the smallest sum of losses, which must be convex and differentiable.
 *
 * @example
 * bestInHindsight(ballDomain(1, 1), [3, -1].map((q) => quadraticLoss({ curvature: 1, pull: [q] }))) // 1
 */
export function bestInHindsight(domain: Domain, losses: readonly RoundLoss[]): Float64Array {
  const count = losses.length;
  return minimizeOn(domain, {
    value: (x) => losses.reduce((sum, loss) => sum + loss.value(x) / count, 0),
    gradient: (x) => {
      let sum: Float64Array = new Float64Array(domain.dimension);
      for (const loss of losses) sum = plusScaled(sum, 1 / count, loss.gradient(x));
      return sum;
    },
  });
}

/**
 * `P = sum_{t>=2} ||u_t - u_{t-1}||`: how far a moving target goes.
 *
 * @example
 * pathLength([[0, 0], [3, 4], [3, 4]]) // 5
 */
export function pathLength(us: readonly ArrayLike<number>[]): number {
  let length = 0;
  for (let t = 1; t < us.length; t++) length += Math.sqrt(squaredDistance(us[t], us[t - 1]));
  return length;
}
