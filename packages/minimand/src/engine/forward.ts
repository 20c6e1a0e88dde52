import { jvp, numpy as np } from "@jax-js/jax";
import { withIntegers } from "./integers.ts";
import type { Tree } from "./tree.ts";

/** The engine's types can't express "any tree". */
type Jvp = <T extends Tree, R extends Tree>(f: (x: T) => R, primals: [T], tangents: [T]) => [R, R];

/**
 * Value and derivative of a function along a direction, by one forward pass. Consumes both of its trees. As in
 * {@link differentiate}, remainders and products of integers are right.
 *
 * @param f a pure function that consumes its argument
 * @param direction of the shapes of `x`
 * @example
 * forward((x: np.Array) => np.square(x), np.array([1, 3]), np.array([1, 0.5])) // [[1, 9], [2, 3]]
 */
export function forward<T extends Tree, R extends Tree>(f: (x: T) => R, x: T, direction: T): [R, R] {
  return withIntegers(() => (jvp as unknown as Jvp)(f, [x], [direction]));
}

/** The direction of column `j` in every row, shaped like `w: [rows, columns]`, which is only looked at. */
export function unitRows(w: np.Array, j: number): np.Array {
  const [rows, columns] = w.shape;
  const values = Float64Array.from({ length: rows * columns }, (_, i) => (i % columns === j ? 1 : 0));
  return np.array(w.dtype === np.float64 ? values : Float32Array.from(values), {
    shape: [rows, columns],
  });
}
