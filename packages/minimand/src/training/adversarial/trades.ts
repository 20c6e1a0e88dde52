import { logitsDivergence, tradesLoss } from "../../losses/classification/comp-sum/adversarial.ts";
import type { Hyper } from "../hyper.ts";
import type { SupervisedStep } from "../train-step.ts";
import { type AdversarialStepOptions, type AttackHyper, pairStep } from "./attacked-step.ts";

/**
 * TRADES training.
 *
 * Each update climbs `KL(p(x) || p(x + delta))` by projected gradient ascent from a random point of the ball, then
 * takes one optimizer step on the mean of {@link tradesLoss}, `-log p_y(x) + beta KL(p(x) || p(x'))`.
 *
 * Hyperparameters, given to `init` as numbers: `gamma` (radius, required), `stepSize` (default `gamma / 4`), `beta`
 * (6), and whatever the optimizer asks for.
 *
 * @param options model and optimizer as for `supervised`; `norm` (`linf`), `steps` (10), `clip` (none)
 * @returns a train step; `init` throws TypeError, RangeError for a missing or negative `gamma`
 * @throws TypeError, RangeError as `pgd`
 * @example
 * const step = trades({ model, optimizer: adam(1e-3), steps: 5, clip: [0, 1] })
 * let state = step.init(random.key(0), { hyper: { gamma: 0.1, beta: 6 } })
 * @see Zhang et al. 2019, arXiv 1901.08573, algorithm 1
 */
export function trades<H extends Hyper = Hyper>(
  options: AdversarialStepOptions<H>,
): SupervisedStep<H, AttackHyper & { beta?: number }>;
export function trades(options: AdversarialStepOptions): SupervisedStep {
  return pairStep("trades", options, {
    attack: (advLogits, { logits }) => logitsDivergence(logits, advLogits),
    loss: (cleanLogits, advLogits, y, { weights, hyper: { beta } }) =>
      tradesLoss(cleanLogits, advLogits, y, { beta, weights }),
    defaults: { beta: 6 },
  });
}
