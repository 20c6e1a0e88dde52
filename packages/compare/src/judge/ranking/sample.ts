/** Mean and unbiased variance of paired differences, with what both tests need to know about them. */
export interface Sample {
  n: number;
  mean: number;
  /** Sum of squared deviations over n - 1. */
  variance: number;
  /** All differences are equal, up to rounding. */
  constant: boolean;
}

/** Summarises at least two finite differences; throws a `RangeError` otherwise. */
export function summarise(differences: readonly number[]): Sample {
  const n = differences.length;
  if (n < 2) throw new RangeError(`differences: expected at least 2 values, got ${n}`);
  let sum = 0;
  let largest = 0;
  differences.forEach((d, i) => {
    if (!Number.isFinite(d)) throw new RangeError(`differences[${i}]: expected a finite number, got ${d}`);
    sum += d;
    largest = Math.max(largest, Math.abs(d));
  });
  const mean = sum / n;
  const variance = differences.reduce((total, d) => total + (d - mean) ** 2, 0) / (n - 1);
  // Equal differences of rounded scores come out a few last digits apart.
  return { n, mean, variance, constant: Math.sqrt(variance) <= 1e-12 * largest };
}

/** Throws unless `value` is a finite number in [low, high). */
export function checkIn(argument: string, value: number, low: number, high: number): void {
  const below = high === Infinity ? "" : ` and < ${high}`;
  if (!(value >= low && value < high))
    throw new RangeError(`${argument}: expected a finite number >= ${low}${below}, got ${value}`);
}
