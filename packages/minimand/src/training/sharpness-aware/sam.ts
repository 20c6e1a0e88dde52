import type { numpy as np } from "@jax-js/jax";
import { checkOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { refTree } from "../../engine/tree.ts";
import { gradientAt } from "../gradient-at.ts";
import { makeStep } from "../step.ts";
import { type SupervisedOptions, type SupervisedState, supervisedOptions } from "../supervised.ts";
import type { TrainStep } from "../train-step.ts";
import {
  addTrees,
  asamPerturbation,
  discard,
  orthogonalTo,
  samPerturbation,
  scaleTree,
} from "./perturbations.ts";

/**
 * Sharpness-aware minimisation (SAM) as a training step.
 *
 * `theta <- optimizer(theta, grad L(theta + epsilon))` with `epsilon` of {@link samPerturbation}: two forward
 * and two backward passes an update. Running statistics and the metric `loss` are those at `theta`.
 *
 * Hyperparameter, given to `init`: `rho >= 0`, default 0.05; 0 is plain training.
 *
 * @param options as for `supervised`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range
 * @example
 * const step = sam({ model, objective, optimizer: sgd(0.1, { momentum: 0.9 }) })
 * let state = step.init(random.key(0), { hyper: { rho: 0.1 } })
 * @see Foret et al. 2021, arXiv 2010.01412, algorithm 1
 */
export function sam(options: SupervisedOptions): TrainStep<SupervisedState> {
  checkOptions("sam", options, supervisedOptions);
  const at = gradientAt(options.objective);
  return makeStep(options, {
    hyper: { rho: { default: 0.05, min: 0 } },
    direction(inputs) {
      const { loss, aux, gradient } = at(refTree(inputs.params), inputs, {});
      const epsilon = samPerturbation(gradient, { rho: inputs.hyper.rho.ref });
      const perturbed = at(addTrees(epsilon, refTree(inputs.params)), inputs, {});
      discard(perturbed.loss);
      return { metrics: { loss }, direction: perturbed.gradient, modelState: aux.modelState };
    },
  });
}

/** How an {@link asam} step is built. */
export interface AsamOptions extends SupervisedOptions {
  /**
   * The parameters whose own scale counts; default all. `matricesOnly` leaves out biases and normalisation.
   */
  scaled?: (param: np.Array) => boolean;
}

/**
 * Adaptive sharpness-aware minimisation (ASAM): as {@link sam} with the perturbation {@link
 * asamPerturbation}.
 *
 * Hyperparameters: `rho >= 0`, default 0.5; `eta >= 0`, default 0.01.
 *
 * @param options as for `supervised`, and `scaled`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range
 * @example
 * asam({ model, objective, optimizer: sgd(0.1, { momentum: 0.9 }), scaled: matricesOnly })
 * @see Kwon et al. 2021, arXiv 2102.11600, algorithm 1
 */
export function asam(options: AsamOptions): TrainStep<SupervisedState> {
  checkOptions("asam", options, { ...supervisedOptions, scaled: true });
  const { scaled } = options;
  const at = gradientAt(options.objective);
  return makeStep(options, {
    hyper: { rho: { default: 0.5, min: 0 }, eta: { default: 0.01, min: 0 } },
    direction(inputs) {
      const { params, hyper } = inputs;
      const { loss, aux, gradient } = at(refTree(params), inputs, {});
      const sizes = { rho: hyper.rho.ref, eta: hyper.eta.ref };
      const epsilon = asamPerturbation(refTree(params), gradient, { ...sizes, scaled });
      const perturbed = at(addTrees(epsilon, refTree(params)), inputs, {});
      discard(perturbed.loss);
      return { metrics: { loss }, direction: perturbed.gradient, modelState: aux.modelState };
    },
  });
}

/**
 * Surrogate-gap guided sharpness-aware minimisation (GSAM): {@link sam}, climbing with what of the plain
 * gradient doesn't change the perturbed loss, so that the gap between the two losses falls as well.
 *
 * `direction = g_s - alpha (g - (g . g_s / ||g_s||^2) g_s)` with the plain gradient `g` and that of SAM,
 * `g_s`
 *
 * Hyperparameters: `rho >= 0`, default 0.05; `alpha >= 0`, default 0.4; 0 is SAM.
 *
 * @param options as for `supervised`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range
 * @example
 * gsam({ model, objective, optimizer: sgd(0.1, { momentum: 0.9 }) })
 * @see Zhuang et al. 2022, arXiv 2203.08065, algorithm 1
 */
export function gsam(options: SupervisedOptions): TrainStep<SupervisedState> {
  checkOptions("gsam", options, supervisedOptions);
  const at = gradientAt(options.objective);
  return makeStep(options, {
    hyper: { rho: { default: 0.05, min: 0 }, alpha: { default: 0.4, min: 0 } },
    direction(inputs) {
      const { params, hyper } = inputs;
      const { loss, aux, gradient } = at(refTree(params), inputs, {});
      const epsilon = samPerturbation(refTree(gradient), { rho: hyper.rho.ref });
      const perturbed = at(addTrees(epsilon, refTree(params)), inputs, {});
      discard(perturbed.loss);
      const across = orthogonalTo(gradient, refTree(perturbed.gradient));
      const climb = scaleTree(across, constantOf(hyper.alpha.ref, loss.dtype).neg());
      return {
        metrics: { loss },
        direction: addTrees(perturbed.gradient, climb),
        modelState: aux.modelState,
      };
    },
  });
}
