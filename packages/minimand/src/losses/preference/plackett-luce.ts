import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, peek, rangeError, typeError } from "../../engine/checks.ts";
import { logSumExp } from "../../engine/numerics.ts";
import { readLossOptions } from "../loss-options.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";

/** Options of {@link plackettLuceNll}. */
export interface PlackettLuceOptions extends LossOptions {
  /** Which response has which place, int32 `[batch, responses]`, the best first; default: in the order of the scores given. */
  ranking?: np.Array;
}

/**
 * The Plackett-Luce likelihood of rankings: the best response is chosen among all, the next among the rest, and so on.
 *
 * `sum_j (logsumexp(u_j, ..., u_K) - u_j)` with the scores `u` in the order of the ranking, e.g. `beta log(policy / reference)`. Of two
 * responses it is {@link dpoLoss}. For noisy rankings {@link denoise} it with the ranking that the noise would have made of it.
 *
 * @param scores float `[batch, responses]`
 * @param options `ranking`, `weights`
 * @returns one value >= 0 (up to rounding) per ranking, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, fewer than 2 responses, rankings that aren't permutations, NaN (values are
 * checked outside of tracing only)
 * @example
 * plackettLuceNll(np.array([[0, 0, 0]])) // [1.791759]
 * plackettLuceNll(np.array([[1, 3]]), { ranking: np.array([[1, 0]], { dtype: np.int32 }) }) // [0.126928]
 * @see Plackett 1975; Ray Chowdhury et al. 2024, arXiv 2403.00409
 */
export function plackettLuceNll(scores: np.Array, options: PlackettLuceOptions = {}): np.Array {
  const { ranking, weights } = readLossOptions("plackettLuceNll", options, { ranking: true });
  checkFloatArray("scores", scores, 2, "[batch, responses]");
  const [batch, K] = scores.shape;
  if (K < 2) throw rangeError("scores", "at least 2 responses", scores);
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("scores", scores);
  if (ranking !== undefined) checkRanking(ranking, scores.shape);
  const u = inOrder(maskRows(scores, weights), ranking);
  const isLater = np.tri(K).greater(0).transpose().reshape([1, K, K]);
  const rest = logSumExp(np.where(isLater, u.ref.reshape([batch, 1, K]), -Infinity));
  return weighted(rest.sub(u).sum(-1), weights);
}

/** Scores in the order of the ranking; places are found by comparison, since a gather has no compiled gradient. */
function inOrder(scores: np.Array, ranking: np.Array | undefined): np.Array {
  if (ranking === undefined) return scores;
  const [batch, K] = scores.shape;
  const isPlaced = ranking.reshape([batch, K, 1]).equal(np.arange(K).astype(np.int32).reshape([1, 1, K]));
  return np.where(isPlaced, scores.reshape([batch, 1, K]), 0).sum(-1);
}

function checkRanking(ranking: np.Array, shape: readonly number[]): void {
  if (ranking.dtype !== np.int32) throw typeError("ranking", `int32[${shape.join(", ")}]`, ranking);
  checkShape("ranking", ranking, shape);
  const values = peek(ranking);
  if (values === null) return;
  const K = shape[1];
  for (let i = 0; i < shape[0]; i++) {
    const row = Array.from({ length: K }, (_, j) => values[i * K + j]);
    if (row.toSorted((a, b) => a - b).some((v, j) => v !== j))
      throw rangeError(`ranking[${i}]`, `each of 0 to ${K - 1} once`, row.join(", "));
  }
}
