import type { numpy as np } from "@jax-js/jax";
import { checkNumber, typeError } from "../../engine/errors.ts";
import type { LossOptions } from "../per-example.ts";
import { againPairs, type PairLogps } from "./pair-logps.ts";

/** A loss of preferences as training calls it; other options are closed over. */
export type PairLoss = (pairs: PairLogps, options: LossOptions) => np.Array;

/**
 * A weighted sum of losses of preferences.
 *
 * `sum_k weight_k loss_k(pairs)`
 *
 * @param parts the losses, and their weights; options are closed over
 * @returns a loss `(pairs, { weights }) => [batch]`
 * @throws TypeError, RangeError for no parts, losses that are no functions, weights that aren't finite
 * @example
 * // Mixed preference optimisation
 * const mpo = combinePairLosses([
 *   { loss: dpoLoss, weight: 0.8 },
 *   { loss: bcoPairLoss, weight: 0.2 },
 *   { loss: sftLoss, weight: 1 },
 * ])
 * const ref = np.array([-2])
 * const lengths = { chosenLengths: np.array([4]), rejectedLengths: np.array([4]) }
 * mpo({ policyChosen: ref.ref, policyRejected: ref.ref, refChosen: ref.ref, refRejected: ref, ...lengths }, {}) // [1.3318]
 * @see Wang et al. 2024, arXiv 2411.10442
 */
export function combinePairLosses(parts: readonly { loss: PairLoss; weight: number }[]): PairLoss {
  if (!Array.isArray(parts) || parts.length === 0)
    throw typeError("parts", "a list of losses { loss, weight }", parts);
  for (const [i, { loss, weight }] of parts.entries()) {
    if (typeof loss !== "function")
      throw typeError(`parts[${i}].loss`, "a function (pairs, { weights })", loss);
    checkNumber(`parts[${i}].weight`, weight);
  }
  return (pairs, options) => {
    const { weights, ...rest } = options;
    const values = parts.map(({ loss, weight }, i) => {
      const last = i === parts.length - 1;
      const own = weights === undefined ? rest : { ...rest, weights: last ? weights : weights.ref };
      return loss(last ? pairs : againPairs(pairs), own).mul(weight);
    });
    return values.reduce((sum, value) => sum.add(value));
  };
}
