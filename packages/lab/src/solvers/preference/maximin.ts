import { checkNumber, rangeError, readOptions } from "minimand/engine";
import type { Convex, Minimum } from "./convex.ts";
import { composed, readFeatures, rewardsOf } from "./linear-rewards.ts";
import { against, bestPolicy, pessimistic, preferences } from "./maximin-objectives.ts";
import { minimize, minimizeInBall } from "./newton.ts";
import { type MaximinSetting, type PairTable, readTable, readTables, rowsOf } from "./preference-tables.ts";

export type { MaximinSetting, PairTable } from "./preference-tables.ts";

/** Rewards that {@link rpoMaximin} chooses among: held by a box or a ball, since without either the problem has no bound. */
export type MaximinOptions = MaximinSetting & {
  /** Largest gradient entry at the end, default 1e-10. */
  tol?: number;
} & (
    | {
        /** A reward for each context and action, each at most `box` in absolute value, `> 0`. */
        box: number;
        radius?: undefined;
        features?: undefined;
      }
    | {
        /** Rewards, or their parameters, of Euclidean norm at most `radius`, `> 0`. */
        radius: number;
        box?: undefined;
        /** Linear rewards `r(x, a) = phi(x, a) . w`: the features, `[contexts][actions][d]`. */
        features?: readonly (readonly ArrayLike<number>[])[];
      }
  );

/** The max-min objective at a reward. */
export interface RpoObjective {
  value: number;
  /** Derivative in each reward, `[contexts][actions]`; each row sums to 0. */
  gradient: number[][];
  /** The policy that is best for the reward and near the reference, `[contexts][actions]`. */
  policy: number[][];
  /** Its part of the preferences alone. */
  preferenceLoss: number;
}

/**
 * Returns the objective that the reward adversary of RPO minimises: what the best policy gains over the baseline policy, and the likelihood
 * of the preferences.
 *
 *     F(r) = eta E_x[beta log Z_r(x) - sum_a base(a|x) r(x, a)] - mean_i log sigma(r(x_i, w_i) - r(x_i, l_i))
 *     Z_r(x) = sum_a ref(a|x) exp(r(x, a) / beta),   pi_r(a|x) = ref(a|x) exp(r(x, a) / beta) / Z_r(x)
 *
 * It equals the loss of {@link rpoLoss} at `pi_r` (its likelihood term as an expectation over the baseline policy) up to the constant
 * `eta beta E[log ref]`.
 *
 * @param data the pairs
 * @param setting reference and baseline policy, contexts' distribution, `beta`, `eta`
 * @param reward `[contexts][actions]`
 * @throws TypeError, RangeError as {@link rpoMaximin}
 * @example
 * const setting = { refPolicy: [[0.5, 0.5]], basePolicy: [[1, 0]], d0: [1], beta: 1, eta: 1 }
 * rpoObjective({ context: [0], chosen: [0], rejected: [1] }, setting, [[0, 0]]) // { value: 0.6931, gradient: [-1, 1], policy: [0.5, 0.5], preferenceLoss: 0.6931 }
 * @see Liu et al. 2024, arXiv 2405.16436, algorithm 1
 */
export function rpoObjective(
  data: PairTable,
  setting: MaximinSetting,
  reward: readonly ArrayLike<number>[],
): RpoObjective {
  const { refPolicy, basePolicy, d0, beta, eta } = setting;
  const tables = readTables(data, { refPolicy, basePolicy, d0, beta, eta });
  const { flat } = readTable("reward", reward, tables.S, tables.K);
  const f = pessimistic(tables);
  return {
    value: f.value(flat),
    gradient: rowsOf(f.derivatives(flat).gradient, tables.K),
    policy: rowsOf(bestPolicy(tables, flat), tables.K),
    preferenceLoss: preferences(tables).value(flat),
  };
}

