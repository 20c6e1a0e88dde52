import { numpy as np } from "@jax-js/jax";
import { sigmoid, softplus } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { overRewards, type PairLogps, type PreferenceOptions, preferenceOptions } from "./pair-logps.ts";

/*
 * Losses that look at each response's own reward and not at the difference alone: the chosen one may not fall together with the
 * rejected one. Of a pair, a = log(pi(w) / ref(w)) and b = log(pi(l) / ref(l)).
 */

/**
 * Noise contrastive alignment of a pair: raises the likelihood of the chosen response itself.
 *
 * `softplus(-beta a) + softplus(beta a) / 2 + softplus(beta b) / 2` with the log-ratios `a` of the chosen and `b` of the rejected
 * response. TRL's `nca_pair`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * ncaPairLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [1.3388]
 * @see Chen et al. 2024, arXiv 2402.05369
 */
export function ncaPairLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("ncaPairLoss", options, preferenceOptions);
  return overRewards(pairs, options, ({ chosen, rejected }) =>
    softplus(chosen.ref.neg()).add(softplus(chosen).add(softplus(rejected)).mul(0.5)),
  );
}

/** Options of {@link bcoPairLoss}. */
export interface BcoOptions extends PreferenceOptions {
  /** What rewards are measured from, a finite number; default 0. */
  delta?: Parameter;
}

/**
 * Binary classifier optimisation of a pair: both responses are classified for themselves, above or below `delta`.
 *
 * `softplus(-(beta a - delta)) + softplus(beta b - delta)` with the log-ratios `a` of the chosen and `b` of the rejected response.
 * TRL's `bco_pair`: `delta` is 0 there now, and was the running mean of all rewards, which {@link runningMean} keeps.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `delta`, default 0; `beta`, `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * bcoPairLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [1.2888]
 * @see Jung et al. 2024, arXiv 2404.04656
 */
export function bcoPairLoss(pairs: PairLogps, options: BcoOptions = {}): np.Array {
  const { delta } = readLossOptions("bcoPairLoss", options, { delta: [0, {}], ...preferenceOptions });
  return overRewards(pairs, options, ({ chosen, rejected }) => {
    const from = operand(delta, chosen);
    return softplus(chosen.sub(again(from)).neg()).add(softplus(rejected.sub(from)));
  });
}

/**
 * Self-play preference optimisation of a pair: each log-ratio is drawn to a target of its own.
 *
 * `(a - 1 / (2 beta))^2 + (b + 1 / (2 beta))^2` with the log-ratios `a` of the chosen and `b` of the rejected response. TRL's
 * `sppo_hard`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value >= 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * sppoHardLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [32]
 * @see Wu et al. 2024, arXiv 2405.00675
 */
export function sppoHardLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  const { beta = 0.1 } = readLossOptions("sppoHardLoss", options, preferenceOptions);
  return overRewards(pairs, { ...options, beta: again(beta) }, ({ chosen, rejected }) => {
    const scale = operand(beta, chosen);
    return np.square(chosen.sub(0.5).div(again(scale))).add(np.square(rejected.add(0.5).div(scale)));
  });
}

/**
 * Anchored preference optimisation for chosen responses that are better than what the policy says: raises them, lowers the rejected.
 *
 * `1 - sigma(beta a) + sigma(beta b)` with the log-ratios `a` of the chosen and `b` of the rejected response. TRL's `apo_zero`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value in (0, 2) per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * apoZeroLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [0.95]
 * @see D'Oosterlinck et al. 2024, arXiv 2408.06266
 */
export function apoZeroLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("apoZeroLoss", options, preferenceOptions);
  return overRewards(pairs, options, ({ chosen, rejected }) => sigmoid(chosen.neg()).add(sigmoid(rejected)));
}

/**
 * Anchored preference optimisation for chosen responses that are worse than what the policy says: lowers both, the rejected more.
 *
 * `sigma(beta a) + 1 - sigma(beta (a - b))` with the log-ratios `a` of the chosen and `b` of the rejected response. TRL's `apo_down`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value in (0, 2) per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * apoDownLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [0.9751]
 * @see D'Oosterlinck et al. 2024, arXiv 2408.06266
 */
export function apoDownLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("apoDownLoss", options, preferenceOptions);
  return overRewards(pairs, options, ({ chosen, rejected }) =>
    sigmoid(chosen.ref).add(sigmoid(rejected.sub(chosen))),
  );
}
