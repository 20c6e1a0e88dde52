/** Mean and standard error of the mean. */
export interface Estimate {
  mean: number;
  /** 0 for a single value. */
  error: number;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(variance / n) };
}

/** Of paired differences: the same seeds in the same order. */
export const difference = (a: readonly number[], b: readonly number[]): Estimate =>
  estimate(a.map((v, i) => v - b[i]));

/** The exponent k of a growth `y ~ x^k`, by least squares on logarithms; NaN where a y is not positive. */
export function exponent(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const [mu, mv] = [estimate(u).mean, estimate(v).mean];
  const slope = u.reduce((s, a, i) => s + (a - mu) * (v[i] - mv), 0);
  return slope / u.reduce((s, a) => s + (a - mu) ** 2, 0);
}
