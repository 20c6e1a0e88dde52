import { lax, numpy as np } from "@jax-js/jax";
import { constantOf } from "minimand/engine";
import { crossEntropy } from "minimand/losses";

/** A loss of logits `[rows, classes]` (or scores) and class ids: one value per row. Rows of weight 0 are left out. */
export type RowLoss = (output: np.Array, y: np.Array, options: { weights: np.Array }) => np.Array;

export const usualLoss: RowLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });

/** Returns the sum of values that are weighted already, divided by the sum of the weights. Consumes both. */
export function weightedMean(values: np.Array, weights: np.Array): np.Array {
  return values.sum().div(constantOf(weights.sum(), values.dtype));
}

/** Returns the class of the largest logit of each row, int32, the last one of equals; of one score, 1 where it is not below 0. */
export function ownLabels(output: np.Array): np.Array {
  const f = lax.stopGradient(output);
  if (f.ndim === 1 || f.shape[1] === 1) return f.reshape([-1]).greaterEqual(0).astype(np.int32);
  const ids = np.arange(f.shape[1]).astype(np.float32).reshape([1, -1]);
  const top = np.max(f.ref, -1, { keepdims: true });
  // Not an argmax: of rows that hold NaN it would be out of range.
  return np.max(np.where(f.greaterEqual(top), ids, 0), -1).astype(np.int32);
}
