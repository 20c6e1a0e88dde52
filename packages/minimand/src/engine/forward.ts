import { jvp, numpy as np } from "@jax-js/jax";

/** The engine's types can't express a function of one array alone. */
type Jvp = (f: (w: np.Array) => np.Array, primals: [np.Array], tangents: [np.Array]) => [np.Array, np.Array];

/**
 * Value and derivative of a function along a direction, by one forward pass. Consumes both arrays.
 *
 * @param f a pure function that consumes its argument
 * @param direction of the shape of `x`
 * @example
 * forward((x) => np.square(x), np.array([1, 3]), np.array([1, 0.5])) // [[1, 9], [2, 3]]
 */
export function forward(
  f: (x: np.Array) => np.Array,
  x: np.Array,
  direction: np.Array,
): [np.Array, np.Array] {
  return (jvp as unknown as Jvp)(f, [x], [direction]);
}

/** The direction of column `j` in every row, shaped like `w: [rows, columns]`, which is only looked at. */
export function unitRows(w: np.Array, j: number): np.Array {
  const [rows, columns] = w.shape;
  const values = Float64Array.from({ length: rows * columns }, (_, i) => (i % columns === j ? 1 : 0));
  return np.array(w.dtype === np.float64 ? values : Float32Array.from(values), {
    shape: [rows, columns],
  });
}
