import { derive, randomSource } from "minimand/engine";

export const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

export function standardError(x: readonly number[]): number {
  const m = mean(x);
  return Math.sqrt(x.reduce((s, v) => s + (v - m) ** 2, 0) / (x.length - 1) / x.length);
}

/** Slope of a least-squares line through logarithms; null where a value has none. */
export function logSlope(x: readonly number[], y: readonly number[]): number | null {
  if (y.some((v) => !(v > 0))) return null;
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const [mu, mv] = [mean(u), mean(v)];
  const spread = u.reduce((s, a) => s + (a - mu) ** 2, 0);
  return u.reduce((s, a, i) => s + (a - mu) * (v[i] - mv), 0) / spread;
}

/** 2.5 % and 97.5 % quantiles of a statistic over seeds drawn with replacement; null where it is none for some draw. */
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
