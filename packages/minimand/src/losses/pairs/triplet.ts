import { lax, numpy as np } from "@jax-js/jax";
import { checkChoice, checkFloatArray, checkNoNaN, checkParameter } from "../../engine/checks.ts";
import { relu } from "../../engine/numerics.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkIds, checkRows, pairwiseSquaredDistances, squaredDistance } from "./distances.ts";

/**
 * Triplet loss of squared Euclidean distances.
 *
 * `max(0, ||a - p||^2 - ||a - n||^2 + margin)`
 *
 * @param anchor float `[batch, features]`, usually of unit norm (see {@link projectUnitNorm})
 * @param positive of the anchor's class, float `[batch, features]`
 * @param negative of another class, float `[batch, features]`
 * @param options `margin >= 0`, default 0.2; `weights`
 * @returns one value >= 0 per triplet, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a negative margin
 * @example
 * tripletLoss(np.array([[0, 0]]), np.array([[1, 0]]), np.array([[0, 1]])) // [0.2]
 * @see Schroff, Kalenichenko, Philbin 2015, arXiv 1503.03832, equation (2)
 */
export function tripletLoss(
  anchor: np.Array,
  positive: np.Array,
  negative: np.Array,
  options: LossOptions & { margin?: Parameter } = {},
): np.Array {
  const { margin = 0.2, weights } = options;
  checkParameter("margin", margin, { min: 0 });
  checkRows({ anchor, positive, negative }, weights);
  checkWeights(weights, anchor.shape[0]);
  const [a, p, n] = [anchor, positive, negative].map((x) => maskRows(x, weights));
  const difference = squaredDistance(a.ref, p).sub(squaredDistance(a, n));
  return weighted(relu(difference.add(parameter(margin, difference))), weights);
}

/** How a batch chooses the negative of each anchor; the positive is the farthest. */
export type TripletMining = "hard" | "semi-hard";

/**
 * Triplet loss of every example of a batch as anchor, with its hardest positive of the batch and a hard negative. Chosen by
 * comparison, so that it runs inside a compiled training step; {@link mineTriplets} chooses the same on the host.
 *
 * `max(0, d(i, p_i) - d(i, n_i) + margin)` with squared distances, `p_i` the farthest example of the class, and `n_i` the
 * nearest of another class (`hard`), or the nearest of those farther than `p_i`, if there is one (`semi-hard`).
 *
 * @param embeddings float `[batch, features]`, usually of unit norm
 * @param labels int32 `[batch]`
 * @param options `margin >= 0` (default 0.2), `mining` (default `semi-hard`), `weights`; rows of weight 0 are nobody's
 * positive or negative
 * @returns one value >= 0 per example, `[batch]`; 0 for those without a positive or a negative in the batch
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a negative margin, an unknown `mining`
 * @example
 * batchTripletLoss(np.array([[0, 0], [1, 0], [0, 1]]), np.array([0, 0, 1], { dtype: np.int32 })) // [0.2, 0, 0]
 * @see Hermans, Beyer, Leibe 2017, arXiv 1703.07737 (batch hard); Schroff et al. 2015, arXiv 1503.03832, section 3.2
 */
export function batchTripletLoss(
  embeddings: np.Array,
  labels: np.Array,
  options: LossOptions & { margin?: Parameter; mining?: TripletMining } = {},
): np.Array {
  const { margin = 0.2, mining = "semi-hard", weights } = options;
  checkParameter("margin", margin, { min: 0 });
  checkChoice("mining", mining, ["hard", "semi-hard"]);
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  const [n] = embeddings.shape;
  checkIds(labels, n);
  checkWeights(weights, n);
  if (weights === undefined) checkNoNaN("embeddings", embeddings);
  const x = maskRows(embeddings, weights);
  const { same, other } = pairMasks(labels, weights);
  const distances = pairwiseSquaredDistances(x.ref, x);
  const hasBoth = np.max(same.ref, -1).mul(np.max(other.ref, -1));
  const farthest = np.max(np.where(same, distances.ref, 0), -1, { keepdims: true });
  let candidates = other;
  if (mining === "semi-hard") {
    const beyond = other.ref.mul(lax.stopGradient(distances.ref).greater(lax.stopGradient(farthest.ref)));
    const some = np.max(beyond.ref, -1, { keepdims: true });
    candidates = np.where(some, beyond, other);
  }
  // Larger than every distance, where there is no candidate; such rows are left out below.
  const nearest = np.min(np.where(candidates, distances, 1e30), -1);
  const difference = farthest.reshape([n]).sub(np.where(hasBoth.ref, nearest, 0));
  const values = relu(difference.add(parameter(margin, difference)));
  return weighted(np.where(hasBoth, values, 0), weights);
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
