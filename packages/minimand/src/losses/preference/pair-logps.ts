import { lax, numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkParameter,
  checkShape,
  peek,
  rangeError,
  typeError,
} from "../../engine/checks.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { again, operand } from "../operand.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkDivergence, type Divergence, divergenceScore } from "./divergence.ts";

/**
 * Inputs of the preference losses, one pair per entry: log-probabilities of the chosen and of the rejected response. Each is given under
 * the policy that is trained and under the reference that it started from.
 *
 * All are float `[batch]`, sums over the tokens of a response as {@link sequenceLogps} gives them: with means instead, `beta` would
 * mean something else for each length. The reference's are constants of the gradient.
 */
export interface PairLogps {
  policyChosen: np.Array;
  policyRejected: np.Array;
  refChosen: np.Array;
  refRejected: np.Array;
  /** Tokens of each response, numbers `[batch]`; needed where a loss divides by them, given up elsewhere. */
  chosenLengths?: np.Array;
  rejectedLengths?: np.Array;
}

/** Options of the losses of preferences. */
export interface PreferenceOptions extends LossOptions {
  /** Weight of the divergence from the reference, and so the scale of the implicit rewards; `> 0`, default 0.1. */
  beta?: Parameter;
  /** By which divergence the policy is held near the reference; default `"reverse-kl"`, the usual one. */
  divergence?: Divergence;
  /** Whether the score of a response is divided by its length, which `pairs` must have then; default false. */
  lengthNormalize?: boolean;
}

/** The names of {@link PreferenceOptions}. */
export const preferenceOptions = {
  beta: true,
  divergence: true,
  lengthNormalize: true,
  weights: true,
} as const;

/** Implicit rewards of both responses, `[batch]` each. */
export interface PairRewards {
  chosen: np.Array;
  rejected: np.Array;
}

const logpNames = ["policyChosen", "policyRejected", "refChosen", "refRejected"] as const;
const lengthNames = ["chosenLengths", "rejectedLengths"] as const;

/**
 * The body shared by the losses of single pairs: checks the arguments, masks rows of weight 0, and calls `body` with the implicit rewards
 * `beta score`. The score of a response is its log-ratio `log(policy / reference)` or what the divergence makes of it.
 */
export function overRewards(
  pairs: PairLogps,
  options: PreferenceOptions,
  body: (rewards: PairRewards) => np.Array,
): np.Array {
  return weighted(body(rewardsOf(pairs, options)), options.weights);
}

/** As {@link overRewards}, of losses that look at the difference of both rewards alone, `z = beta (score_chosen - score_rejected)`. */
export function overMargins(
  pairs: PairLogps,
  options: PreferenceOptions,
  body: (margin: np.Array) => np.Array,
): np.Array {
  return overRewards(pairs, options, ({ chosen, rejected }) => body(chosen.sub(rejected)));
}

/** The implicit rewards of checked pairs, rows of weight 0 masked; the weights are only looked at. */
export function rewardsOf(pairs: PairLogps, options: PreferenceOptions): PairRewards {
  const { beta = 0.1, divergence = "reverse-kl", lengthNormalize = false, weights } = options;
  checkBeta(beta);
  checkDivergence(divergence);
  checkPairLogps(pairs, weights, lengthNormalize);
  const { policyChosen, policyRejected, refChosen, refRejected, chosenLengths, rejectedLengths } = pairs;
  const scale = operand(beta, policyChosen);
  const rewardOf = (policy: np.Array, ref: np.Array, lengths: np.Array | undefined): np.Array => {
    const score = divergenceScore(
      maskRows(policy, weights).sub(referenceRows(ref, policy, weights)),
      divergence,
    );
    if (lengthNormalize) return score.div(lengthRows(lengths!, policy, weights)).mul(again(scale));
    lengths?.dispose();
    return score.mul(again(scale));
  };
  const chosen = rewardOf(policyChosen, refChosen, chosenLengths);
  const rejected = rewardOf(policyRejected, refRejected, rejectedLengths);
  for (const given of [scale, typeof divergence === "object" ? divergence.alpha : undefined])
    if (typeof given === "object") given.dispose();
  return { chosen, rejected };
}

