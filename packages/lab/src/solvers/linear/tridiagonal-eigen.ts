/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric tridiagonal matrix, by implicit QL iterations with the shift
 * of Wilkinson.
 *
 * @param diagonal of m numbers; only read
 * @param subdiagonal of m - 1 numbers; only read
 * @returns `vectors[k]` belongs to `values[k]`
 * @see Golub, Van Loan 2013, "Matrix computations", section 8.3
 */
export function tridiagonalEigen(
  diagonal: Float64Array,
  subdiagonal: Float64Array,
): { values: Float64Array; vectors: Float64Array[] } {
  const m = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(m);
  e.set(subdiagonal);
  // A row of its own for each eigenvector, so that rotations run along rows.
  const z = Array.from({ length: m }, (_, i) => {
    const row = new Float64Array(m);
    row[i] = 1;
    return row;
  });
  for (let l = 0; l < m; l++) {
    // Converges cubically; the bound is for NaN alone.
    for (let sweep = 0; sweep < 60; sweep++) {
      let end = l;
      while (end < m - 1 && Math.abs(e[end]) > 2 ** -53 * (Math.abs(d[end]) + Math.abs(d[end + 1]))) end++;
      if (end === l) break;
      chase(d, e, z, l, end);
    }
  }
  const order = Array.from({ length: m }, (_, i) => i).sort((a, b) => d[a] - d[b]);
  return { values: Float64Array.from(order, (i) => d[i]), vectors: order.map((i) => z[i]) };
}

/** One QL sweep over the rows from `l` to `end`, which no zero of the subdiagonal parts. */
function chase(d: Float64Array, e: Float64Array, z: Float64Array[], l: number, end: number): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const shift = d[l] - e[l] / (half + Math.sign(half || 1) * Math.hypot(half, 1));
  let [s, c, lost] = [1, 1, 0];
  let bulge = d[end] - shift;
  for (let i = end - 1; i >= l; i--) {
    const f = s * e[i];
    const g = c * e[i];
    const r = Math.hypot(f, bulge);
    e[i + 1] = r;
    if (r === 0) {
      // The matrix has parted on the way.
      d[i + 1] -= lost;
      e[end] = 0;
      return;
    }
    s = f / r;
    c = bulge / r;
    const moved = d[i + 1] - lost;
    const t = (d[i] - moved) * s + 2 * c * g;
    lost = s * t;
    d[i + 1] = moved + lost;
    bulge = c * t - g;
    const [a, b] = [z[i], z[i + 1]];
    for (let k = 0; k < a.length; k++) {
      const [x, y] = [a[k], b[k]];
      b[k] = s * x + c * y;
      a[k] = c * x - s * y;
    }
  }
  d[l] -= lost;
  e[l] = bulge;
  e[end] = 0;
}
