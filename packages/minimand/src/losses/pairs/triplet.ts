import { lax, numpy as np } from "@jax-js/jax";
import { relu } from "../../engine/numerics.ts";
import { oneOf } from "../../engine/options.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkRows, pairsOf, squaredDistance } from "./distances.ts";

/** Options of {@link triplet}. */
export interface TripletOptions extends LossOptions {
  /** How much farther the negative is to be than the positive, in squared distance, `>= 0`, default 0.2. */
  margin?: Parameter;
}

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
 * triplet(np.array([[0, 0]]), np.array([[1, 0]]), np.array([[0, 1]])) // [0.2]
 * @see Schroff, Kalenichenko, Philbin 2015, arXiv 1503.03832, equation (2)
 */
export function triplet(
  anchor: np.Array,
  positive: np.Array,
  negative: np.Array,
  options: TripletOptions = {},
): np.Array {
  const { margin, weights } = readLossOptions("triplet", options, {
    margin: [0.2, { min: 0 }],
  });
  checkRows({ anchor, positive, negative }, weights);
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
 * batchTriplet(np.array([[0, 0], [1, 0], [0, 1]]), np.array([0, 0, 1], { dtype: np.int32 })) // [0.2, 0, 0]
 * @see Hermans, Beyer, Leibe 2017, arXiv 1703.07737 (batch hard); Schroff et al. 2015, arXiv 1503.03832, section 3.2
 */
export function batchTriplet(
  embeddings: np.Array,
  labels: np.Array,
  options: TripletOptions & { mining?: TripletMining } = {},
): np.Array {
  const { margin, mining, weights } = readLossOptions("batchTriplet", options, {
    margin: [0.2, { min: 0 }],
    mining: ["semi-hard", oneOf(["hard", "semi-hard"])],
  });
  const { same, other, distances } = pairsOf(embeddings, labels, weights);
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
  const difference = farthest.reshape([-1]).sub(np.where(hasBoth.ref, nearest, 0));
  const values = relu(difference.add(parameter(margin, difference)));
  return weighted(np.where(hasBoth, values, 0), weights);
}
