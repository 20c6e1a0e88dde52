/* Real matrices of the Fourier basis on an even periodic grid: transforms that every compiler lowers and differentiates. */

/** Returns the orthonormal cosines and sines of a periodic line, `[n, n]`, a column each, and their wave numbers `2 pi m / length`. */
export function fourierBasis(n: number, length: number): { basis: Float64Array; waves: Float64Array } {
  const basis = new Float64Array(n * n);
  const waves = Float64Array.from({ length: n }, (_, j) => (2 * Math.PI * Math.ceil(j / 2)) / length);
  for (let j = 0; j < n; j++) {
    const m = Math.ceil(j / 2);
    // The constant, and of an even number of points the fastest cosine, have no sine with them.
    const alone = m === 0 || 2 * m === n;
    const scale = Math.sqrt((alone ? 1 : 2) / n);
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * m * i) / n;
      basis[i * n + j] = scale * (j % 2 === 1 || m === 0 ? Math.cos(angle) : Math.sin(angle));
    }
  }
  return { basis, waves };
}

/**
 * Returns the matrix of the first derivative of periodic functions, exact for all waves but the fastest of an even number of points, whose
 * is 0.
 */
export function spectralDerivative(n: number, length: number): Float64Array {
  const { basis, waves } = fourierBasis(n, length);
  // cos' = -k sin, sin' = k cos; columns come in pairs.
  return fromWaves(
    n,
    (row, j) => {
      const m = Math.ceil(j / 2);
      if (m === 0 || 2 * m === n) return 0;
      const other = j % 2 === 1 ? j + 1 : j - 1;
      return (j % 2 === 1 ? -1 : 1) * waves[j] * basis[row * n + other];
    },
    basis,
  );
}

/** Returns the matrix of the second derivative of periodic functions. */
export function spectralSecondDerivative(n: number, length: number): Float64Array {
  const { basis, waves } = fourierBasis(n, length);
  return fromWaves(n, (row, j) => -(waves[j] ** 2) * basis[row * n + j], basis);
}

/** `sum_j image_j(row) basis_j(column)`: the map that sends each basis function to its image. */
function fromWaves(n: number, image: (row: number, j: number) => number, basis: Float64Array): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let j = 0; j < n; j++) sum += image(row, j) * basis[column * n + j];
    return sum;
  });
}

/** Returns the transpose of an `[n, n]` matrix. */
export const transposed = (a: Float64Array, n: number): Float64Array =>
  Float64Array.from(a, (_, i) => a[(i % n) * n + Math.floor(i / n)]);
