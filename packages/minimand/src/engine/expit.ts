/**
 * `1 / (1 + exp(-x))` of a number; keeps small tails exact. Of arrays: {@link sigmoid}.
 *
 * @example
 * [-100, 0, 2].map(expit) // [0.0000, 0.5, 0.8808]
 */
export function expit(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/**
 * `log(1 + exp(x))` of a number, finite for every finite one. Of arrays: {@link softplus}.
 *
 * @example
 * [-100, 0, 100].map(log1pExp) // [0.0000, 0.6931, 100]
 */
export function log1pExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
