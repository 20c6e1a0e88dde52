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

/** The estimate of paired differences: the same seeds in the same order. */
export function difference(a: readonly number[], b: readonly number[]): Estimate {
  return estimate(a.map((v, i) => v - b[i]));
}

/** `87.3 ± 0.4`, in percent. */
export function percent({ mean, error, n }: Estimate): string {
  const points = (v: number) => (100 * v).toFixed(1);
  return n > 1 ? `${points(mean)} ± ${points(error)}` : points(mean);
}
