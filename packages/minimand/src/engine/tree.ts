import { numpy as np, tree } from "@jax-js/jax";

/** A tree of arrays: parameters, optimizer state, auxiliary outputs. */
export type Tree = np.Array | number | Tree[] | { [key: string]: Tree };

/**
 * Applies `f` to corresponding leaves of one or more trees of the same structure. Consumes what `f` consumes.
 *
 * @example
 * mapTree((p, g) => p.sub(g.mul(0.1)), { w: np.array([1, 2]) }, { w: np.array([10, 20]) }).w // [0, 0]
 */
export function mapTree<T extends Tree>(
  f: (...leaves: np.Array[]) => np.Array,
  first: T,
  ...rest: Tree[]
): T {
  return (tree.map as unknown as (f: (...l: np.Array[]) => np.Array, ...t: Tree[]) => T)(f, first, ...rest);
}

/**
 * All arrays of a tree, in the order of its keys. Not consumed.
 *
 * @example
 * leavesOf({ b: np.array([1, 2]), w: [np.array([3])] }).length // 2
 */
export function leavesOf(t: Tree): np.Array[] {
  return tree.leaves(t as never) as np.Array[];
}

/**
 * One more use of every array in the tree; returns the same tree.
 *
 * @example
 * const params = { w: np.array([3, 4]) }
 * sumOfSquares(refTree(params)) // 25
 * params.w // [3, 4]
 */
export function refTree<T extends Tree>(t: T): T {
  return tree.ref(t as never) as T;
}

/** Gives up one use of every array in the tree. */
export function disposeTree(t: Tree): void {
  tree.dispose(t as never);
}

/**
 * A tree of zeros of the same shapes and dtypes. Looks at the tree without consuming it.
 *
 * @example
 * zerosLike({ w: np.array([1, 2]) }).w // [0, 0]
 */
export function zerosLike<T extends Tree>(t: T): T {
  return mapTree((x) => np.zeros(x.shape, { dtype: x.dtype }), t);
}

/**
 * Sum of squares of all entries of all leaves. Consumes the tree.
 *
 * @example
 * sumOfSquares([np.array([1, 2]), np.array([2])]) // 9
 */
export function sumOfSquares(t: Tree): np.Array {
  return leavesOf(t)
    .map((x) => np.square(x).sum())
    .reduce((a, b) => a.add(b));
}

/**
 * Number of scalars in a tree.
 *
 * @example
 * sizeOf({ w: np.array([[1, 2], [3, 4]]), b: np.array([0]) }) // 5
 */
export function sizeOf(t: Tree): number {
  return leavesOf(t).reduce((n, x) => n + x.size, 0);
}
