import { lax, numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkShape,
  oneOf,
  type Parameter,
  parameter,
  parameterIn,
  readOptions,
} from "minimand/engine";
import { residualOf } from "./system.ts";

/** What a signal costs in addition to its error. */
export interface SparseObjectiveOptions {
  /** Weight of the penalty, >= 0: a number, or a 0-d array (its range isn't checked). */
  lambda: Parameter;
  /** Sum of sizes, or number of entries that are not 0. */
  penalty: "l1" | "l0";
}

/**
 * Returns the objective of sparse recovery, `||y - A x||^2 / 2 + lambda ||x||_1`, or with `||x||_0`.
 *
 * The number of entries that are not 0 is piecewise constant: it counts in the value, and its derivative is 0.
 *
 * @param x signals `[batch, signal]`, consumed
 * @param A matrix `[measurements, signal]`, consumed
 * @param y measurements `[batch, measurements]`, consumed
 * @returns one value per example, `[batch]`
 * @throws RangeError, TypeError for arrays of other shapes, a lambda below 0, an unknown penalty, an unknown option
 * @example
 * sparseObjective(np.array([[1.5]]), np.array([[1]]), np.array([[2]]), { lambda: 0.5, penalty: "l1" }) // [0.875]
 * @see Nagahisa, Hayakawa, Iiguni 2025, arXiv 2509.01331; Beck, Teboulle 2009, SIAM J. Imaging Sci. 2(1), section 1
 */
export function sparseObjective(
  x: np.Array,
  A: np.Array,
  y: np.Array,
  options: SparseObjectiveOptions,
): np.Array {
  const { lambda, penalty } = readOptions("sparseObjective", options, {
    lambda: parameterIn({ min: 0 }),
    penalty: oneOf(["l1", "l0"]),
  });
  checkFloatArray("A", A, 2, "[measurements, signal]");
  checkFloatArray("x", x, 2, `[batch, ${A.shape[1]}]`);
  checkShape("x", x, [x.shape[0], A.shape[1]]);
  checkFloatArray("y", y, 2, `[batch, ${A.shape[0]}]`);
  checkShape("y", y, [x.shape[0], A.shape[0]]);
  const weight = parameter(lambda, x);
  const size =
    penalty === "l1" ? np.abs(x.ref) : np.where(lax.stopGradient(x.ref).equal(0), 0, 1).astype(x.dtype);
  return halfSquares(residualOf(x, y, A)).add(size.sum(-1).mul(weight));
}

/** `||y - A x||^2 / 2` of each row, `[batch]`. */
export const dataTerm = (x: np.Array, A: np.Array, y: np.Array): np.Array => halfSquares(residualOf(x, y, A));

const halfSquares = (residual: np.Array): np.Array => np.square(residual).sum(-1).mul(0.5);
