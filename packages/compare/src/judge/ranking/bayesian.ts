import { studentCdf } from "./distributions.ts";
import { checkIn, summarise } from "./sample.ts";

/** Posterior probabilities that a candidate is practically better, the same, worse; they sum to 1. */
export interface Posterior {
  pBetter: number;
  pSame: number;
  pWorse: number;
}

/**
 * Bayesian correlated t-test: how probable is it that the mean difference is of practical size?
 *
 * The posterior of the mean difference is Student's t with `n − 1` degrees of freedom, located at the mean of
 * the differences, with `scale² = (1/n + ρ/(1−ρ)) s²`. With `ρ` the share of test rows this is the corrected
 * resampled t-test read as a posterior. "Same" is the probability of the region of practical equivalence
 * `[−rope, rope]`.
 *
 * Where all differences are equal, up to rounding, the posterior is the one point of their mean.
 *
 * @param differences paired differences candidate minus baseline, one per fold, at least 2
 * @param rho correlation of the folds: the share of rows that are tested on, 1/k for k folds
 * @param rope half-width of the region of practical equivalence, in units of the metric
 * @param higherIsBetter false for an error: then a negative difference is an improvement
 * @returns `{ pBetter, pSame, pWorse }`
 * @throws RangeError for fewer than 2 differences, one that is not finite, rho outside [0, 1), or rope below 0
 * @example
 * bayesianCorrelatedTTest([0.02, 0.04, 0.03, 0.05], 0.25, 0.01, true).pBetter; // 0.957...
 * @reference Corani and Benavoli 2015, Machine Learning 100:285; Benavoli et al. 2017, JMLR 18(77), section 4.1
 */
export function bayesianCorrelatedTTest(
  differences: readonly number[],
  rho: number,
  rope: number,
  higherIsBetter: boolean,
): Posterior {
  checkIn("rho", rho, 0, 1);
  checkIn("rope", rope, 0, Infinity);
  const { n, mean, variance, constant } = summarise(differences);
  const gain = higherIsBetter ? mean : -mean;
  if (constant) {
    const pBetter = gain > rope ? 1 : 0;
    const pWorse = gain < -rope ? 1 : 0;
    return { pBetter, pSame: 1 - pBetter - pWorse, pWorse };
  }
  const scale = Math.sqrt((1 / n + rho / (1 - rho)) * variance);
  const pBetter = studentCdf((gain - rope) / scale, n - 1);
  const pWorse = studentCdf((-gain - rope) / scale, n - 1);
  return { pBetter, pSame: Math.max(0, 1 - pBetter - pWorse), pWorse };
}
