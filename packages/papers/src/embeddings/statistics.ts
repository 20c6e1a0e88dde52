/** Mean and standard error of the mean; the error is 0 for a single value. */
export interface Estimate {
  mean: number;
  error: number;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(variance / n) };
}

/** Paired differences: the same seeds in the same order. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((v, i) => v - b[i]);
}

/** In percent with one digit. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** Rounded to four digits, for tables. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
