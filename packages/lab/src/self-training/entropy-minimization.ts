import { numpy as np } from "@jax-js/jax";
import { logSoftmax, readOptions, refTree, type Tree } from "minimand/engine";
import type { Model } from "minimand/models";
import type { Hyper, SupervisedStep } from "minimand/training";
import { type RowLoss, usualLoss, weightedMean } from "./terms.ts";
import {
  type StepData,
  type UnlabeledStepOptions,
  unlabeledStep,
  unlabeledStepOptions,
} from "./unlabeled-step.ts";

/**
 * Entropy minimisation: unlabelled rows ask the model to be sure of something.
 *
 * Minimises `mean loss(x, y) + lambda mean_u -sum_k p_k(u) log p_k(u)`. Hyperparameter `lambda >= 0` (1); the memory holds the
 * inputs `unlabeled`.
 *
 * @param options model (to logits `[batch, classes]`) and optimizer as for `supervised`; `loss`, `unlabeledBatch`
 * @returns a train step with the metrics `loss`, `labeled` and `unlabeled`; `init` throws TypeError, RangeError as
 * {@link robustSelfTraining}
 * @example
 * const step = entropyMinimization({ model, optimizer: adam(1e-3) })
 * let state = step.init(random.key(0), { hyper: { lambda: 0.3 }, memory: { unlabeled } })
 * @see Grandvalet, Bengio 2004, Semi-supervised Learning by Entropy Minimization, equation (6)
 */
export function entropyMinimization<H extends Hyper = Hyper>(
  options: UnlabeledStepOptions<H> & { loss?: RowLoss },
): SupervisedStep<H, { lambda?: number }>;
export function entropyMinimization(options: UnlabeledStepOptions & { loss?: RowLoss }): SupervisedStep {
  const { model, loss } = readOptions("entropyMinimization", options, {
    ...unlabeledStepOptions,
    loss: [usualLoss],
  });
  return unlabeledStep(options, {
    name: "entropyMinimization",
    hyper: {},
    lambda: 1,
    terms(params, modelState, _, { u, pseudo, ...batch }) {
      const [own, next] = labeledTerm(model, loss, refTree(params), modelState, batch);
      const [logits] = model.apply({ params, state: refTree(next) }, u, { training: false });
      const logp = logSoftmax(logits);
      const entropy = np.exp(logp.ref).mul(logp).sum(-1).neg();
      pseudo.dispose();
      return { labeled: own, unlabeled: np.mean(entropy), modelState: next };
    },
  });
}

/** Returns the mean loss of a labelled batch, and the model's next state. */
export function labeledTerm(
  model: Model,
  loss: RowLoss,
  params: Tree,
  state: Tree,
  { key, x, y, weights }: Omit<StepData, "u" | "pseudo">,
): [np.Array, Tree] {
  const [output, next] = model.apply({ params, state }, x, { training: true, key, weights: weights.ref });
  return [weightedMean(loss(output, y, { weights: weights.ref }), weights), next];
}
