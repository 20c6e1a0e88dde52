import { lax, numpy as np } from "@jax-js/jax";
import { softplus } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { type LossOptions, maskRows, weighted } from "../per-example.ts";
import {
  checkBeta,
  checkFlipRate,
  checkPairLogps,
  overRewards,
  type PairLogps,
  type PreferenceOptions,
  preferenceOptions,
  referenceRows,
} from "./pair-logps.ts";

/** Options of {@link aotLoss}. */
export interface AotOptions extends LossOptions {
  /** Scale of the implicit rewards, `> 0`, default 0.1. */
  beta?: Parameter;
  /** Label smoothing, `0 <= epsilon < 1/2`, default 0. */
  epsilon?: Parameter;
}

/**
 * Alignment by optimal transport, paired: the policy's margins shall be larger than the reference's as distributions, not pair by pair.
 *
 * `softplus(-z_i) + epsilon z_i`, `z_i = beta (x_i - y_j)`: the policy's margin `x_i = log(pi(w) / pi(l))` against the reference's
 * margin `y_j` of the same rank in the batch. TRL's `aot`.
 *
 * A loss of the whole batch: a batch in two halves has another value. Rows of weight 0 have no rank.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `0 <= epsilon < 1/2`, default 0; `weights`
 * @returns one value per pair, `[batch]`, at the pair's own place; the mean is that of the sorted ones
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside [0, 1/2)
 * @example
 * const pairs = {
 *   policyChosen: np.array([-1, -2]),
 *   policyRejected: np.array([-3, -3]),
 *   refChosen: np.array([-2, -1]),
 *   refRejected: np.array([-2, -2]),
 * }
 * aotLoss(pairs, { beta: 1 }) // [0.3133, 0.3133]
 * @see Melnyk et al. 2024, arXiv 2406.05882
 */
export function aotLoss(pairs: PairLogps, options: AotOptions = {}): np.Array {
  const { beta, epsilon, weights } = readLossOptions("aotLoss", options, {
    beta: [0.1],
    epsilon: [0],
  });
  checkBeta(beta);
  checkFlipRate(epsilon);
  checkPairLogps(pairs, weights, false);
  const { policyChosen, policyRejected, refChosen, refRejected, chosenLengths, rejectedLengths } = pairs;
  chosenLengths?.dispose();
  rejectedLengths?.dispose();
  const ref = referenceRows(refChosen.sub(refRejected), policyChosen, weights);
  const policy = maskRows(policyChosen.sub(policyRejected), weights);
  const moved = policy.ref.sub(ofSameRank(policy, ref, weights));
  return weighted(smoothed(moved.mul(operand(beta, moved)), epsilon), weights);
}

/**
 * Alignment by optimal transport, unpaired: rewards of chosen responses shall be larger than those of rejected ones as distributions.
 *
 * `softplus(-z_i) + epsilon z_i`, `z_i = beta (a_i - b_j)`: the score `a_i` of a chosen response against the score `b_j` of the rejected
 * one of the same rank in the batch. TRL's `aot_unpaired`, once `aot_pair`.
 *
 * A loss of the whole batch, as {@link aotLoss}.
 *
 * @param pairs as of {@link dpoLoss}; chosen and rejected responses needn't answer the same prompts
 * @param options `beta > 0`, default 0.1; `0 <= epsilon < 1/2`, default 0; `divergence`, `lengthNormalize`, `weights`
 * @returns one value per pair, `[batch]`, at the place of the chosen response
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside [0, 1/2)
 * @example
 * const ref = np.array([-2, -2])
 * const pairs = {
 *   policyChosen: np.array([-1, -3]),
 *   policyRejected: np.array([-4, -2]),
 *   refChosen: ref.ref,
 *   refRejected: ref,
 * }
 * aotUnpairedLoss(pairs, { beta: 1 }) // [0.3133, 0.3133]
 * @see Melnyk et al. 2024, arXiv 2406.05882
 */
export function aotUnpairedLoss(
  pairs: PairLogps,
  options: PreferenceOptions & { epsilon?: Parameter } = {},
): np.Array {
  const { epsilon, weights } = readLossOptions("aotUnpairedLoss", options, {
    epsilon: [0],
    ...preferenceOptions,
  });
  checkFlipRate(epsilon);
  return overRewards(pairs, options, ({ chosen, rejected }) =>
    smoothed(chosen.ref.sub(ofSameRank(chosen, rejected, weights)), epsilon),
  );
}

function smoothed(z: np.Array, epsilon: Parameter): np.Array {
  return softplus(z.ref.neg()).add(z.mul(operand(epsilon, z)));
}

/**
 * For each entry of `x`, the entry of `y` that has its rank; rows of weight 0 come last in both. Made of comparisons of all with all: a
 * sort has no compiled gradient.
 */
function ofSameRank(x: np.Array, y: np.Array, weights: np.Array | undefined): np.Array {
  const n = x.shape[0];
  const isPartner = ranksOf(x, weights)
    .reshape([n, 1])
    .equal(ranksOf(y.ref, weights).reshape([1, n]));
  return np.where(isPartner, y.reshape([1, n]), 0).sum(-1);
}

/** Ranks `[n]` as floats, from 0; of equal entries the first comes first. */
function ranksOf(x: np.Array, weights: np.Array | undefined): np.Array {
  const n = x.shape[0];
  const { dtype } = x;
  const fixed = lax.stopGradient(x);
  const keys = weights === undefined ? fixed : np.where(weights.ref.notEqual(0), fixed, Infinity);
  const [self, other] = [keys.ref.reshape([n, 1]), keys.reshape([1, n])];
  const before = np.tri(n, n, -1).greater(0);
  const smaller = other.ref.less(self.ref);
  const tied = other.equal(self).mul(before);
  return smaller.astype(dtype).add(tied.astype(dtype)).sum(-1);
}
