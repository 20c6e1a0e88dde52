import { rangeError } from "minimand/engine";
import { times } from "minimand/internals";
import { checkedVector, inner } from "../../vectors.ts";

/** A function of decisions with its gradient. */
export interface RoundLoss {
  value(x: Float64Array): number;
  gradient(x: Float64Array): ArrayLike<number>;
}

/** `f(x) = x^T P x / 2 - q^T x`, as plain data. */
export interface Quadratic {
  /** P, row-major `[n, n]`, symmetric; a number stands for that multiple of the identity. */
  curvature: number | ArrayLike<number>;
  /** q, `[n]`. */
  pull: ArrayLike<number>;
}

/** Returns the matrix of a quadratic, `[n, n]`. */
export function curvatureOf({ curvature }: Quadratic, n: number): Float64Array {
  if (typeof curvature !== "number") return checkedVector("curvature", curvature, n * n);
  if (!Number.isFinite(curvature)) throw rangeError("curvature", "a finite number", curvature);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = curvature;
  return matrix;
}

/**
 * Returns a quadratic as a loss of a round.
 *
 * @throws TypeError, RangeError unless its numbers are finite and fit together
 * @example
 * quadraticLoss({ curvature: 1, pull: [1, 0] }).value(Float64Array.of(1, 0)) // -0.5
 */
export function quadraticLoss(quadratic: Quadratic): RoundLoss {
  const n = quadratic.pull.length;
  const pull = checkedVector("pull", quadratic.pull, n);
  const matrix = curvatureOf(quadratic, n);
  return {
    value: (x) => 0.5 * inner(times(matrix, n, x), x) - inner(pull, x),
    gradient: (x) => times(matrix, n, x).map((value, i) => value - pull[i]),
  };
}
