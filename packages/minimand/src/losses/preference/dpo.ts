import { numpy as np } from "@jax-js/jax";
import { log, softplus } from "../../engine/numerics.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import {
  checkFlipRate,
  overMargins,
  type PairLogps,
  type PreferenceOptions,
  preferenceOptions,
} from "./pair-logps.ts";

/** Options of a loss that knows how many of the preferences are the wrong way round. */
export interface FlipOptions extends PreferenceOptions {
  /** The share of pairs whose labels are swapped, `0 <= epsilon < 1/2`. */
  epsilon: Parameter;
}

/** The names of {@link FlipOptions}. */
const flipOptions = { epsilon: true, ...preferenceOptions } as const;

/**
 * Direct preference optimisation: the likelihood of the preferences under the implicit rewards `beta log(policy / reference)`.
 *
 * `-log sigma(z) = softplus(-z)`, `z = beta h`, `h = log(pi(w) / ref(w)) - log(pi(l) / ref(l))`; derivative in `h`: `-beta sigma(-z)`.
 * TRL's `sigmoid`, and with `lengthNormalize` its `sigmoid_norm`.
 *
 * @param pairs log-probabilities of chosen and rejected responses, float `[batch]` each; see {@link PairLogps}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`; `log 2` where policy and reference agree
 * @throws TypeError, RangeError for wrong dtypes and shapes, log-probabilities above 0 or not finite, responses without tokens (values
 * are checked outside of tracing only), `beta <= 0`
 * @example
 * const pairs = {
 *   policyChosen: np.array([-10]),
 *   policyRejected: np.array([-12]),
 *   refChosen: np.array([-11]),
 *   refRejected: np.array([-11]),
 * }
 * dpoLoss(pairs) // [0.598139]
 * @see Rafailov et al. 2023, arXiv 2305.18290, equation (7)
 */
export function dpoLoss(pairs: PairLogps, options: PreferenceOptions = {}): np.Array {
  readLossOptions("dpoLoss", options, preferenceOptions);
  return overMargins(pairs, options, (z) => softplus(z.neg()));
}

/**
 * Conservative DPO, which is label smoothing: DPO plus a linear pull back to the reference.
 *
 * `(1 - epsilon) softplus(-z) + epsilon softplus(z) = softplus(-z) + epsilon z`, least at `z = log((1 - epsilon) / epsilon)`. It keeps
 * the margins finite, but it is biased: its expectation over flips isn't the loss of the pairs as they were. {@link robustDpoLoss} has
 * the opposite pull and no bias.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `0 <= epsilon < 1/2`; `beta`, `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside [0, 1/2)
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * const pairs = { policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }
 * conservativeDpoLoss(pairs, { epsilon: 0.2 }) // [0.638139]
 * @see Mitchell 2023, "A note on DPO with noisy preferences", equation (3); Ray Chowdhury et al. 2024, arXiv 2403.00409
 */
export function conservativeDpoLoss(pairs: PairLogps, options: FlipOptions): np.Array {
  const { epsilon } = readLossOptions("conservativeDpoLoss", options, flipOptions);
  checkFlipRate(epsilon);
  return overMargins(pairs, options, (z) => softplus(z.ref.neg()).add(z.mul(operand(epsilon, z))));
}

/**
 * Robust DPO: its expectation over labels that are swapped with probability `epsilon` is the DPO loss of the true ones.
 *
 * `((1 - epsilon) softplus(-z) - epsilon softplus(z)) / (1 - 2 epsilon) = softplus(-z) - epsilon / (1 - 2 epsilon) z`, in the last form
 * without cancellation. DPO plus a linear push away from the reference: convex, but without a lower bound, so that a model that can fit
 * every pair must be stopped early or held; negative values are usual. TRL's `robust`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `0 <= epsilon < 1/2`, see {@link estimateFlipRate}; rather too small than too large. `beta`, `divergence`,
 * `lengthNormalize`, `weights`
 * @returns one value per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside [0, 1/2)
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * const pairs = { policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }
 * robustDpoLoss(pairs, { epsilon: 0.2 }) // [0.531472]
 * @see Ray Chowdhury, Kini, Natarajan 2024, arXiv 2403.00409
 */
export function robustDpoLoss(pairs: PairLogps, options: FlipOptions): np.Array {
  const { epsilon } = readLossOptions("robustDpoLoss", options, flipOptions);
  checkFlipRate(epsilon);
  return overMargins(pairs, options, (z) => {
    const e = operand(epsilon, z);
    const tilt = typeof e === "number" ? e / (1 - 2 * e) : e.ref.div(e.mul(-2).add(1));
    return softplus(z.ref.neg()).sub(z.mul(tilt));
  });
}

/**
 * The likelihood of preferences of which a share is swapped. Bounded below where {@link robustDpoLoss} isn't, but not convex; not from
 * the paper.
 *
 * `-log(epsilon + (1 - 2 epsilon) sigma(z))`. As an input of a program `epsilon` has a gradient, too, so that it may be estimated
 * together with the policy as `sigma(c) / 2` of a free number `c`.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `0 <= epsilon < 1/2`; `beta`, `divergence`, `lengthNormalize`, `weights`
 * @returns one value > 0 per pair, `[batch]`
 * @throws TypeError, RangeError as {@link dpoLoss}, and for `epsilon` outside [0, 1/2)
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * const pairs = { policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }
 * noiseAwareDpoLoss(pairs, { epsilon: 0.2 }) // [0.6351]
 */
export function noiseAwareDpoLoss(pairs: PairLogps, options: FlipOptions): np.Array {
  const { epsilon } = readLossOptions("noiseAwareDpoLoss", options, flipOptions);
  checkFlipRate(epsilon);
  return overMargins(pairs, options, (margin) => {
    if (epsilon === 0) return softplus(margin.neg());
    // At lower margins the value is constant, and the difference of the two large numbers below would lose it.
    const z = np.maximum(margin, -largestLoss);
    // (1 - e) sigma(z) + e sigma(-z), its logarithm with (1 - e) sigma(z) taken out.
    const e = parameter(epsilon, z);
    const logKept = log(e.ref.neg().add(1));
    const logOdds = log(e.add(nothing)).sub(logKept.ref);
    return softplus(z.ref.neg())
      .sub(softplus(logOdds.sub(z)))
      .sub(logKept);
  });
}

/** A share so small that it stands for 0, whose logarithm has no gradient. */
const nothing = 1e-30;

/** More than the loss of any share: `-log(nothing)` is 69. */
const largestLoss = 128;
