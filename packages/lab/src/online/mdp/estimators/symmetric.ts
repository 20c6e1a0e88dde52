/* Small symmetric matrices, row after row, on typed arrays. */

/** Adds `weight x x^T`; `x` is `dim` numbers from `at` on. */
export function addOuter(
  matrix: Float64Array,
  dim: number,
  x: ArrayLike<number>,
  at: number,
  weight: number,
): void {
  for (let i = 0; i < dim; i++) {
    const left = weight * x[at + i];
    for (let j = 0; j < dim; j++) matrix[i * dim + j] += left * x[at + j];
  }
}

/** `M x`, with `x` from `at` on. */
export function timesVector(
  matrix: Float64Array,
  dim: number,
  x: ArrayLike<number>,
  at: number,
  out: Float64Array,
): Float64Array {
  for (let i = 0; i < dim; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += matrix[i * dim + j] * x[at + j];
    out[i] = sum;
  }
  return out;
}

/** `x^T M x`, with `x` from `at` on. */
export function quadratic(matrix: Float64Array, dim: number, x: ArrayLike<number>, at: number): number {
  let total = 0;
  for (let i = 0; i < dim; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += matrix[i * dim + j] * x[at + j];
    total += sum * x[at + i];
  }
  return total;
}

/** Returns the identity times a number. */
export function scaledIdentity(dim: number, scale: number): Float64Array {
  const matrix = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) matrix[i * dim + i] = scale;
  return matrix;
}
