import type { numpy as np } from "@jax-js/jax";
import { constantOf } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkPairLogps, lengthRows, type PairLogps } from "./pair-logps.ts";

/**
 * Supervised fine-tuning on the chosen responses: their negative log-likelihood per token of the batch.
 *
 * `-log pi(w_i) batch / sum_k |w_k|`, so that the mean over the batch is the mean over its tokens: a long response counts more than a
 * short one. TRL's `sft`; it is what its RPO recipe adds, see {@link rpoLoss}. A loss of the whole batch.
 *
 * @param pairs as of {@link dpoLoss}, with `chosenLengths`
 * @returns one value >= 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and without lengths
 * @example
 * const ref = np.array([-9, -9])
 * const pairs = {
 *   policyChosen: np.array([-2, -6]),
 *   policyRejected: ref.ref,
 *   refChosen: ref.ref,
 *   refRejected: ref,
 *   chosenLengths: np.array([1, 3]),
 *   rejectedLengths: np.array([1, 3]),
 * }
 * sftLoss(pairs) // [1, 3]
 */
export function sftLoss(pairs: PairLogps, options: LossOptions = {}): np.Array {
  const { weights } = readLossOptions("sftLoss", options, {});
  checkPairLogps(pairs, weights, true);
  const { policyChosen, chosenLengths, ...others } = pairs;
  for (const given of Object.values(others)) given?.dispose();
  return weighted(likelihoodTerm("token-mean", policyChosen, chosenLengths, weights), weights);
}

/** How the log-likelihood of responses is measured, see {@link rpoLoss}. */
export type SftForm = "sum" | "mean" | "token-mean";

/** The negative log-likelihood of responses in one of the forms, `[batch]`; rows of weight 0 are masked, weights not yet multiplied. */
export function likelihoodTerm(
  form: SftForm,
  logps: np.Array,
  lengths: np.Array | undefined,
  weights: np.Array | undefined,
): np.Array {
  const nll = maskRows(logps, weights).neg();
  if (form === "sum") {
    lengths?.dispose();
    return nll;
  }
  const tokens = lengthRows(lengths!, nll, weights);
  if (form === "mean") return nll.div(tokens);
  if (weights === undefined) return nll.div(tokens.mean());
  const w = constantOf(weights.ref, nll.dtype);
  return nll.mul(w.ref.sum().div(tokens.mul(w).sum()));
}
