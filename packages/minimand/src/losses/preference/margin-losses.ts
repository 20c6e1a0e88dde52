import { numpy as np } from "@jax-js/jax";
import { exp, log, logSigmoid, relu, sigmoid, softplus } from "../../engine/numerics.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { logNormalCdf } from "./log-normal-cdf.ts";
import { overMargins, type PairLogps, type PreferenceOptions, preferenceOptions } from "./pair-logps.ts";

/**
 * Hinge loss of preferences: nothing is asked of pairs that are a margin of `1 / beta` apart.
 *
 * `max(0, 1 - z)`, `z` as of {@link dpoLoss}. TRL's `hinge`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value >= 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * hingePreferenceLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [0.8]
 * @see Zhao et al. 2023 (SLiC), arXiv 2305.10425; Liu et al. 2024 (RSO), arXiv 2309.06657
 */
export function hingePreferenceLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("hingePreferenceLoss", options, preferenceOptions);
  return overMargins(pairs, options, (z) => relu(z.neg().add(1)));
}

/**
 * Identity preference optimisation: a squared distance of the log-ratios' difference from `1 / (2 beta)`.
 *
 * `(h - 1 / (2 beta))^2 = ((z - 1/2) / beta)^2`. TRL's `ipo` is the one with `lengthNormalize`; without, it is the paper's and that of
 * older versions. Times `beta^2` it is the form of the rDPO paper.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value >= 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * ipoLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [9]
 * @see Azar et al. 2023, arXiv 2310.12036, equation (17)
 */
export function ipoLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  const { beta = 0.1 } = readLossOptions("ipoLoss", options, preferenceOptions);
  return overMargins(pairs, { ...options, beta: again(beta) }, (z) =>
    np.square(z.sub(0.5).div(operand(beta, z))),
  );
}

/** Options of {@link exoPairLoss}. */
export interface ExoOptions extends PreferenceOptions {
  /** The share of the smoothed label that the rejected response has, `0 < epsilon < 1/2`, default 0.001. */
  epsilon?: Parameter;
}

/**
 * Exact optimisation of a pair: the reverse divergence of the preference's probability from a smoothed label.
 *
 * `s log(s / (1 - epsilon)) + (1 - s) log((1 - s) / epsilon)`, `s = sigma(z)`: 0 at `s = 1 - epsilon`. TRL's `exo_pair`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `0 < epsilon < 1/2`, default 0.001; `beta`, `divergence`, `lengthNormalize`, `weights`
 * @returns one value >= 0 (up to rounding) per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside (0, 1/2)
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * exoPairLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [2.4220]
 * @see Ji et al. 2024, arXiv 2402.00856, equation (16)
 */
export function exoPairLoss(pairs: PairLogps, options: ExoOptions = {}): np.Array {
  const { epsilon } = readLossOptions("exoPairLoss", options, {
    epsilon: [1e-3, { above: 0, below: 0.5 }],
    ...preferenceOptions,
  });
  return overMargins(pairs, options, (z) => {
    const e = parameter(epsilon, z);
    const forChosen = logSigmoid(z.ref).sub(log(e.ref.neg().add(1)));
    const forRejected = logSigmoid(z.ref.neg()).sub(log(e));
    return sigmoid(z.ref).mul(forChosen).add(sigmoid(z.neg()).mul(forRejected));
  });
}

/** Options of {@link discopopLoss}. */
export interface DiscopopOptions extends PreferenceOptions {
  /** Temperature of the mixture, `> 0`, default 0.05. */
  tau?: Parameter;
}

/**
 * DiscoPOP, a loss that a search found: a mixture of the logistic and the exponential loss.
 *
 * `(1 - m) softplus(-z) + m exp(-z)`, `m = sigma(z / tau)`. TRL's `discopop`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `tau > 0`, default 0.05; `beta`, `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `tau <= 0`
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * discopopLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [0.8148]
 * @see Lu et al. 2024, arXiv 2406.08414
 */
export function discopopLoss(pairs: PairLogps, options: DiscopopOptions = {}): np.Array {
  const { tau } = readLossOptions("discopopLoss", options, {
    tau: [0.05, { above: 0 }],
    ...preferenceOptions,
  });
  return overMargins(pairs, options, (z) => {
    const scaled = z.ref.div(operand(tau, z));
    // m exp(-z) as one exponential: apart they are 0 and infinite far below 0.
    const exponential = exp(logSigmoid(scaled.ref).sub(z.ref));
    return softplus(z.neg()).mul(sigmoid(scaled.neg())).add(exponential);
  });
}

/**
 * Probit preferences: the likelihood of a pair where rewards are compared under normal instead of logistic noise.
 *
 * `-log Phi(z)`, with the distribution function `Phi` of the standard normal and `z` as of {@link dpoLoss}.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * probitPreferenceLoss({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // [0.5460]
 * @see Ray Chowdhury et al. 2024, arXiv 2403.00409; Thurstone 1927
 */
export function probitPreferenceLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("probitPreferenceLoss", options, preferenceOptions);
  return overMargins(pairs, options, (z) => logNormalCdf(z).neg());
}
