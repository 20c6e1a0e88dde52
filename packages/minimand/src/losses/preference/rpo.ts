import type { numpy as np } from "@jax-js/jax";
import { checkChoice, checkParameter, typeError } from "../../engine/checks.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { weighted } from "../per-example.ts";
import { dpoLoss } from "./dpo.ts";
import {
  checkBeta,
  checkLengths,
  checkLogps,
  checkPairLogps,
  type PairLogps,
  type PreferenceOptions,
  preferenceOptions,
} from "./pair-logps.ts";
import { likelihoodTerm } from "./sft.ts";

interface SharedRpoOptions extends PreferenceOptions {
  /**
   * Responses of the baseline policy that the likelihood is taken of, one a pair: their log-probabilities under the policy, `[batch]`,
   * and their lengths where the form needs them. Default: the chosen ones.
   */
  base?: { logps: np.Array; lengths?: np.Array };
  /** The loss of preferences beside it, default {@link dpoLoss}; the theory is about that one only. */
  pairLoss?: (pairs: PairLogps, options: PreferenceOptions) => np.Array;
}

/** Options of {@link rpoLoss}. */
export type RpoOptions = SharedRpoOptions &
  (
    | {
        /** The paper's: the likelihood of whole responses, times `eta beta`. */
        sft?: "sum";
        /** Weight of pessimism, `>= 0`, default 0.005. */
        eta?: Parameter;
      }
    | {
        /** Per token of its response, or of the batch: times `nllWeight` alone. */
        sft: "mean" | "token-mean";
        /** `>= 0`, default 0.2 for `"mean"`, 0.005 for `"token-mean"`, as in the two published recipes. */
        nllWeight?: Parameter;
      }
  );

const usualWeights = { mean: 0.2, "token-mean": 0.005 } as const;

/**
 * Regularised preference optimisation: a loss of preferences and the likelihood of responses of a baseline policy, which by the paper's
 * theorem is the reward adversary's answer: the policy stays where the data is. The chosen log-probability keeps a pull up, where DPO's
 * vanishes with growing margins.
 *
 *     sum          softplus(-z) - eta beta log pi(w)            the paper's, and its official code
 *     mean         softplus(-z) - nllWeight log pi(w) / |w|     the authors' second code (appendix F)
 *     token-mean   softplus(-z) - nllWeight log pi(w) / mean|w| TRL's recipe: sigmoid and sft, weights 1 and 0.005
 *
 * They are not the same loss. The paper's term is a sum over tokens and carries `beta`, since it comes from rewards of scale `beta`: in a
 * mean over pairs each token has the weight `eta beta / batch`. TRL divides by all tokens of the batch and leaves `beta` out, so that a
 * token has the weight `nllWeight / tokens`, less in batches of long responses. All lengths `n`: equal where `nllWeight = eta beta n`.
 *
 * @param pairs as of {@link dpoLoss}; with `chosenLengths` and `rejectedLengths` where the likelihood is per token
 * @param options `sft`, default `"sum"`; `eta >= 0` with it, default 0.005: useful values grow as `beta` falls; `nllWeight >= 0` with the
 * others; `base`, `pairLoss`; `beta > 0`, default 0.1, `divergence`, `lengthNormalize`, `weights`. Where labels are noisy the chosen
 * responses are so, too: give other ones as `base`
 * @returns one value per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, for negative `eta` or `nllWeight`, an `eta` with the forms per token, missing lengths
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * rpoLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }, { eta: 0.5 }) // [1.098139]
 * @see Liu et al. 2024, arXiv 2405.16436, algorithm 2, and appendix F
 */
export function rpoLoss(pairs: PairLogps, options: RpoOptions = {}): np.Array {
  readLossOptions("rpoLoss", options, {
    sft: true,
    eta: true,
    nllWeight: true,
    base: true,
    pairLoss: true,
    ...preferenceOptions,
  });
  // One object of all names: which belong together, the type says, and the checks here for those who come without it.
  const {
    sft = "sum",
    eta,
    nllWeight,
    base,
    pairLoss = dpoLoss,
    ...rest
  } = options as SharedRpoOptions & {
    sft?: "sum" | "mean" | "token-mean";
    eta?: Parameter;
    nllWeight?: Parameter;
  };
  checkChoice("sft", sft, ["sum", "mean", "token-mean"]);
  const [unused, other] = sft === "sum" ? [nllWeight, "nllWeight"] : [eta, "eta"];
  if (unused !== undefined) throw typeError(other, `none with sft "${sft}"`, unused);
  checkParameter("eta", eta ?? 0, { min: 0 });
  checkParameter("nllWeight", nllWeight ?? 0, { min: 0 });
  const { beta = 0.1, weights } = rest;
  checkBeta(beta);
  checkPairLogps(pairs, weights, sft !== "sum" && base === undefined);
  if (base !== undefined) checkBase(base, pairs, weights, sft !== "sum");

  const { logps, lengths } = base ?? { logps: pairs.policyChosen.ref, lengths: pairs.chosenLengths?.ref };
  const nll = likelihoodTerm(sft, logps, lengths, weights);
  const scale =
    sft === "sum"
      ? nll.mul(operand(eta ?? 0.005, nll)).mul(operand(again(beta), nll))
      : nll.mul(operand(nllWeight ?? usualWeights[sft], nll));
  const term = weighted(scale, weights?.ref);
  return pairLoss(pairs, { ...rest, beta }).add(term);
}

function checkBase(
  base: { logps: np.Array; lengths?: np.Array },
  pairs: PairLogps,
  weights: np.Array | undefined,
  perToken: boolean,
): void {
  const { shape } = pairs.policyChosen;
  checkLogps("base.logps", base.logps, shape, weights);
  if (base.lengths !== undefined) checkLengths("base.lengths", base.lengths, shape, weights);
  else if (perToken) throw typeError("base.lengths", "the tokens of each response, to divide by", undefined);
}