/** The reference's log-probabilities as a constant of the dtype of `like`, rows of weight 0 masked. */
export function referenceRows(ref: np.Array, like: np.Array, weights: np.Array | undefined): np.Array {
  return maskRows(lax.stopGradient(constantOf(ref, like.dtype)), weights);
}

/** Lengths as a divisor of the dtype of `like`: 1 in rows of weight 0. */
export function lengthRows(lengths: np.Array, like: np.Array, weights: np.Array | undefined): np.Array {
  return np.maximum(maskRows(lax.stopGradient(constantOf(lengths, like.dtype)), weights), 1);
}

/** The same pairs with the responses' roles exchanged: what was rejected is the chosen one. */
export function swapPairs(pairs: PairLogps): PairLogps {
  const { policyChosen, policyRejected, refChosen, refRejected, chosenLengths, rejectedLengths } = pairs;
  return {
    policyChosen: policyRejected,
    policyRejected: policyChosen,
    refChosen: refRejected,
    refRejected: refChosen,
    ...(rejectedLengths !== undefined && { chosenLengths: rejectedLengths }),
    ...(chosenLengths !== undefined && { rejectedLengths: chosenLengths }),
  };
}

/** One more use of every array of the pairs. */
export function againPairs(pairs: PairLogps): PairLogps {
  for (const name of [...logpNames, ...lengthNames]) void pairs[name]?.ref;
  return pairs;
}

/** Throws unless beta is a positive number, or a 0-d array. */
export function checkBeta(beta: Parameter): void {
  checkParameter("beta", beta, { above: 0 });
}

/** Throws unless a flip rate is at least 0 and well below one half (where nothing could be learned), or a 0-d array. */
export function checkFlipRate(epsilon: Parameter): void {
  checkParameter("epsilon", epsilon, { min: 0, below: 0.499999 });
}

/** Throws for invalid pairs: wrong shapes, dtypes or weights, and wrong values where they can be read. */
export function checkPairLogps(
  pairs: PairLogps,
  weights: np.Array | undefined,
  lengthsNeeded: boolean,
): void {
  if (typeof pairs !== "object" || pairs === null)
    throw typeError(
      "pairs",
      "log-probabilities { policyChosen, policyRejected, refChosen, refRejected }",
      pairs,
    );
  checkFloatArray("policyChosen", pairs.policyChosen, 1, "[batch]");
  const { shape } = pairs.policyChosen;
  checkWeights(weights, shape[0]);
  for (const name of logpNames) checkLogps(name, pairs[name], shape, weights);
  for (const name of lengthNames) {
    if (pairs[name] !== undefined) checkLengths(name, pairs[name], shape, weights);
    else if (lengthsNeeded) throw typeError(name, "the tokens of each response, to divide by", undefined);
  }
}

/**
 * Rounding of sums of log-probabilities that are 0 may leave them above it by this much. Probabilities, which are sometimes given by
 * mistake, are larger.
 */
const roundedUp = 1e-5;

/** Throws unless these are log-probabilities of that shape: float, finite and at most 0 where they can be looked at. */
export function checkLogps(
  argument: string,
  logps: np.Array,
  shape: readonly number[],
  weights: np.Array | undefined,
): void {
  checkFloatArray(argument, logps, shape.length, "[batch]");
  checkShape(argument, logps, shape);
  checkKept(
    argument,
    logps,
    weights,
    "finite log-probabilities <= 0",
    (v) => v <= roundedUp && v > -Infinity,
  );
}

/** Throws unless these are numbers of tokens, at least 1 where they can be looked at. */
export function checkLengths(
  argument: string,
  lengths: np.Array,
  shape: readonly number[],
  weights: np.Array | undefined,
): void {
  checkShape(argument, lengths, shape);
  checkKept(argument, lengths, weights, "at least one token in each response", (v) => v >= 1 && v < Infinity);
}

function checkKept(
  argument: string,
  array: np.Array,
  weights: np.Array | undefined,
  expected: string,
  ok: (value: number) => boolean,
): void {
  const values = peek(array);
  if (values === null) return;
  const counts = weights === undefined ? null : peek(weights);
  if (weights !== undefined && counts === null) return;
  for (let i = 0; i < values.length; i++)
    if (!ok(Number(values[i])) && (counts === null || Number(counts[i]) !== 0))
      throw rangeError(argument, expected, Number(values[i]));
}
