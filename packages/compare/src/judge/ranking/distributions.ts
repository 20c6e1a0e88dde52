/**
 * Tails and quantiles of the distributions that the tests need, on jStat's special functions. Upper tails are
 * computed as such and not as one minus the rest, so that small p-values keep their digits.
 */
import jStat from "jstat";

/** P(T <= -|t|) of Student's t with `df` degrees of freedom: half of the two-sided p-value. */
export function studentTail(t: number, df: number): number {
  return jStat.ibeta(df / (df + t * t), df / 2, 0.5) / 2;
}

/** P(T <= t) of Student's t. */
export function studentCdf(t: number, df: number): number {
  return t <= 0 ? studentTail(t, df) : 1 - studentTail(t, df);
}

/** Returns the t that Student's t stays below with probability p. */
export function studentQuantile(p: number, df: number): number {
  return jStat.studentt.inv(p, df);
}

/** P(F >= f) of the F distribution. */
export function fTail(f: number, df1: number, df2: number): number {
  return jStat.ibeta(df2 / (df2 + df1 * f), df2 / 2, df1 / 2);
}

/** P(X >= x) of the chi-square distribution. */
export function chiSquareTail(x: number, df: number): number {
  return x <= 0 ? 1 : Math.max(0, 1 - jStat.lowRegGamma(df / 2, x / 2));
}

/** Returns the quantile of the studentized range of `k` standard normal means (infinite degrees of freedom). */
export function studentizedRangeQuantile(p: number, k: number): number {
  return jStat.tukey.inv(p, k, Number.POSITIVE_INFINITY);
}

/** Returns the quantile of the chi-square distribution. */
export function chiSquareQuantile(p: number, df: number): number {
  return jStat.chisquare.inv(p, df);
}

/** Returns the quantile of the standard normal distribution. */
export function normalQuantile(p: number): number {
  return jStat.normal.inv(p, 0, 1);
}
