import { numpy as np } from "@jax-js/jax";

/**
 * Returns a linear map along one axis, `[..., n, ...] -> [..., m, ...]`: derivatives, transforms and selections on a grid are matrix
 * products, which every compiler of the engine differentiates rightly.
 *
 * @param matrix `[m, n]`, row-major
 */
export function alongAxis(u: np.Array, matrix: ArrayLike<number>, axis: number): np.Array {
  const shape = u.shape;
  const at = axis < 0 ? axis + shape.length : axis;
  const n = shape[at];
  const m = matrix.length / n;
  const after = shape.slice(at + 1);
  const values = u.dtype === np.float64 ? Float64Array.from(matrix) : Float32Array.from(matrix);
  const flat = u.reshape([-1, n, after.reduce((a, b) => a * b, 1)]);
  const mapped = np.matmul(np.array(values, { shape: [1, m, n] }), flat);
  return mapped.reshape([...shape.slice(0, at), m, ...after]);
}

/** Returns the matrix that keeps the entries from `first` up to `end` of `n`. */
export function selection(n: number, first: number, end = first + 1): Float64Array {
  return Float64Array.from({ length: (end - first) * n }, (_, i) =>
    i % n === first + Math.floor(i / n) ? 1 : 0,
  );
}
