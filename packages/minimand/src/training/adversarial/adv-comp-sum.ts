import { smoothAdvCompSum, squaredScoreDeviation } from "../../losses/classification/comp-sum/adversarial.ts";
import type { Hyper } from "../hyper.ts";
import type { SupervisedStep } from "../train-step.ts";
import { type AdversarialStepOptions, type AttackHyper, pairStep } from "./attacked-step.ts";

/**
 * Training with the smooth adversarial comp-sum loss (Adv-Comp-Sum).
 *
 * Each update (1) computes the clean scores, (2) climbs the squared deviation `|| D(x + delta) - D(x) ||^2` of the score
 * differences by `steps` of projected gradient ascent from a random point of the ball, (3) takes one optimizer step
 * on the mean of {@link smoothAdvCompSum}, the attacked inputs being constants. Weight decay is the optimizer's.
 *
 * Hyperparameters, given to `init` as numbers: `gamma` (radius, required), `stepSize` (default `gamma / 4`), `tau`
 * (1), `rho` (1), `nu` (0.3), and whatever the optimizer asks for. Here `nu` is a regularisation parameter: large values
 * make all scores equal; if training collapses, lower it in the state over the first epochs.
 *
 * @param options model and optimizer as for `supervised`; `norm` (`linf`), `steps` (10), `clip` (none)
 * @returns a train step; `init` throws TypeError, RangeError for a missing or negative `gamma`
 * @throws TypeError, RangeError as `pgd`
 * @example
 * const step = advCompSum({ model, optimizer: adam(1e-3), steps: 5, clip: [0, 1] })
 * let state = step.init(random.key(0), { hyper: { gamma: 0.1, nu: 0.3 } })
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 5
 */
export function advCompSum<H extends Hyper = Hyper>(
  options: AdversarialStepOptions<H>,
): SupervisedStep<H, AttackHyper & { tau?: number; rho?: number; nu?: number }>;
export function advCompSum(options: AdversarialStepOptions): SupervisedStep {
  return pairStep("advCompSum", options, {
    attack: (advLogits, { logits, y }) => squaredScoreDeviation(logits, advLogits, y),
    loss: (cleanLogits, advLogits, y, { weights, hyper: { tau, rho, nu } }) =>
      smoothAdvCompSum(cleanLogits, advLogits, y, { tau, rho, nu, weights }),
    defaults: { tau: 1, rho: 1, nu: 0.3 },
  });
}
