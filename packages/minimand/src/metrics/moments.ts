/** The mean of some numbers; NaN of none. */
export const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

/** Their standard deviation, of the population. */
export function deviation(x: readonly number[]): number {
  const centre = mean(x);
  return Math.sqrt(mean(x.map((v) => (v - centre) ** 2)));
}
