/** Mean and standard error of the mean. */
export interface Estimate {
  mean: number;
  /** 0 for a single value. */
  error: number;
  n: number;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(variance / n), n };
}

/** Paired differences: the same seeds in the same order. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((v, i) => v - b[i]);
}

/** The estimate of {@link differences}. */
export const difference = (a: readonly number[], b: readonly number[]): Estimate =>
  estimate(differences(a, b));

/** A share in percent, with one digit. */
export const percent = (share: number): string => (100 * share).toFixed(1);

/** `87.3 ± 0.4`, in percent. */
export function percentOf({ mean, error, n }: Estimate): string {
  return n > 1 ? `${percent(mean)} ± ${percent(error)}` : percent(mean);
}

/** Rounded to four digits, for tables. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
