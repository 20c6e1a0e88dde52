/** How {@link cholesky} treats pivots, and where it writes. */
interface CholeskyOptions {
  /** Added to the diagonal; default 0. */
  shift?: number;
  /** A pivot has to be above this share of its diagonal entry; default 0: above 0. */
  share?: number;
  /** Pivots up to this make a column of zeros instead of ending the factorisation; `share` has no effect then. */
  zeroUpTo?: number;
  /** Where the factor is written, which may be the matrix itself; default a new array. */
  into?: Float64Array;
}

/**
 * The lower triangle L of `A + shift I = L L^T`, row-major `[n, n]`; null for a pivot that is too small. Entries of `into` above the
 * diagonal remain.
 *
 * @param a symmetric, row-major `[n, n]`; only its lower triangle is read
 */
export function cholesky(
  a: Float64Array,
  n: number,
  { shift = 0, share = 0, zeroUpTo, into: l = new Float64Array(n * n) }: CholeskyOptions = {},
): Float64Array | null {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = l[j * n + j] === 0 ? 0 : sum / l[j * n + j];
    }
    let pivot = a[i * n + i] + shift;
    // 0 times an infinite entry is no threshold.
    const least = zeroUpTo ?? (share === 0 ? 0 : share * a[i * n + i]);
    for (let k = 0; k < i; k++) pivot -= l[i * n + k] * l[i * n + k];
    if (pivot > least) l[i * n + i] = Math.sqrt(pivot);
    else if (zeroUpTo === undefined) return null;
    else l[i * n + i] = 0;
  }
  return l;
}

/** `L^-1 b` by forward substitution, into `x`; 0 where a column of L is. */
export function solveLower(
  l: Float64Array,
  n: number,
  b: ArrayLike<number>,
  x: Float64Array = new Float64Array(n),
): Float64Array {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k];
    x[i] = l[i * n + i] === 0 ? 0 : sum / l[i * n + i];
  }
  return x;
}

/** `(L L^T)^-1 b`, into `x`; 0 where a column of L is. */
export function solveFactored(
  l: Float64Array,
  n: number,
  b: ArrayLike<number>,
  x?: Float64Array,
): Float64Array {
  const y = solveLower(l, n, b, x);
  for (let i = n - 1; i >= 0; i--) {
    let sum = y[i];
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * y[k];
    y[i] = l[i * n + i] === 0 ? 0 : sum / l[i * n + i];
  }
  return y;
}

/** Inverts a symmetric positive definite matrix in place; false where it is not positive definite, and its entries are then void. */
export function invertPositive(matrix: Float64Array, n: number): boolean {
  const l = cholesky(matrix, n, { into: matrix });
  if (l === null) return false;
  // L^-1 in place, its rows from the top; then the product of its transpose and itself.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const diagonal = l[row + i];
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j, at = j * n + j; k < i; k++, at += n) sum -= l[row + k] * l[at];
      l[row + j] = sum / diagonal;
    }
    l[row + i] = 1 / diagonal;
  }
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = 0;
      for (let k = i, at = i * n; k < n; k++, at += n) sum += l[at + i] * l[at + j];
      l[j * n + i] = sum;
    }
    for (let i = j + 1; i < n; i++) l[i * n + j] = l[j * n + i];
  }
  return true;
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
