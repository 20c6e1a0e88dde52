import { oneOf, readOptions } from "minimand/engine";
import type { Regularizer } from "../estimators/ftrl.ts";
import type { Estimator } from "../estimators/q-estimate.ts";

/**
 * How policies are improved: `log-barrier` and `magnitude-reduced` are Algorithms 1 and 2 of arXiv 2301.12942,
 * `dilated-hedge` is their predecessor (arXiv 2107.08346). `unprotected-hedge` takes from the predecessor what it does and
 * from Algorithm 1 the larger steps, for which no theorem holds: the ablation that shows what the protection is worth.
 */
export type MdpAlgorithm = "log-barrier" | "magnitude-reduced" | "dilated-hedge" | "unprotected-hedge";

export const mdpAlgorithms = [
  "log-barrier",
  "magnitude-reduced",
  "dilated-hedge",
  "unprotected-hedge",
] as const satisfies readonly MdpAlgorithm[];

/** What an algorithm is made of. */
export const partsOf: Record<MdpAlgorithm, { regularizer: Regularizer; estimator: Estimator }> = {
  "log-barrier": { regularizer: "log-barrier", estimator: "plain" },
  "magnitude-reduced": { regularizer: "entropy", estimator: "magnitude-reduced" },
  "dilated-hedge": { regularizer: "entropy", estimator: "plain" },
  "unprotected-hedge": { regularizer: "entropy", estimator: "plain" },
};

/** Size of a problem and multipliers of the theory's constants. */
export interface ScheduleOptions {
  algorithm: MdpAlgorithm;
  /** H. */
  horizon: number;
  /** d. */
  dim: number;
  /** A, the (largest) number of actions. */
  actions: number;
  /** K, the number of episodes planned. */
  episodes: number;
  /** Multiplies the learning rate, default 1. */
  etaScale?: number;
  /** Multiplies the bonus, default 1; 0 for none. */
  bonusScale?: number;
  /** Multiplies the regulariser, default 1. */
  gammaScale?: number;
}

/** Learning rate, bonus and regulariser of a run. */
export interface MdpSchedule {
  eta: number;
  beta: number;
  gamma: number;
  /** Whether the conditions of the algorithm's regret bound hold for these three. */
  withinTheory: boolean;
}

/**
 * Learning rate eta, bonus scale beta and regulariser gamma of the theorems. Orders are those of the papers; the constants
 * are chosen so that every condition holds for losses in [0, 1]:
 *
 * - `dilated-hedge`: `eta = (ln A / (d K))^(2/3) / H`, `gamma = 2 eta H`, `beta = sqrt(gamma) / 3`;
 * - `log-barrier`: `eta = sqrt(A ln K / (d K)) / H^2`, `gamma = min(24 eta^2 H^4, 1)`, `beta = 4 eta H^2`;
 * - `magnitude-reduced`: `eta = sqrt(ln A / (d K)) / H^2`, gamma and beta as `log-barrier`;
 * - `unprotected-hedge`: as `magnitude-reduced`.
 *
 * At scale 1 policies stay near the uniform one up to K = 1e5 or so; in practice take `etaScale` 30 to 100.
 * gamma and beta follow the scaled eta.
 *
 * @throws TypeError, RangeError for an unknown algorithm, fewer than two actions, numbers outside their range
 *
 * @example
 * adversarialMdpSchedule({ algorithm: "magnitude-reduced", horizon: 1, dim: 2, actions: 2, episodes: 800 }) // [0.0208, 0.0833, 0.0104]
 * @see arXiv 2301.12942, Theorems of Algorithms 1 and 2; arXiv 2107.08346, Theorem of its section 4
 */
export function adversarialMdpSchedule(options: ScheduleOptions): MdpSchedule {
  const {
    algorithm,
    horizon: h,
    dim,
    actions,
    episodes,
    etaScale,
    bonusScale,
    gammaScale,
  } = readOptions("adversarialMdpSchedule", options, {
    algorithm: oneOf(mdpAlgorithms),
    horizon: { min: 1, integer: true },
    dim: { min: 1, integer: true },
    actions: { min: 2, integer: true },
    episodes: { min: 2, integer: true },
    etaScale: [1, { above: 0 }],
    bonusScale: [1, { min: 0 }],
    gammaScale: [1, { above: 0 }],
  });
  if (algorithm === "dilated-hedge") {
    const eta = (etaScale * (Math.log(actions) / (dim * episodes)) ** (2 / 3)) / h;
    const gamma = gammaScale * 2 * eta * h;
    const beta = (bonusScale * Math.sqrt(gamma)) / 3;
    return { eta, beta, gamma, withinTheory: holds(algorithm, h, eta, beta, gamma) };
  }
  const size = algorithm === "log-barrier" ? actions * Math.log(episodes) : Math.log(actions);
  const eta = (etaScale * Math.sqrt(size / (dim * episodes))) / h ** 2;
  const gamma = Math.min(1, gammaScale * 24 * eta ** 2 * h ** 4);
  const beta = bonusScale * 4 * eta * h ** 2;
  return { eta, beta, gamma, withinTheory: holds(algorithm, h, eta, beta, gamma) };
}

/** Whether the conditions hold under which the regret bounds are proved. */
export function holds(algorithm: MdpAlgorithm, h: number, eta: number, beta: number, gamma: number): boolean {
  const room = 1 + 1e-9;
  const bounded = 6 * eta * beta * h ** 2 <= gamma * room;
  const enough = beta * room >= (algorithm === "dilated-hedge" ? 2 : 4) * eta * h ** 2;
  const magnitude = {
    "log-barrier": true,
    "magnitude-reduced": 16 * eta ** 2 * h ** 2 <= gamma * room,
    "dilated-hedge": 2 * eta * h <= gamma * room,
    "unprotected-hedge": 2 * eta * h <= gamma * room,
  }[algorithm];
  return bounded && enough && magnitude;
}
