import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import { leavesOf, mapTree, type Tree } from "../engine/tree.ts";

/** Options of the moment estimates of {@link adam}. */
export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  b1?: number;
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  b2?: number;
  /** Added to the root of the second moment; default 1e-8. */
  eps?: number;
}

/** Their names. */
export const adamOptions: OptionNames<AdamOptions> = { b1: true, b2: true, eps: true };

/** The options of two averages with their defaults, checked. */
export function checkMoments(of: string, options: AdamOptions): Required<AdamOptions> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = readOptions(of, options, adamOptions);
  checkNumber("b1", b1, { min: 0, below: 1 });
  checkNumber("b2", b2, { min: 0, below: 1 });
  checkNumber("eps", eps, { above: 0 });
  return { b1, b2, eps };
}

/** `decay a + (1 - decay) x`, entry by entry. Consumes both trees. */
export function average<T extends Tree>(decay: number, a: T, x: Tree): T {
  return mapTree((old, next) => old.mul(decay).add(next.mul(1 - decay)), a, x);
}

/** {@link average} with the squares of `x`. */
export function averageOfSquares<T extends Tree>(decay: number, a: T, x: Tree): T {
  const squares = mapTree((v) => np.square(v), x);
  return average(decay, a, squares);
}

/** The number of updates made so far, at the start of an optimizer. */
export function zeroCount(): np.Array {
  return np.array(0, { dtype: np.float32 });
}

/**
 * Scalars of a step for the arrays of a tree: computed once in the dtype of its first array, cast for the others. Looks at the tree
 * and at the count.
 */
export function scalarsOf(tree: Tree, count: np.Array, make: (count: np.Array) => np.Array): Scalars {
  const [{ dtype } = { dtype: np.float32 }] = leavesOf(tree);
  const value = make(count.ref.astype(dtype));
  return { for: (leaf) => value.ref.astype(leaf.dtype), dispose: () => value.dispose() };
}

/** See {@link scalarsOf}. */
export interface Scalars {
  /** The scalar as an operand for an array. */
  for(leaf: np.Array): np.Array;
  dispose(): void;
}

/**
 * `1 - decay^count`, what is missing in an average that started at zero: with the digits that the difference would lose while it
 * is small. Consumes the count.
 */
export function biasCorrection(decay: number, count: np.Array): np.Array {
  if (decay === 0) return count.mul(0).add(1);
  return np.expm1(count.mul(Math.log(decay))).neg();
}
