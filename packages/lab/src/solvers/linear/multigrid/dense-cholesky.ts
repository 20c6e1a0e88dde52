import { cholesky, solveFactored } from "minimand/internals";
import type { SparseRows } from "../sparse-rows.ts";

/** A pivot of this share of the largest diagonal entry is rounding: the matrix is singular there. */
const none = 1e-10;

/**
 * Solves with a small symmetric positive semi-definite matrix by its Cholesky factor. Where the matrix is singular, unknowns without a
 * pivot are 0: a solution where there is one.
 *
 * @returns `(b, x)`, which writes into x
 */
export function denseCholesky({
  rows: n,
  pointers,
  indices,
  values,
}: SparseRows): (b: Float64Array, x: Float64Array) => void {
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let at = pointers[i]; at < pointers[i + 1]; at++) L[i * n + indices[at]] = values[at];
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, L[i * n + i]);
  cholesky(L, n, { zeroUpTo: none * largest, into: L });
  return (b, x) => {
    solveFactored(L, n, b, x);
  };
}
