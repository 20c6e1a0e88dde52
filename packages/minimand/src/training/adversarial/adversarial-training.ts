import { crossEntropy } from "../../losses/classification/cross-entropy.ts";
import type { Hyper } from "../hyper.ts";
import { objectiveOf } from "../objective.ts";
import type { SupervisedStep } from "../train-step.ts";
import { type AdversarialStepOptions, type AttackHyper, attackedOnlyStep } from "./attacked-step.ts";

/**
 * Adversarial training (PGD training of Madry et al.).
 *
 * `min E max_{|delta| <= gamma} -log p_y(x + delta)`: each update climbs the cross-entropy by projected gradient ascent
 * from a random point of the ball, then takes one optimizer step on the cross-entropy of the attacked inputs.
 *
 * Hyperparameters, given to `init` as numbers: `gamma` (radius, required), `stepSize` (default `gamma / 4`), and whatever
 * the optimizer asks for.
 *
 * @param options model and optimizer as for `supervised`; `norm` (`linf`), `steps` (10), `clip` (none)
 * @returns a train step; `init` throws TypeError, RangeError for a missing or negative `gamma`
 * @throws TypeError, RangeError as `pgd`
 * @example
 * const step = adversarialTraining({ model, optimizer: adam(1e-3), steps: 5, clip: [0, 1] })
 * let state = step.init(random.key(0), { hyper: { gamma: 0.1 } })
 * @see Madry et al. 2018, arXiv 1706.06083, equation (2.1)
 */
export function adversarialTraining<H extends Hyper = Hyper>(
  options: AdversarialStepOptions<H>,
): SupervisedStep<H, AttackHyper>;
export function adversarialTraining(options: AdversarialStepOptions): SupervisedStep {
  return attackedOnlyStep("adversarialTraining", options, {
    attack: (advLogits, { y }) => crossEntropy(advLogits, y),
    objective: (model) =>
      objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights })),
  });
}
