import { checkNumber, rangeError } from "minimand/engine";
import { compSumConditionalInf, zeroOneConditionalInf } from "./comp-sum-conditional-inf.ts";
import { compSumPhi } from "./comp-sum-phi.ts";
import { checkDistribution } from "./distribution.ts";

/**
 * Returns the minimizability gap: how far the best risk in a hypothesis set stays above what could be had point by point.
 *
 * `M(H) = R*(H) - sum_x w_x C*(p(.|x))`, for a comp-sum loss or the zero-one loss on a finite set of points.
 *
 * @param bestInClassRisk `R*(H)`, the least risk in the hypothesis set
 * @param weights probabilities of the points `[points]`
 * @param conditionals label distributions at the points `[points][classes]`
 * @param options `tau >= 0`, or `"zeroOne"`
 * @returns a number >= 0
 * @throws TypeError, RangeError where an argument is no distribution, lengths differ, or the risk is below the
 * expected conditional infimum, which no hypothesis set can reach
 * @example
 * minimizabilityGap(0.7, [0.5, 0.5], [[0.6, 0.4], [1, 0]], { tau: 1 }) // 0.3635
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 2
 */
export function minimizabilityGap(
  bestInClassRisk: number,
  weights: ArrayLike<number>,
  conditionals: readonly ArrayLike<number>[],
  options: { tau: number | "zeroOne" },
): number {
  checkNumber("bestInClassRisk", bestInClassRisk, { min: 0 });
  const gap = bestInClassRisk - expectedConditionalInf(weights, conditionals, options);
  if (gap < -1e-9)
    throw rangeError(
      "bestInClassRisk",
      `a number >= the expected conditional infimum ${bestInClassRisk - gap}`,
      bestInClassRisk,
    );
  return Math.max(0, gap);
}

/**
 * Returns the expectation of the conditional infimum, `sum_x w_x C*(p(.|x))`: the risk that could be had point by point. Arguments and
 * errors as {@link minimizabilityGap}.
 */
export function expectedConditionalInf(
  weights: ArrayLike<number>,
  conditionals: readonly ArrayLike<number>[],
  options: { tau: number | "zeroOne" },
): number {
  const { tau } = options;
  checkDistribution("weights", weights, 1);
  if (conditionals.length !== weights.length)
    throw rangeError("conditionals", `${weights.length} distributions, as many as weights`, conditionals);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const q = conditionals[i];
    sum += weights[i] * (tau === "zeroOne" ? zeroOneConditionalInf(q) : compSumConditionalInf(q, { tau }));
  }
  return sum;
}

/**
 * Returns an upper bound of the minimizability gap of a comp-sum loss that needs the best risk of the sum-exponential loss (`tau = 0`)
 * only.
 *
 * `M_tau(H) <= Phi_tau(R*_0(H)) - sum_x w_x C*_tau(p(.|x))`, by concavity of `Phi_tau`. With certain labels the
 * second term is 0, and the bound decreases in `tau`.
 *
 * @param bestSumExponentialRisk `R*_0(H)`, the least sum-exponential risk in the hypothesis set
 * @param weights probabilities of the points `[points]`
 * @param conditionals label distributions at the points `[points][classes]`
 * @param options `tau >= 0`
 * @returns a number >= 0
 * @throws TypeError, RangeError as {@link minimizabilityGap}
 * @example
 * minimizabilityGapUpperBound(1, [1], [[1, 0]], { tau: 1 }) // 0.6931
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 4
 */
export function minimizabilityGapUpperBound(
  bestSumExponentialRisk: number,
  weights: ArrayLike<number>,
  conditionals: readonly ArrayLike<number>[],
  options: { tau: number },
): number {
  checkNumber("bestSumExponentialRisk", bestSumExponentialRisk, { min: 0 });
  const bound =
    compSumPhi(bestSumExponentialRisk, options) - expectedConditionalInf(weights, conditionals, options);
  return Math.max(0, bound);
}
