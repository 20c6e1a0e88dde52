import { numpy as np } from "@jax-js/jax";
import { expm1, log, softplus } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkBeta, checkPairLogps, lengthRows, type PairLogps } from "./pair-logps.ts";

/**
 * What losses look at that need no reference policy: half the memory, and nothing that holds the policy where it was. The reference's
 * log-probabilities may be given, as to all losses of preferences; they are checked and left alone.
 */
export type PolicyPairLogps = Required<Omit<PairLogps, "refChosen" | "refRejected">> &
  Partial<Pick<PairLogps, "refChosen" | "refRejected">>;

/** Options of {@link simpoLoss}. */
export interface SimpoOptions extends LossOptions {
  /** Scale of the rewards, `> 0`, default 2: rewards are means over tokens here, so that it is larger than elsewhere. */
  beta?: Parameter;
  /** The margin by which the chosen reward has to be larger, `>= 0`, default 1. */
  gamma?: Parameter;
}

/**
 * Simple preference optimisation: rewards are the mean log-probabilities of responses, which is what they are drawn by.
 *
 * `softplus(gamma - beta (log pi(w) / |w| - log pi(l) / |l|))`. TRL's `simpo`, whose defaults are `beta` 0.1 and `gamma` 0.5.
 *
 * @param pairs log-probabilities and lengths of both responses, float `[batch]` each; a reference isn't needed
 * @param options `beta > 0`, default 2; `gamma >= 0`, default 1; `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, log-probabilities above 0 or not finite, responses without tokens (values
 * are checked outside of tracing only), missing lengths, `beta <= 0`, negative `gamma`
 * @example
 * const [policyChosen, policyRejected] = [np.array([-4]), np.array([-6])]
 * const [chosenLengths, rejectedLengths] = [np.array([4]), np.array([3])]
 * simpoLoss({ policyChosen, policyRejected, chosenLengths, rejectedLengths }) // [0.313262]
 * @see Meng, Xia, Chen 2024, arXiv 2405.14734, equation (6)
 */
export function simpoLoss(pairs: PolicyPairLogps, options: SimpoOptions = {}): np.Array {
  const { beta, gamma, weights } = readLossOptions("simpoLoss", options, {
    beta: [2],
    gamma: [1, { min: 0 }],
  });
  checkBeta(beta);
  const { chosen, rejected } = meanLogps(pairs, weights);
  const behind = rejected.sub(chosen);
  const scaled = behind.mul(operand(beta, behind));
  return weighted(softplus(scaled.add(operand(gamma, scaled))), weights);
}

/** Options of {@link orpoLoss}. */
export interface OrpoOptions extends LossOptions {
  /** Weight of the odds ratio beside the likelihood, `>= 0`, default 0.1. */
  lambda?: Parameter;
}

/** The odds of a certain response are infinite: log-probabilities are cut here. */
const largest = -1e-6;

/**
 * Odds ratio preference optimisation: fine-tuning on the chosen responses and preferences in one stage, from a model that hasn't been
 * fine-tuned before.
 *
 * `-log p(w) + lambda softplus(-(log odds(w) - log odds(l)))`, `log p = log pi / length`, `odds = p / (1 - p)`. TRL's `ORPOTrainer`, whose
 * `beta` is `lambda` here and whose likelihood is of the prompt, too.
 *
 * @param pairs log-probabilities and lengths of both responses, float `[batch]` each; a reference isn't needed
 * @param options `lambda >= 0`, default 0.1; `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link simpoLoss}, for negative `lambda`
 * @example
 * const [policyChosen, policyRejected] = [np.array([-4]), np.array([-6])]
 * const [chosenLengths, rejectedLengths] = [np.array([4]), np.array([3])]
 * orpoLoss({ policyChosen, policyRejected, chosenLengths, rejectedLengths }) // [1.023818]
 * @see Hong, Lee, Thorne 2024, arXiv 2403.07691, equations (6) and (7)
 */
export function orpoLoss(pairs: PolicyPairLogps, options: OrpoOptions = {}): np.Array {
  const { lambda, weights } = readLossOptions("orpoLoss", options, {
    lambda: [0.1, { min: 0 }],
  });
  const { chosen, rejected } = meanLogps(pairs, weights);
  const ratio = logOdds(chosen.ref).sub(logOdds(rejected));
  const preference = softplus(ratio.neg());
  return weighted(preference.mul(operand(lambda, preference)).sub(chosen), weights);
}

/** `log(p / (1 - p))` of `log p`. */
function logOdds(logp: np.Array): np.Array {
  const below = np.minimum(logp, largest);
  return below.ref.sub(log(expm1(below).neg()));
}

/** Log-probabilities per token of checked pairs, rows of weight 0 masked; weights are only looked at. */
function meanLogps(
  pairs: PolicyPairLogps,
  weights: np.Array | undefined,
): { chosen: np.Array; rejected: np.Array } {
  const whole = {
    ...pairs,
    refChosen: pairs?.refChosen ?? pairs?.policyChosen,
    refRejected: pairs?.refRejected ?? pairs?.policyRejected,
  };
  checkPairLogps(whole, weights, true);
  pairs.refChosen?.dispose();
  pairs.refRejected?.dispose();
  const mean = (logps: np.Array, lengths: np.Array): np.Array =>
    maskRows(logps, weights).div(lengthRows(lengths, logps, weights));
  return {
    chosen: mean(pairs.policyChosen, pairs.chosenLengths),
    rejected: mean(pairs.policyRejected, pairs.rejectedLengths),
  };
}
