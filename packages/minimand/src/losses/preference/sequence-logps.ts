import { lax, numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkParameter,
  checkShape,
  peek,
  rangeError,
  typeError,
} from "../../engine/checks.ts";
import { logSoftmax, logSumExp } from "../../engine/numerics.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { operand } from "../operand.ts";

/** Log-probabilities of responses, `[batch]` each. */
export type SequenceLogps = {
  /** Summed over the tokens of the response: what the losses of preferences take. */
  sum: np.Array;
  /** `sum / lengths` */
  mean: np.Array;
  /** Number of tokens. */
  lengths: np.Array;
};

/**
 * Log-probabilities of responses under a model that says at each place what comes next.
 *
 * `sum_t mask_t log softmax(logits_(t-1))[token_t]`: the logits at a place are about the token after it, the shift happens here. The
 * first token is never counted.
 *
 * @param logits float `[batch, time, vocabulary]`
 * @param tokens int32 `[batch, time]`, prompt and response; what isn't in the mask may be anything
 * @param mask numbers `[batch, time]`: 1 (or another weight) for tokens of the response, its end among them; 0 for prompt and padding
 * @throws TypeError, RangeError for wrong dtypes and shapes, tokens outside the vocabulary, a response without tokens, negative masks
 * (values are checked outside of tracing only)
 * @example
 * const logits = np.array([[[0, 0], [2, 0], [9, 9]]])
 * const tokens = np.array([[0, 1, 0]], { dtype: np.int32 })
 * sequenceLogps(logits, tokens, np.array([[0, 1, 1]])) // { mean: [-0.410038], sum: [-0.820075], lengths: [2] }
 */
export function sequenceLogps(logits: np.Array, tokens: np.Array, mask: np.Array): SequenceLogps {
  checkSequences(logits, tokens, mask);
  const { logps, weights } = nextTokenLogps(logSoftmax(logits), tokens, mask);
  const lengths = weights.ref.greater(0).astype(logps.dtype).sum(-1);
  const sum = logps.mul(weights).sum(-1);
  return { mean: sum.ref.div(np.maximum(lengths.ref, 1)), sum, lengths };
}

/**
 * Weights of weighted preference optimisation: how likely a response is under the policy relative to one that the policy would draw itself.
 * Products of both responses' weights, given to a loss as its `weights`, make old pairs count as if they had been drawn now.
 *
 * `exp(mean_t (log pi(token_t) - log sum_v pi(v)^2))`, constants of the gradient
 *
 * @param logits as of {@link sequenceLogps}
 * @param tokens as of {@link sequenceLogps}
 * @param mask as of {@link sequenceLogps}
 * @returns one weight > 0 per response, `[batch]`
 * @throws TypeError, RangeError as {@link sequenceLogps}
 * @example
 * const tokens = np.array([[0, 1, 1]], { dtype: np.int32 })
 * wpoWeights(np.array([[[0, 0], [0, 0], [0, 0]]]), tokens, np.array([[0, 1, 1]])) // [1]
 * @see Zhou et al. 2024, arXiv 2406.11827
 */
export function wpoWeights(logits: np.Array, tokens: np.Array, mask: np.Array): np.Array {
  checkSequences(logits, tokens, mask);
  const all = logSoftmax(lax.stopGradient(logits));
  const expected = logSumExp(all.ref.mul(2));
  const { logps, weights } = nextTokenLogps(all, tokens, mask);
  const counted = weights.greater(0).astype(logps.dtype);
  const lengths = np.maximum(counted.ref.sum(-1), 1);
  return np.exp(logps.sub(expected).mul(counted).sum(-1).div(lengths));
}

/**
 * Masks of length-desensitised preference optimisation: what the longer response has beyond the length of the shorter one counts less,
 * so that length alone is no merit. To be given to {@link sequenceLogps} of both.
 *
 * 1 for the first `min(|w|, |l|)` tokens of each response, `alpha` for the others
 *
 * @param chosen mask of the chosen responses, numbers `[batch, time]`, 0 or 1
 * @param rejected mask of the rejected ones
 * @param alpha `0 < alpha <= 1`; 1 leaves the masks as they are
 * @throws TypeError, RangeError for wrong shapes, `alpha` outside (0, 1]
 * @example
 * desensitizeLengths(np.array([[0, 1, 1, 1]]), np.array([[0, 1, 1, 0]]), 0.5) // { chosen: [0, 1, 1, 0.5], rejected: [0, 1, 1, 0] }
 * @see Liu et al. 2024, arXiv 2409.06411
 */
export function desensitizeLengths(
  chosen: np.Array,
  rejected: np.Array,
  alpha: Parameter,
): { chosen: np.Array; rejected: np.Array } {
  checkParameter("alpha", alpha, { above: 0, max: 1 });
  checkFloatArray("chosen", chosen, 2, "[batch, time]");
  checkFloatArray("rejected", rejected, 2, "[batch, time]");
  checkShape("rejected", rejected, [chosen.shape[0], rejected.shape[1]]);
  const shared = np.minimum(chosen.ref.sum(-1), rejected.ref.sum(-1)).reshape([-1, 1]);
  const tail = operand(alpha, chosen);
  const cut = (mask: np.Array, share: Parameter): np.Array =>
    mask.ref.mul(np.where(np.cumsum(mask, -1).lessEqual(shared.ref), 1, share));
  const masks = {
    chosen: cut(chosen, typeof tail === "number" ? tail : tail.ref),
    rejected: cut(rejected, tail),
  };
  shared.dispose();
  return masks;
}

/**
 * At each place but the last, which weighs nothing, the log-probability of the next token and its weight in the mask, `[batch, time]`
 * both. Tokens and mask are shifted, not the logits: a slice of what is differentiated is a trap of the engine.
 */
function nextTokenLogps(
  all: np.Array,
  tokens: np.Array,
  mask: np.Array,
): { logps: np.Array; weights: np.Array } {
  const [batch, time, vocabulary] = all.shape;
  const next = (x: np.Array): np.Array =>
    np.concatenate([x.slice([], [1, time]), np.zeros([batch, 1], { dtype: x.dtype })], 1);
  const isToken = next(tokens)
    .reshape([batch, time, 1])
    .equal(np.arange(vocabulary).astype(np.int32).reshape([1, 1, vocabulary]));
  return {
    logps: np.where(isToken, all, 0).sum(-1),
    weights: next(constantOf(mask, all.dtype)),
  };
}

function checkSequences(logits: np.Array, tokens: np.Array, mask: np.Array): void {
  checkFloatArray("logits", logits, 3, "[batch, time, vocabulary]");
  const [batch, time, vocabulary] = logits.shape;
  if (time < 2) throw rangeError("logits", "at least 2 places: the first says what the second is", logits);
  if (tokens?.dtype !== np.int32) throw typeError("tokens", `int32[${batch}, ${time}]`, tokens);
  checkShape("tokens", tokens, [batch, time]);
  checkShape("mask", mask, [batch, time]);
  const [ids, counted] = [peek(tokens), peek(mask)];
  for (let i = 0; counted !== null && i < batch; i++) {
    let length = 0;
    for (let t = 1; t < time; t++) {
      const weight = Number(counted[i * time + t]);
      if (!(weight >= 0)) throw rangeError("mask", "numbers >= 0", weight);
      if (weight === 0) continue;
      length++;
      const id = ids === null ? 0 : ids[i * time + t];
      if (id < 0 || id >= vocabulary) throw rangeError("tokens", `ids from 0 to ${vocabulary - 1}`, id);
    }
    if (length === 0) throw rangeError(`mask[${i}]`, "at least one token of the response after the first", 0);
  }
}
