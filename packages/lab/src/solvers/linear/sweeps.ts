import { residualOf, type SparseRows } from "./sparse-rows.ts";

/*
 * One unknown after another: `x_i = b_i - sum_j n_ij x_j`, which is a sweep of Gauss and Seidel for `(I + N) x = b`, and solves it where N
 * is a triangle.
 */

/**
 * Sweeps from the first unknown to the last. It solves where N is below the diagonal: each residual is its unknown, which later rows see.
 */
export const sweepForwards = (N: SparseRows, b: Float64Array, x: Float64Array): void =>
  residualOf(N, x, b, x);

/** Sweeps from the last unknown to the first. It solves where N is above the diagonal. x may be b there. */
export function sweepBackwards(
  { rows, pointers, indices, values }: SparseRows,
  b: Float64Array,
  x: Float64Array,
): void {
  if (values.length === 0) {
    x.set(b);
    return;
  }
  // As in times.
  let sum = b[0] - values[0] * x[indices[0]];
  let at = pointers[rows] - 1;
  for (let i = rows - 1; i >= 0; i--) {
    const start = pointers[i];
    sum = b[i];
    // From the right: above the diagonal the nearest, which has just been changed, is waited for last.
    for (; at >= start; at--) sum -= values[at] * x[indices[at]];
    x[i] = sum;
  }
}

/** Returns the entries off the diagonal, each times the factor of its row. */
export function besideDiagonal(
  { rows, columns, pointers, indices, values }: SparseRows,
  factors: Float64Array,
): SparseRows {
  const own = new Int32Array(rows + 1);
  const places = new Int32Array(indices.length);
  const entries = new Float64Array(indices.length);
  let length = 0;
  for (let i = 0; i < rows; i++) {
    const factor = factors[i];
    const end = pointers[i + 1];
    for (let at = pointers[i]; at < end; at++) {
      const j = indices[at];
      if (j === i) continue;
      places[length] = j;
      entries[length++] = values[at] * factor;
    }
    own[i + 1] = length;
  }
  const rest = { indices: places.slice(0, length), values: entries.slice(0, length) };
  return { rows, columns, pointers: own, ...rest };
}
