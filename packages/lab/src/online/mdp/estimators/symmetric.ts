/* Small symmetric matrices, row after row, on typed arrays. */

/** Inverts a symmetric positive definite matrix in place, by its Cholesky factor; false where it is none. */
export function invertPositive(matrix: Float64Array, dim: number): boolean {
  for (let j = 0; j < dim; j++) {
    let pivot = matrix[j * dim + j];
    for (let k = 0; k < j; k++) pivot -= matrix[j * dim + k] ** 2;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    matrix[j * dim + j] = root;
    for (let i = j + 1; i < dim; i++) {
      let sum = matrix[i * dim + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * dim + k] * matrix[j * dim + k];
      matrix[i * dim + j] = sum / root;
    }
  }
  // The inverse of the factor, in its place; then the product of its transpose and itself.
  for (let j = 0; j < dim; j++) {
    matrix[j * dim + j] = 1 / matrix[j * dim + j];
    for (let i = j + 1; i < dim; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= matrix[i * dim + k] * matrix[k * dim + j];
      matrix[i * dim + j] = sum / matrix[i * dim + i];
    }
  }
  for (let i = 0; i < dim; i++) {
    for (let j = i; j < dim; j++) {
      let sum = 0;
      for (let k = j; k < dim; k++) sum += matrix[k * dim + i] * matrix[k * dim + j];
      matrix[i * dim + j] = sum;
    }
    for (let j = 0; j < i; j++) matrix[i * dim + j] = matrix[j * dim + i];
  }
  return true;
}

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

/** The identity times a number. */
export function scaledIdentity(dim: number, scale: number): Float64Array {
  const matrix = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) matrix[i * dim + i] = scale;
  return matrix;
}
