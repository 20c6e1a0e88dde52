import { numpy as np } from "@jax-js/jax";
import { isArrayLike, rangeError, typeError } from "minimand/engine";
import type { PoissonOperator } from "./poisson.ts";

/**
 * Returns a function for the products of a Poisson operator on arrays of the engine, for training: as `matvec` for each example of a batch,
 * differentiable, and the same inside `jit`.
 *
 * @param operator of {@link poisson2d} or {@link poisson3d}
 * @returns `u -> A u`, `[batch, ...shape]` or `[batch, ...shape, channels]` to the same; consumes u
 * @throws TypeError for what is no Poisson operator; from the function TypeError, RangeError for arrays of another kind or shape
 * @example
 * const A = poissonProduct(poisson2d({ shape: [2, 2] }))
 * A(np.array([1, 0, 0, 0]).reshape([1, 2, 2])) // [4, -1, -1, 0]
 */
export function poissonProduct(operator: PoissonOperator): (u: np.Array) => np.Array {
  if (!(operator?.fluid instanceof Uint8Array)) throw typeError("operator", "a Poisson operator", operator);
  const { shape, fluid, diagonal } = operator;
  const axes = shape.map((_, axis) => axis + 1);
  const isEmpty = fluid.every((cell) => cell === 1);
  const isUniform = isEmpty && diagonal.every((value) => value === diagonal[0]);
  const name = `[batch, ${shape.join(", ")}]`;
  return (u) => {
    if (!isArrayLike(u) || !/^float/.test(`${u.dtype}`)) throw typeError("u", `a float array ${name}`, u);
    const rest = u.ndim - shape.length - 1;
    if ((rest !== 0 && rest !== 1) || axes.some((axis, i) => u.shape[axis] !== shape[i]))
      throw rangeError("u", `shape ${name}, or one with channels behind it`, u);
    const onCells = (values: ArrayLike<number>): np.Array => {
      const numbers = u.dtype === np.float64 ? Float64Array.from(values) : Float32Array.from(values);
      return np.array(numbers, { shape: [1, ...shape, ...(rest === 1 ? [1] : [])], dtype: u.dtype });
    };
    const seen = isEmpty ? u : u.mul(onCells(fluid));
    const padded = np.pad(
      seen.ref,
      seen.shape.map((_, axis): [number, number] => (axes.includes(axis) ? [1, 1] : [0, 0])),
    );
    const around = axes.flatMap((axis) => [0, 2].map((start) => neighbours(padded, axes, axis, start)));
    padded.dispose();
    const scaled = seen.mul(isUniform ? diagonal[0] : onCells(diagonal));
    const difference = around.reduce((sum, each) => sum.sub(each), scaled);
    return isEmpty ? difference : difference.mul(onCells(fluid));
  };
}

/** The values next to each cell along an axis: from `start` of the padded array on. */
function neighbours(padded: np.Array, axes: readonly number[], along: number, start: number): np.Array {
  const ranges = padded.shape.map((length, axis): [] | [number, number] => {
    if (!axes.includes(axis)) return [];
    const from = axis === along ? start : 1;
    return [from, from + length - 2];
  });
  return padded.ref.slice(...ranges);
}
