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
  for (let j = 0; j < n; j++) {
    let pivot = L[j * n + j];
    for (let k = 0; k < j; k++) pivot -= L[j * n + k] ** 2;
    const root = pivot > none * largest ? Math.sqrt(pivot) : 0;
    L[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = L[i * n + j];
      for (let k = 0; k < j; k++) sum -= L[i * n + k] * L[j * n + k];
      L[i * n + j] = root === 0 ? 0 : sum / root;
    }
  }
  return (b, x) => {
    for (let i = 0; i < n; i++) {
      let sum = b[i];
      for (let k = 0; k < i; k++) sum -= L[i * n + k] * x[k];
      x[i] = L[i * n + i] === 0 ? 0 : sum / L[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i];
      for (let k = i + 1; k < n; k++) sum -= L[k * n + i] * x[k];
      x[i] = L[i * n + i] === 0 ? 0 : sum / L[i * n + i];
    }
  };
}
