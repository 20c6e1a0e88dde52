import { checkNumber } from "minimand/engine";
import { withPresentNames } from "minimand/internals";
import { phiOfLog } from "./comp-sum-phi.ts";
import { renamedInFamily } from "./comp-sum-transform.ts";
import { checkDistribution, largest, powerExcess } from "./distribution.ts";

/**
 * Returns the least expected comp-sum loss at a point whose label has distribution `p`, over all score vectors.
 *
 * `([sum_y p_y^(1/(2-tau))]^(2-tau) - 1) / (1 - tau)` for `tau < 2`, at `tau = 1` the Shannon entropy in nats;
 * `(1 - max_y p_y) / (tau - 1)` for `tau >= 2`. Reached where the softmax is proportional to `p_y^(1/(2-tau))`.
 *
 * Holds for hypothesis sets that are symmetric and complete (the scores of a class at a point can be any real
 * number), such as linear layers with bias and neural networks.
 *
 * @param p probabilities `[classes]`, at least two
 * @param options `tau >= 0`
 * @returns a number >= 0, 0 for a certain label
 * @throws TypeError, RangeError where `p` is no distribution (sum within 1e-6 of 1), or `tau < 0`
 * @example
 * compSumConditionalInf([0.6, 0.4], { tau: 1.5 }) // 0.5578
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 4
 */
export function compSumConditionalInf(p: ArrayLike<number>, options: { tau: number }): number {
  const { tau } = options;
  checkNumber("tau", tau, { min: 0 });
  checkDistribution("p", p, 2);
  if (tau >= 2) return Math.max(0, 1 - largest(p)) / (tau - 1);
  if (tau === 1) return Math.max(0, entropy(p));
  return Math.max(0, Math.expm1(logNorm(p, tau)) / (1 - tau));
}

/** Returns the least expected zero-one loss at a point whose label has distribution `p`: `1 - max_y p_y`. */
export function zeroOneConditionalInf(p: ArrayLike<number>): number {
  checkDistribution("p", p, 2);
  return Math.max(0, 1 - largest(p));
}

function entropy(p: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum -= p[i] * Math.log(p[i]);
  return sum;
}

/** `(2 - tau) log sum_y p_y^e` with `e = 1 / (2 - tau)`. */
function logNorm(p: ArrayLike<number>, tau: number): number {
  const e = 1 / (2 - tau);
  let sum = 0;
  if (tau < 1.5) {
    // Near tau = 1 the sum is near 1, and what matters is the difference.
    for (let i = 0; i < p.length; i++) sum += powerExcess(p[i], (tau - 1) * e);
    return Math.log1p(sum) / e;
  }
  // Near tau = 2 the exponent is large: take the largest entry out.
  const max = largest(p);
  for (let i = 0; i < p.length; i++) sum += (p[i] / max) ** e;
  return Math.log(max) + Math.log(sum) / e;
}

/**
 * Returns the least comp-sum loss of bounded scores at a point with a certain label.
 *
 * `Phi_tau((n - 1) exp(-2 Lambda))` for scores in `[-Lambda, Lambda]` and `n` classes.
 *
 * @param scoreBound `Lambda >= 0`
 * @param options `tau >= 0`, `classes >= 2`
 * @returns a number >= 0
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * compSumBoundedDeterministicInf(1.3, { tau: 1, classes: 4 }) // 0.2012
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 4
 */
export function compSumBoundedDeterministicInf(
  scoreBound: number,
  options: { tau: number; classes: number },
): number {
  const { tau, classes } = withPresentNames(options, renamedInFamily);
  checkNumber("scoreBound", scoreBound, { min: 0 });
  checkNumber("tau", tau, { min: 0 });
  checkNumber("classes", classes, { min: 2, integer: true });
  return phiOfLog(Math.log1p((classes - 1) * Math.exp(-2 * scoreBound)), tau);
}
