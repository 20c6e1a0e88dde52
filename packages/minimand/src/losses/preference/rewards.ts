import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray } from "../../engine/checks.ts";
import { sigmoid } from "../../engine/numerics.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { operand } from "../operand.ts";
import { checkBeta, checkFlipRate, type PairLogps, type PreferenceOptions, rewardsOf } from "./pair-logps.ts";

/** The rewards that a policy implies, `[batch]` each. */
export type ImplicitRewards = {
  chosen: np.Array;
  rejected: np.Array;
  /** Chosen minus rejected. */
  margin: np.Array;
  /** 1 where the chosen response has the larger reward, else 0. */
  accuracy: np.Array;
};

/**
 * The rewards for which the policy would be optimal: `beta log(policy / reference)` of each response, up to what depends on the prompt
 * alone.
 *
 * To be watched while training: a falling mean of `chosen` is over-optimisation; on noisy pairs the mean accuracy of a perfect model is
 * `1 - epsilon`, not 1.
 *
 * @param pairs as of {@link dpoLoss}
 * @param options `beta > 0`, default 0.1; `divergence`, `lengthNormalize`
 * @throws TypeError, RangeError as {@link dpoLoss}
 * @example
 * const [w, l] = [np.array([-10]), np.array([-12])]
 * const ref = np.array([-11])
 * implicitRewards({ policyChosen: w, policyRejected: l, refChosen: ref.ref, refRejected: ref }) // { chosen: [0.1], rejected: [-0.1], margin: [0.2], accuracy: [1] }
 * @see Rafailov et al. 2023, arXiv 2305.18290, section 5.1
 */
export function implicitRewards(
  pairs: PairLogps,
  options: Omit<PreferenceOptions, "weights"> = {},
): ImplicitRewards {
  readOptions("implicitRewards", options, { beta: true, divergence: true, lengthNormalize: true });
  const { chosen, rejected } = rewardsOf(pairs, options);
  const margin = chosen.ref.sub(rejected.ref);
  const accuracy = margin.ref.greater(0).astype(margin.dtype);
  return { chosen, rejected, margin, accuracy };
}

/** Options of {@link pairGradientWeights}. */
export interface GradientWeightOptions {
  loss: "dpo" | "conservative" | "robust" | "noise-aware";
  /** `> 0`, default 0.1. */
  beta?: Parameter;
  /** `0 <= epsilon < 1/2`, default 0. */
  epsilon?: Parameter;
}

/**
 * How strongly a pair pulls: minus the derivative of its loss in the margin, divided by `beta`.
 *
 *     dpo            sigma(-z)
 *     conservative   sigma(-z) - epsilon
 *     robust         sigma(-z) + epsilon / (1 - 2 epsilon)
 *     noise-aware    (1 - 2 epsilon) sigma(z) sigma(-z) / (epsilon + (1 - 2 epsilon) sigma(z))
 *
 * @param margin differences `h` of log-ratios, float `[batch]`; `z = beta h`
 * @returns one weight per pair, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, another loss, `beta <= 0`, `epsilon` outside [0, 1/2)
 * @example
 * pairGradientWeights(np.array([2]), { loss: "robust", epsilon: 0.2 }) // [0.783499]
 * @see Ray Chowdhury et al. 2024, arXiv 2403.00409
 */
export function pairGradientWeights(margin: np.Array, options: GradientWeightOptions): np.Array {
  const { loss, beta, epsilon } = readOptions("pairGradientWeights", options, {
    loss: oneOf(["dpo", "conservative", "robust", "noise-aware"]),
    beta: [0.1],
    epsilon: [0],
  });
  checkBeta(beta);
  checkFlipRate(epsilon);
  checkFloatArray("margin", margin, 1, "[batch]");
  const z = margin.mul(operand(beta, margin));
  const e = parameter(epsilon, z);
  const plain = sigmoid(z.ref.neg());
  const informative = e.ref.mul(-2).add(1);
  const weights = {
    dpo: () => plain.ref,
    conservative: () => plain.ref.sub(e.ref),
    robust: () => plain.ref.add(e.ref.div(informative.ref)),
    "noise-aware": () => {
      const right = sigmoid(z.ref).mul(informative.ref);
      return right.ref.mul(plain.ref).div(right.add(e.ref));
    },
  }[loss]();
  for (const used of [z, e, plain, informative]) used.dispose();
  return weights;
}
