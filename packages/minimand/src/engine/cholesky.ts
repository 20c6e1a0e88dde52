/**
 * The lower triangle L of `A + shift I = L L^T`, row-major `[n, n]`; null where the matrix is not positive definite.
 *
 * @param a symmetric, row-major `[n, n]`; only read
 */
export function cholesky(a: Float64Array, n: number, shift = 0): Float64Array | null {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] + (i === j ? shift : 0);
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i !== j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

/** `L^-1 b` by forward substitution. */
export function solveLower(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k];
    x[i] = sum / l[i * n + i];
  }
  return x;
}

/** `(L L^T)^-1 b`. */
export function solveFactored(l: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = solveLower(l, n, b);
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * x[k];
    x[i] = sum / l[i * n + i];
  }
  return x;
}

/** Makes the factor of `A` one of `A + v v^T`, in place and in O(n^2); sums of squares only, so it stays accurate. */
export function addOuterToFactor(l: Float64Array, n: number, v: ArrayLike<number>): void {
  const w = Float64Array.from(v);
  for (let k = 0; k < n; k++) {
    const diagonal = l[k * n + k];
    const r = Math.hypot(diagonal, w[k]);
    const [c, s] = [r / diagonal, w[k] / diagonal];
    l[k * n + k] = r;
    for (let i = k + 1; i < n; i++) {
      l[i * n + k] = (l[i * n + k] + s * w[i]) / c;
      w[i] = c * w[i] - s * l[i * n + k];
    }
  }
}

/** `A x` for a row-major `[n, n]` matrix. */
export function times(a: Float64Array, n: number, x: ArrayLike<number>): Float64Array {
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j];
    y[i] = sum;
  }
  return y;
}
