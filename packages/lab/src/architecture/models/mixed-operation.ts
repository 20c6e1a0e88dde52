import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { checkFloatArray, checkShape, rangeError, softmax } from "minimand/engine";
import type { CellOperation } from "./operations.ts";

/**
 * Returns a mixture of operations on one edge: `sum_o softmax(alpha)_o o(x)`.
 *
 * @param operations what is mixed
 * @param params of each operation, in their order
 * @param alpha `[operations]`; a common shift changes nothing
 * @param x images `[batch, height, width, channels]`
 * @returns images of the same shape; consumes params, alpha and x
 * @throws TypeError for an alpha that is no float array; RangeError for an alpha or params of another number than operations
 * @example
 * mixedOperation(cellOperations, params, np.array([0, 0, 0, 1]), x)
 * @see Liu, Simonyan, Yang 2019, arXiv 1806.09055, equation (2)
 */
export function mixedOperation(
  operations: readonly CellOperation[],
  params: readonly Tree[],
  alpha: np.Array,
  x: np.Array,
): np.Array {
  checkFloatArray("alpha", alpha, 1, "[operations]");
  checkShape("alpha", alpha, [operations.length]);
  return weightedOperations(operations, params, softmax(alpha), x);
}

/** `sum_o weights_o o(x)`; `none` adds nothing and is left out. */
export function weightedOperations(
  operations: readonly CellOperation[],
  params: readonly Tree[],
  weights: np.Array,
  x: np.Array,
): np.Array {
  if (params.length !== operations.length)
    throw rangeError("params", `those of ${operations.length} operations`, params);
  let sum: np.Array | null = null;
  operations.forEach(({ name, apply }, o) => {
    if (name === "none") return;
    const term = apply(params[o], x.ref).mul(weights.ref.slice(o));
    sum = sum === null ? term : (sum as np.Array).add(term);
  });
  weights.dispose();
  if (sum === null) return x.mul(0);
  x.dispose();
  return sum;
}
