import { checkNumber, readOptions } from "minimand/engine";
import { checkDistribution, checkRows, checkSquare, flattened, type Rows } from "../checks.ts";
import {
  backward,
  checkLayers,
  type LayerTable,
  type TransitionTable,
} from "../environments/dynamic-programming.ts";
import { quadratic } from "./symmetric.ts";

/** Writes `beta (|phi|^2 + E_policy |phi|^2)` in the norm of Sigma^+ for `actions` rows of features from row `row` on. */
export function localBonusInto(
  bonus: Float64Array,
  features: Float64Array,
  row: number,
  actions: number,
  sigmaInverse: Float64Array,
  dim: number,
  policy: Float64Array,
  beta: number,
): void {
  let mean = 0;
  for (let r = row; r < row + actions; r++) {
    bonus[r] = quadratic(sigmaInverse, dim, features, r * dim);
    mean += policy[r] * bonus[r];
  }
  for (let r = row; r < row + actions; r++) bonus[r] = beta * (bonus[r] + mean);
}

/**
 * Returns the exploration bonus of one state: `b(a) = beta (|phi(a)|^2 + sum_a' policy(a') |phi(a')|^2)` in the norm of Sigma^+, large
 * where the current policy seldom looks.
 *
 * @param input.features `[actions][dim]`
 * @param input.sigmaInverse `[dim][dim]`
 * @param input.policy distribution over the actions
 * @param input.beta scale, >= 0
 * @throws TypeError, RangeError for wrong shapes, numbers that are not finite, a policy that is no distribution, `beta` < 0
 *
 * @example
 * localBonus({ features: [[1, 0], [0, 0.5]], sigmaInverse: [[2, 0], [0, 4]], policy: [0.5, 0.5], beta: 0.1 }) // [0.35, 0.25]
 * @see arXiv 2107.08346, section 4; arXiv 2301.12942, Algorithm 1
 */
export function localBonus({
  features,
  sigmaInverse,
  policy,
  beta,
}: {
  features: Rows;
  sigmaInverse: Rows;
  policy: ArrayLike<number>;
  beta: number;
}): Float64Array {
  checkNumber("beta", beta, { min: 0 });
  const dim = checkRows("features", features);
  checkSquare("sigmaInverse", sigmaInverse, dim);
  checkDistribution("policy", policy, features.length);
  const bonus = new Float64Array(features.length);
  const probabilities = Float64Array.from(policy);
  localBonusInto(
    bonus,
    flattened(features),
    0,
    features.length,
    flattened(sigmaInverse),
    dim,
    probabilities,
    beta,
  );
  return bonus;
}

/**
 * Dilated bonuses by dynamic programming:
 * `B(s, a) = b(s, a) + (1 + 1/H) sum_s' P(s' | s, a) sum_a' policy(a' | s') B(s', a')`, zero after the last layer.
 *
 * @param input.bonus b, `[layers][states][actions]`
 * @param input.transition `[layers][states][actions][next states]`; that of the last layer is not looked at
 * @param input.policy `[layers][states][actions]`
 * @param input.horizon H, default the number of layers
 * @returns B, in the shape of `bonus`
 * @throws TypeError, RangeError for tables of other shapes, numbers that are not finite, rows that are no distributions
 *
 * @example
 * dilatedBonusDp({ bonus: [[[1]], [[1]]], transition: [[[[1]]]], policy: [[[1]], [[1]]] }) // [2.5, 1]
 * @see arXiv 2107.08346, equation (5)
 */
export function dilatedBonusDp(options: {
  bonus: LayerTable;
  transition: TransitionTable;
  policy: LayerTable;
  horizon?: number;
}): Float64Array[][] {
  const {
    bonus,
    transition,
    policy,
    horizon = bonus.length,
  } = readOptions("dilatedBonusDp", options, {
    bonus: true,
    transition: true,
    policy: true,
    horizon: true,
  });
  checkLayers("bonus", bonus, transition, policy);
  checkNumber("horizon", horizon, { min: 1, integer: true });
  return backward(bonus, transition, policy, 1 + 1 / horizon);
}
