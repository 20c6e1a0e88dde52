import { derive, randomSource } from "minimand/engine";

/** Returns the 2.5 % and 97.5 % quantiles of a statistic over seeds drawn with replacement; null if some draw has no value. */
export function bootstrap(
  seeds: number,
  statistic: (drawn: readonly number[]) => number | null,
): [low: number, high: number] | null {
  const random = randomSource(derive(seeds, 77));
  const values: number[] = [];
  const draws = 2000;
  for (let i = 0; i < draws; i++) {
    const value = statistic(Array.from({ length: seeds }, () => Math.floor(random() * seeds)));
    if (value === null || Number.isNaN(value)) return null;
    values.push(value);
  }
  values.sort((a, b) => a - b);
  return [values[Math.floor(0.025 * draws)], values[Math.ceil(0.975 * draws) - 1]];
}
