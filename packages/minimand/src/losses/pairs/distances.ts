import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, typeError } from "../../engine/checks.ts";
import { checkWeights, maskRows } from "../per-example.ts";

/** Squared Euclidean distances of corresponding rows, `[n, features] -> [n]`. */
export function squaredDistance(a: np.Array, b: np.Array): np.Array {
  return np.square(a.sub(b)).sum(-1);
}

/**
 * Squared Euclidean distances of all pairs of rows, `[n, features], [k, features] -> [n, k]`, by one matrix product. Never
 * negative, although rounding may leave a small number where two rows are equal.
 */
export function pairwiseSquaredDistances(a: np.Array, b: np.Array): np.Array {
  const [n, k] = [a.shape[0], b.shape[0]];
  const squares = np
    .square(a.ref)
    .sum(-1)
    .reshape([n, 1])
    .add(np.square(b.ref).sum(-1).reshape([1, k]));
  const distances = squares.sub(np.matmul(a, np.transpose(b)).mul(2));
  return np.where(distances.ref.greater(0), distances, 0);
}

/** Square roots whose gradient is 0 where there is no direction, at 0. */
export function safeRoot(x: np.Array): np.Array {
  const positive = lax.stopGradient(x.ref).greater(1e-20);
  return np.where(positive.ref, np.sqrt(np.where(positive, x, 1)), 0);
}

/** Checks several float arrays `[batch, features]` of the same shape, without NaN where that can be seen, and their weights. */
export function checkRows(arrays: { [argument: string]: np.Array }, weights: np.Array | undefined): void {
  const [[first, reference]] = Object.entries(arrays);
  checkFloatArray(first, reference, 2, "[batch, features]");
  for (const [argument, value] of Object.entries(arrays)) {
    checkFloatArray(argument, value, 2, "[batch, features]");
    checkShape(argument, value, reference.shape);
    if (weights === undefined) checkNoNaN(argument, value);
  }
  checkWeights(weights, reference.shape[0]);
}

/**
 * All pairs of a batch: squared distances, and which two are different examples of one class, and which of two classes
 * (booleans), each `[batch, batch]`. Rows of weight 0 are in no pair. Consumes the labels, and embeddings like the losses do.
 */
export function pairsOf(
  embeddings: np.Array,
  labels: np.Array,
  weights: np.Array | undefined,
): { distances: np.Array; same: np.Array; other: np.Array } {
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  const [n] = embeddings.shape;
  checkIds(labels, n);
  checkRows({ embeddings }, weights);
  const x = maskRows(embeddings, weights);
  return { ...pairMasks(labels, weights), distances: pairwiseSquaredDistances(x.ref, x) };
}

/** Throws unless the labels are int32 ids `[batch]`. */
export function checkIds(labels: np.Array, batch: number): void {
  if (labels?.dtype !== np.int32) throw typeError("labels", `int32[${batch}] class ids`, labels);
  checkShape("labels", labels, [batch]);
}

/** Boolean `[batch, batch]`: another example of the same class, an example of another class. Consumes the labels. */
export function pairMasks(
  labels: np.Array,
  weights: np.Array | undefined,
): { same: np.Array; other: np.Array } {
  const n = labels.shape[0];
  const equal = labels.ref.reshape([n, 1]).equal(labels.reshape([1, n]));
  const notSelf = np
    .arange(n)
    .reshape([n, 1])
    .notEqual(np.arange(n).reshape([1, n]));
  const same = equal.ref.mul(notSelf);
  const other = equal.notEqual(true);
  if (weights === undefined) return { same, other };
  const counted = weights.ref.notEqual(0).reshape([1, n]);
  return { same: same.mul(counted.ref), other: other.mul(counted) };
}
