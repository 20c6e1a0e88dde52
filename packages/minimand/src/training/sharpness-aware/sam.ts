import type { numpy as np } from "@jax-js/jax";
import { readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { makeStep } from "../step.ts";
import type { StepInputs, StepMethod } from "../step-method.ts";
import { type Hyper, type SupervisedOptions, supervisedOptions } from "../supervised.ts";
import type { SupervisedStep } from "../train-step.ts";
import {
  addTrees,
  asamPerturbation,
  discard,
  orthogonalTo,
  samPerturbation,
  scaleTree,
} from "./perturbations.ts";
import { perturbedGradient } from "./perturbed-gradient.ts";

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
export function sam<H extends Hyper = Hyper>(
  options: SupervisedOptions<H>,
): SupervisedStep<H, { rho?: number }>;
export function sam(options: SupervisedOptions): SupervisedStep {
  readOptions("sam", options, supervisedOptions);
  return perturbedStep("sam", options, { rho: { default: 0.05, min: 0 } }, (gradient, { hyper }) =>
    samPerturbation(gradient, { rho: hyper.rho.ref }),
  );
}

/** A step along the gradient at perturbed parameters. */
function perturbedStep(
  name: string,
  options: SupervisedOptions,
  hyper: StepMethod["hyper"],
  perturb: (gradient: Tree, inputs: StepInputs) => Tree,
): SupervisedStep {
  const gradients = perturbedGradient(options.objective);
  return makeStep(options, {
    name,
    hyper,
    direction(inputs) {
      const { loss, modelState, gradient, perturbed } = gradients(inputs, (g) => perturb(g, inputs));
      discard(gradient);
      return { metrics: { loss }, direction: perturbed, modelState };
    },
  });
}

/** How an {@link asam} step is built. */
export interface AsamOptions<H extends Hyper = Hyper> extends SupervisedOptions<H> {
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
export function asam<H extends Hyper = Hyper>(
  options: AsamOptions<H>,
): SupervisedStep<H, { rho?: number; eta?: number }>;
export function asam(options: AsamOptions): SupervisedStep {
  const { scaled } = readOptions("asam", options, { ...supervisedOptions, scaled: true });
  const hyper = { rho: { default: 0.5, min: 0 }, eta: { default: 0.01, min: 0 } };
  return perturbedStep("asam", options, hyper, (gradient, { params, hyper: { rho, eta } }) =>
    asamPerturbation(refTree(params), gradient, { rho: rho.ref, eta: eta.ref, scaled }),
  );
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
export function gsam<H extends Hyper = Hyper>(
  options: SupervisedOptions<H>,
): SupervisedStep<H, { rho?: number; alpha?: number }>;
export function gsam(options: SupervisedOptions): SupervisedStep {
  readOptions("gsam", options, supervisedOptions);
  const gradients = perturbedGradient(options.objective);
  return makeStep(options, {
    name: "gsam",
    hyper: { rho: { default: 0.05, min: 0 }, alpha: { default: 0.4, min: 0 } },
    direction(inputs) {
      const { rho, alpha } = inputs.hyper;
      const { loss, modelState, gradient, perturbed } = gradients(inputs, (g) =>
        samPerturbation(g, { rho: rho.ref }),
      );
      const across = orthogonalTo(gradient, refTree(perturbed));
      const climb = scaleTree(across, constantOf(alpha.ref, loss.dtype).neg());
      return { metrics: { loss }, direction: addTrees(perturbed, climb), modelState };
    },
  });
}
