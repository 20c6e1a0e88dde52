/** Mean and standard error of the mean. */
export interface Estimate {
  mean: number;
  /** 0 for a single value. */
  error: number;
  n: number;
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Returns the mean of what isn't null; null where nothing is left. */
export function meanOrNull(values: readonly (number | null)[]): number | null {
  const found = values.filter((v) => v !== null);
  return found.length === 0 ? null : mean(found);
}

/** Returns the middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns the middle value, of two in the middle the larger: a time that was measured. */
export const laterMedian = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function variance(values: readonly number[]): number {
  const m = mean(values);
  return values.reduce((sum, v) => sum + (v - m) ** 2, 0) / Math.max(1, values.length - 1);
}

/** Returns the standard deviation over a sample. */
export const deviation = (values: readonly number[]): number => Math.sqrt(variance(values));

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  return { mean: mean(values), error: Math.sqrt(variance(values) / n), n };
}

/** Paired differences: the same seeds in the same order. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((v, i) => v - b[i]);
}

/** Returns the estimate of {@link differences}. */
export const difference = (a: readonly number[], b: readonly number[]): Estimate =>
  estimate(differences(a, b));

/** Returns the slope of a line through points by least squares. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const along = x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0);
  return along / x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
}

/** Returns the exponent k of a growth `y ~ x^k`: {@link slope} on logarithms; NaN where a y is not positive. */
export const logSlope = (x: readonly number[], y: readonly number[]): number =>
  slope(x.map(Math.log), y.map(Math.log));

/** Returns a share in percent, with one digit. */
export const percent = (share: number): string => (100 * share).toFixed(1);

/** Formats a mean with its error: `87.3 ± 0.4`, in percent. */
export function percentOf({ mean, error, n }: Estimate): string {
  return n > 1 ? `${percent(mean)} ± ${percent(error)}` : percent(mean);
}

/** Returns a difference of shares in points, with its sign. */
export const signedPoints = (share: number, digits = 1): string =>
  `${share < 0 ? "" : "+"}${(100 * share).toFixed(digits)}`;

/** Rounds to a number of digits after the point. */
export const round = (value: number, digits: number): number =>
  Math.round(value * 10 ** digits) / 10 ** digits;

/** {@link round}, null where there is no number. */
export const roundOrNull = (value: number | null, digits: number): number | null =>
  value === null ? null : round(value, digits);

/** Rounds to four digits, for tables. */
export const rounded = (value: number): number => round(value, 4);