/** What {@link rpoMaximin} found. */
export interface Maximin {
  /** The adversary's reward, `[contexts][actions]`. */
  reward: number[][];
  /** Parameters of linear rewards, `[d]`. */
  weights?: Float64Array;
  /** The pessimistic policy, `[contexts][actions]`. */
  policy: number[][];
  /** The saddle value. */
  value: number;
  /** What the best answers of both sides are apart, `>= 0`: at a saddle point 0. */
  gap: number;
  /** Newton steps, of both problems. */
  iterations: number;
}

/**
 * Solves the max-min problem of RPO itself, for few contexts and actions: the policy that is best under the reward that is worst for it
 * among those that explain the preferences.
 *
 *     max_pi min_r  eta E_x[E_pi r - E_base r - beta KL(pi || ref)] - mean_i log sigma(r(x_i, w_i) - r(x_i, l_i))
 *
 * Both sides change places; the adversary's convex {@link rpoObjective} is minimised by Newton's method over a box or ball of rewards,
 * and the policy is the best one for that reward. The gap certifies it: the value less the least value that any reward gives to that
 * policy, by a second minimisation.
 *
 * An action that the baseline never takes and that no pair prefers has its reward lowered without end; where nothing holds rewards there
 * is no solution, and the problem is refused.
 *
 * @param data the pairs: contexts and actions by number, `[n]` each
 * @param options the setting; `box` for a table of rewards, or `radius`, with `features` for linear rewards
 * @returns reward, policy, saddle value, gap
 * @throws TypeError, RangeError for tables that don't match, rows that are no distributions, reference probabilities of 0, `beta` or
 * `eta <= 0`, and where neither box nor radius is given
 * @example
 * const setting = { refPolicy: [[0.5, 0.5]], basePolicy: [[0.5, 0.5]], d0: [1], beta: 1, eta: 1 }
 * const data = { context: [0, 0, 0, 0], chosen: [0, 0, 0, 1], rejected: [1, 1, 1, 0] }
 * rpoMaximin(data, { ...setting, box: 10 }).policy // [0.625, 0.375]
 * rpoMaximin(data, setting) // throws: box: expected a bound of rewards (or a radius), without which the problem has none...
 * @see Liu et al. 2024, arXiv 2405.16436, algorithm 1
 */
export function rpoMaximin(data: PairTable, options: MaximinOptions): Maximin {
  readOptions<object>("rpoMaximin", options, {
    refPolicy: true,
    basePolicy: true,
    d0: true,
    beta: true,
    eta: true,
    box: true,
    radius: true,
    features: true,
    tol: true,
  });
  const { box, radius, features, tol = 1e-10, ...setting } = options;
  checkNumber("tol", tol, { above: 0 });
  if (box === undefined && radius === undefined)
    throw rangeError("box", "a bound of rewards (or a radius), without which the problem has none", box);
  if (box !== undefined && radius !== undefined) throw rangeError("radius", "no box beside it", box);
  checkNumber(box === undefined ? "radius" : "box", box ?? radius, { above: 0 });
  if (features !== undefined && radius === undefined)
    throw rangeError("features", "a radius of their parameters", box);
  const tables = readTables(data, setting);
  const linear = features === undefined ? undefined : readFeatures(features, tables);
  const reach = (f: Convex): Convex => (linear === undefined ? f : composed(f, linear));
  const solve = (f: Convex, start?: Float64Array): Minimum =>
    radius === undefined
      ? minimize(f, start ?? new Float64Array(f.size), { box, tol })
      : minimizeInBall(f, radius, { tol, start });

  const adversary = solve(reach(pessimistic(tables)));
  const reward = linear === undefined ? adversary.x : rewardsOf(linear, adversary.x);
  const policy = bestPolicy(tables, reward);
  const answer = solve(reach(against(tables, policy)), adversary.x);
  if (!adversary.converged || !answer.converged)
    throw rangeError(
      "tol",
      "a gradient that Newton steps reach",
      Math.max(adversary.gradNorm, answer.gradNorm),
    );
  return {
    reward: rowsOf(reward, tables.K),
    ...(linear !== undefined && { weights: adversary.x }),
    policy: rowsOf(policy, tables.K),
    value: adversary.value,
    gap: Math.max(0, adversary.value - answer.value),
    iterations: adversary.iterations + answer.iterations,
  };
}
