import { checkNumber, rangeError, readOptions } from "minimand/engine";
import { checkVector } from "../../vectors.ts";
import { checkSchedule } from "./schedule.ts";

/** How much the weighting exploits; see {@link inverseGap}. */
export interface InverseGapOptions {
  /** gamma >= 0: 0 is uniform, Infinity is greedy. */
  gamma: number;
}

/**
 * Returns the inverse gap weighting (SquareCB): with b the arm of the least predicted cost, `p_a = 1 / (K + gamma (cost_a - cost_b))` for
 * the others and `p_b = 1 - sum`.
 *
 * Shift-invariant in the costs; `p_b >= 1 / K`; an arm is the less probable the larger its gap. Ties for b go to the first.
 *
 * @param costs predicted costs, `[K]`, finite
 * @returns probabilities, `[K]`, with sum 1
 * @throws RangeError for no arms, costs that are not finite, a negative gamma
 * @example inverseGap([0.2, 0.5, 0.9], { gamma: 10 }) // [0.7333, 0.1667, 0.1]
 * @see Foster and Rakhlin 2020, arXiv 2002.04926; Deb et al. 2023, arXiv 2312.07145, NeuSquareCB
 */
export function inverseGap(costs: ArrayLike<number>, { gamma }: InverseGapOptions): Float64Array {
  const best = cheapest(costs, gamma);
  return spread(costs, best, (gap, arms) => 1 / (arms + (gap === 0 ? 0 : gamma * gap)));
}

/**
 * Returns the weighting of FastCB: `p_a = cost_b / (K cost_b + gamma (cost_a - cost_b))` for the others and `p_b = 1 - sum`.
 *
 * It is {@link inverseGap} with `gamma / cost_b`, thus scale-invariant, and explores less the smaller the best cost is. Where
 * `cost_b = 0`, arms that tie with b have `1 / K` (the limit of equal arms) and all others 0.
 *
 * @param costs predicted costs, `[K]`, finite and >= 0
 * @returns probabilities, `[K]`, with sum 1
 * @throws RangeError for no arms, costs that are negative or not finite, a negative gamma
 * @example fastInverseGap([0.2, 0.5, 0.9], { gamma: 30 }) // [0.9699, 0.0208, 0.0093]
 * @see Foster and Krishnamurthy 2021, arXiv 2107.02237; Deb et al. 2023, arXiv 2312.07145, NeuFastCB
 */
export function fastInverseGap(costs: ArrayLike<number>, { gamma }: InverseGapOptions): Float64Array {
  const best = cheapest(costs, gamma);
  const least = costs[best];
  if (least < 0) throw rangeError("costs", "numbers >= 0", least);
  return spread(costs, best, (gap, arms) => {
    if (gap === 0) return 1 / arms;
    return least === 0 ? 0 : least / (arms * least + gamma * gap);
  });
}

/** The first arm of the least cost. */
function cheapest(costs: ArrayLike<number>, gamma: number): number {
  checkVector("costs", costs);
  if (gamma !== Infinity) checkNumber("gamma", gamma, { min: 0 });
  let best = 0;
  for (let arm = 0; arm < costs.length; arm++) if (costs[arm] < costs[best]) best = arm;
  return best;
}

function spread(
  costs: ArrayLike<number>,
  best: number,
  share: (gap: number, arms: number) => number,
): Float64Array {
  const arms = costs.length;
  const p = new Float64Array(arms);
  let sum = 0;
  for (let arm = 0; arm < arms; arm++) {
    if (arm === best) continue;
    p[arm] = share(costs[arm] - costs[best], arms);
    sum += p[arm];
  }
  // Rounding may take it below its bound by a hair, never more.
  p[best] = Math.max(1 - sum, 1 / arms - 1e-12);
  return p;
}

/** What the theory's gamma depends on. */
export interface GammaOptions {
  /** K, the number of arms. */
  arms: number;
  /** R, the regret of the online regression. */
  regret: number;
}

/**
 * gamma of SquareCB: `sqrt(K T / R)`, or `sqrt(K T / (R + ln(2 / delta)))` where a probability of failure is given.
 *
 * @throws RangeError for numbers outside of their ranges
 * @see Foster and Rakhlin 2020, arXiv 2002.04926, theorem 1 (up to its constant)
 */
export function squareCbGamma(options: GammaOptions & { rounds: number; delta?: number }): number {
  const { arms, regret, rounds, delta } = readOptions("squareCbGamma", options, {
    arms: true,
    regret: true,
    rounds: { min: 1 },
    delta: true,
  });
  checkGamma(options);
  if (delta === undefined) return Math.sqrt((arms * rounds) / regret);
  checkNumber("delta", delta, { above: 0, below: 1 });
  return Math.sqrt((arms * rounds) / (regret + Math.log(2 / delta)));
}

/**
 * gamma of FastCB: `max(sqrt(K L / (3 R)), 10 K)`, with L the summed cost of the best arms.
 *
 * @throws RangeError for numbers outside of their ranges
 * @see Foster and Krishnamurthy 2021, arXiv 2107.02237
 */
export function fastCbGamma(options: GammaOptions & { bestCost: number }): number {
  const { arms, regret, bestCost } = options;
  checkGamma(options);
  checkNumber("bestCost", bestCost, { min: 0 });
  return Math.max(Math.sqrt((arms * bestCost) / (3 * regret)), 10 * arms);
}

function checkGamma({ arms, regret }: GammaOptions): void {
  checkNumber("arms", arms, { min: 1, integer: true });
  checkNumber("regret", regret, { above: 0 });
}

/**
 * gamma of a bandit: a number, or one that grows with the decisions made: `initial sqrt(t)` (`sqrt`), or `initial sqrt(2^k)` from
 * decision `2^k` on (`doubling`, constant within an epoch). The growing ones are ours: neither paper fixes one.
 */
export type GammaSchedule = number | { kind: "sqrt" | "doubling"; initial: number };

/** gamma at decision t, counted from 0. */
export function gammaAt(schedule: GammaSchedule, t: number): number {
  if (typeof schedule === "number") return schedule;
  const { kind, initial } = schedule;
  return initial * Math.sqrt(kind === "sqrt" ? t + 1 : 2 ** Math.floor(Math.log2(t + 1)));
}

/** Throws unless this is a gamma. */
export function checkGammaSchedule(argument: string, schedule: unknown): asserts schedule is GammaSchedule {
  checkSchedule(argument, schedule, ["sqrt", "doubling"], { min: 0 });
}
