/** A direction, uniform on the sphere. */
export function direction(n: number, normal: () => number): Float64Array {
  const v = Float64Array.from({ length: n }, normal);
  const length = Math.hypot(...v);
  return v.map((x) => x / length);
}

/** A symmetric matrix `[n, n]` with these eigenvalues and random eigenvectors. */
export function rotated(eigenvalues: readonly number[], normal: () => number): Float64Array {
  const n = eigenvalues.length;
  const vectors: Float64Array[] = [];
  const matrix = new Float64Array(n * n);
  for (const value of eigenvalues) {
    let v = direction(n, normal);
    // Twice, so that rounding leaves nothing of the others.
    for (const u of [...vectors, ...vectors]) {
      const along = v.reduce((sum, x, i) => sum + x * u[i], 0);
      v = v.map((x, i) => x - along * u[i]);
    }
    const length = Math.hypot(...v);
    v = v.map((x) => x / length);
    vectors.push(v);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j] += value * v[i] * v[j];
  }
  return matrix;
}
