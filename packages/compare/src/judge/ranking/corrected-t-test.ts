import { studentQuantile, studentTail } from "./distributions.ts";
import { checkIn, summarise } from "./sample.ts";

export interface CorrectedTTest {
  mean: number;
  /** 95 % interval of the mean difference. */
  low: number;
  high: number;
  /** Plus or minus Infinity where all differences are equal and not 0. */
  t: number;
  df: number;
  /** Two-sided. */
  p: number;
}

/**
 * Corrected resampled t-test: are the means of two methods on repeated cross-validation different?
 *
 * `t = mean / sqrt( (1/n + n_test/n_train) s² )`, `df = n − 1`, with `s²` the sample variance of the n paired
 * differences. The second term is there because training sets overlap: without it the folds would count as
 * independent, and methods without any difference would be called different far too often.
 *
 * Where all differences are equal there is no variance to compare with. If they are 0 then p = 1; otherwise p is
 * that of the sign test, `2^(1−n)`, as n equal signs are all that is known. The interval is the one point then.
 *
 * @param differences paired differences, one per fold, at least 2
 * @param testTrainRatio rows of a test part over rows of its training part; 1/(k−1) for k folds
 * @returns mean, 95 % interval, t, degrees of freedom and two-sided p
 * @throws RangeError for fewer than 2 differences, one that is not finite, or a ratio below 0
 * @example
 * correctedTTest([0.01, 0.03, 0.02, 0.04], 1 / 3); // mean 0.025, t 2.535..., p 0.0850...
 * @reference Nadeau and Bengio 2003, Machine Learning 52:239, section 3 (corrected resampled t-test)
 */
export function correctedTTest(differences: readonly number[], testTrainRatio: number): CorrectedTTest {
  checkIn("testTrainRatio", testTrainRatio, 0, Infinity);
  const { n, mean, variance, constant } = summarise(differences);
  const df = n - 1;
  if (constant) {
    const zero = mean === 0;
    return { mean, low: mean, high: mean, t: zero ? 0 : mean * Infinity, df, p: zero ? 1 : 2 ** (1 - n) };
  }
  const error = Math.sqrt((1 / n + testTrainRatio) * variance);
  const t = mean / error;
  const reach = studentQuantile(0.975, df) * error;
  return { mean, low: mean - reach, high: mean + reach, t, df, p: 2 * studentTail(t, df) };
}
