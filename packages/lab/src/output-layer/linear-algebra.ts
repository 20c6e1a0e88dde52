import type { Matrix } from "./matrix-space.ts";

/** A square matrix of typed numbers. */
export type Square = Pick<Matrix, "rows" | "stride" | "data">;

/**
 * Inverts a matrix in place (Gauss-Jordan elimination with row pivots).
 *
 * @returns the smallest pivot, as a share of the largest entry of the matrix. Where it is 0 or NaN there is no inverse and
 * the matrix holds nothing of use.
 */
export function invert({ rows: n, stride, data }: Square): number {
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(data[i * stride + j]));
  let smallest = Infinity;
  const swaps = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    let pivotRow = k;
    for (let i = k + 1; i < n; i++)
      if (Math.abs(data[i * stride + k]) > Math.abs(data[pivotRow * stride + k])) pivotRow = i;
    swaps[k] = pivotRow;
    if (pivotRow !== k) swapRows(data, k * stride, pivotRow * stride, n);
    const pivot = data[k * stride + k];
    smallest = Math.min(smallest, Math.abs(pivot) / largest);
    if (!(smallest > 0)) return smallest;
    data[k * stride + k] = 1;
    for (let j = 0; j < n; j++) data[k * stride + j] /= pivot;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = data[i * stride + k];
      if (factor === 0) continue;
      data[i * stride + k] = 0;
      addScaledRow(data, i * stride, k * stride, n, -factor);
    }
  }
  // The rows were swapped before the inversion: the inverse has its columns swapped back, in reverse.
  for (let k = n - 1; k >= 0; k--) {
    const other = swaps[k];
    if (other === k) continue;
    for (let i = 0; i < n; i++) {
      const held = data[i * stride + k];
      data[i * stride + k] = data[i * stride + other];
      data[i * stride + other] = held;
    }
  }
  return smallest;
}

function swapRows(data: Float64Array, a: number, b: number, n: number): void {
  for (let j = 0; j < n; j++) {
    const held = data[a + j];
    data[a + j] = data[b + j];
    data[b + j] = held;
  }
}

/** `row(to) += factor row(from)`. Taken by fours it is slower. */
function addScaledRow(data: Float64Array, to: number, from: number, n: number, factor: number): void {
  for (let j = 0; j < n; j++) data[to + j] += factor * data[from + j];
}

/** Inner product of `n` numbers of two arrays; four sums, which don't wait for each other. */
export function dot(
  a: ArrayLike<number>,
  aStart: number,
  b: ArrayLike<number>,
  bStart: number,
  n: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < n; j += 4) {
    s0 += a[aStart + j] * b[bStart + j];
    s1 += a[aStart + j + 1] * b[bStart + j + 1];
    s2 += a[aStart + j + 2] * b[bStart + j + 2];
    s3 += a[aStart + j + 3] * b[bStart + j + 3];
  }
  for (; j < n; j++) s0 += a[aStart + j] * b[bStart + j];
  return s0 + s1 + (s2 + s3);
}

/** Returns the largest singular value of a matrix, from below, by power iteration: exact enough to decide whether it has left a band. */
export function largestSingularValue({ rows: n, stride, data }: Square, iterations = 100): number {
  // A start that no structure of the matrix is orthogonal to.
  let u = Float64Array.from({ length: n }, (_, i) => 1 + 0.5 * Math.sin(i * i + 1));
  let value = 0;
  for (let k = 0; k < iterations; k++) {
    const length = Math.sqrt(dot(u, 0, u, 0, n));
    if (!(length > 0)) return length;
    const w = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const factor = u[i] / length;
      for (let j = 0; j < n; j++) w[j] += factor * data[i * stride + j];
    }
    const next = Math.sqrt(dot(w, 0, w, 0, n));
    if (Math.abs(next - value) <= 1e-6 * next) return next;
    value = next;
    u = new Float64Array(n);
    for (let i = 0; i < n; i++) u[i] = dot(data, i * stride, w, 0, n);
  }
  return value;
}

/**
 * Returns the singular values of a matrix and its left singular vectors, one per row, in no order. One-sided Jacobi rotations of the rows
 * make them orthogonal; small singular values keep their relative accuracy. The matrix is not changed.
 *
 * @see Demmel, Veselic 1992, "Jacobi's method is more accurate than QR"
 */
export function leftSingularVectors({ rows: n, stride, data }: Square): {
  values: Float64Array;
  vectors: Float64Array;
} {
  const rows = new Float64Array(n * n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    rows.set(data.subarray(i * stride, i * stride + n), i * n);
    vectors[i * n + i] = 1;
  }
  const norms = new Float64Array(n);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let i = 0; i < n; i++) norms[i] = dot(rows, i * n, rows, i * n, n);
    let rotated = false;
    for (let i = 0; i < n - 1; i++) {
      for (let j = i + 1; j < n; j++) {
        const product = dot(rows, i * n, rows, j * n, n);
        if (Math.abs(product) <= 1e-14 * Math.sqrt(norms[i] * norms[j])) continue;
        rotated = true;
        const zeta = (norms[j] - norms[i]) / (2 * product);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(rows, i * n, j * n, n, cosine, cosine * tangent);
        rotate(vectors, i * n, j * n, n, cosine, cosine * tangent);
        norms[i] -= tangent * product;
        norms[j] += tangent * product;
      }
    }
    if (!rotated) break;
  }
  const values = Float64Array.from({ length: n }, (_, i) => Math.sqrt(dot(rows, i * n, rows, i * n, n)));
  return { values, vectors };
}

function rotate(data: Float64Array, a: number, b: number, n: number, cosine: number, sine: number): void {
  for (let k = 0; k < n; k++) {
    const x = data[a + k];
    const y = data[b + k];
    data[a + k] = cosine * x - sine * y;
    data[b + k] = sine * x + cosine * y;
  }
}
