import { numpy as np } from "@jax-js/jax";
import { checkShape, peek, rangeError } from "../../engine/checks.ts";
import { relu } from "../../engine/numerics.ts";
import { constantOf, type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkRows, pairsOf, safeRoot, squaredDistance } from "./distances.ts";

/** Options of {@link contrastiveLoss}. */
export interface ContrastiveOptions extends LossOptions {
  /** The distance from which on other classes are far enough, `> 0`, default 1. */
  margin?: Parameter;
}

/**
 * Contrastive loss of pairs.
 *
 * `(same D^2 + (1 - same) max(0, margin - D)^2) / 2` with the Euclidean distance `D`
 *
 * @param a float `[batch, features]`
 * @param b float `[batch, features]`
 * @param same 1 or true for pairs of one class, else 0; numbers or booleans `[batch]`
 * @param options `margin > 0`, default 1; `weights`
 * @returns one value >= 0 per pair, `[batch]`. At `D = 0` a pair of different classes has no direction to go: gradient 0
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, `same` outside of 0 and 1, a margin that isn't positive
 * @example
 * contrastiveLoss(np.array([[0, 0], [0, 0]]), np.array([[0.6, 0], [0.6, 0]]), np.array([1, 0])) // [0.18, 0.08]
 * @see Hadsell, Chopra, LeCun 2006, "Dimensionality reduction by learning an invariant mapping", equation (4)
 */
export function contrastiveLoss(
  a: np.Array,
  b: np.Array,
  same: np.Array,
  options: ContrastiveOptions = {},
): np.Array {
  const { margin, weights } = readLossOptions("contrastiveLoss", options, {
    margin: [1, { above: 0 }],
  });
  checkRows({ a, b }, weights);
  checkShape("same", same, [a.shape[0]]);
  const flags = peek(same);
  for (let i = 0; flags !== null && i < flags.length; i++) {
    if (Number(flags[i]) !== 0 && Number(flags[i]) !== 1)
      throw rangeError(`same[${i}]`, "0 or 1", Number(flags[i]));
  }
  const squares = squaredDistance(maskRows(a, weights), maskRows(b, weights));
  return weighted(np.where(same.notEqual(0), squares.ref, missing(squares, margin)).mul(0.5), weights);
}

/**
 * Contrastive loss of every example of a batch against all others. It is the mean over the examples of its class plus the mean over those
 * of other classes, so that few positives weigh as much as many negatives.
 *
 * `mean_{j: y_j = y_i} D_ij^2 / 2 + mean_{j: y_j != y_i} max(0, margin - D_ij)^2 / 2`
 *
 * @param embeddings float `[batch, features]`
 * @param labels int32 `[batch]`
 * @param options `margin > 0`, default 1; `weights`; rows of weight 0 are in nobody's pairs
 * @returns one value >= 0 per example, `[batch]`; a mean over no example is 0
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a margin that isn't positive
 * @example
 * batchContrastiveLoss(np.array([[0, 0], [0.6, 0], [0, 0.5]]), np.array([0, 0, 1], { dtype: np.int32 })) // [0.305, 0.204, 0.0745]
 * @see Hadsell, Chopra, LeCun 2006, equation (4)
 */
export function batchContrastiveLoss(
  embeddings: np.Array,
  labels: np.Array,
  options: ContrastiveOptions = {},
): np.Array {
  const { margin, weights } = readLossOptions("batchContrastiveLoss", options, {
    margin: [1, { above: 0 }],
  });
  const { same, other, distances } = pairsOf(embeddings, labels, weights);
  const values = meanWhere(same, distances.ref).add(meanWhere(other, missing(distances, margin)));
  return weighted(values.mul(0.5), weights);
}

/** `max(0, margin - D)^2` from `D^2`. */
function missing(squares: np.Array, margin: Parameter): np.Array {
  const distance = safeRoot(squares);
  return np.square(relu(distance.neg().add(parameter(margin, distance))));
}

/** Means of the values where the mask holds, row by row; 0 where it nowhere does. */
export function meanWhere(mask: np.Array, values: np.Array): np.Array {
  const counts = constantOf(np.where(mask.ref, 1, 0).sum(-1), values.dtype);
  return np.where(mask, values, 0).sum(-1).div(np.maximum(counts, 1));
}
