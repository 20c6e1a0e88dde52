import { readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { refTree, zerosLike } from "../../engine/tree.ts";
import { globalNorm } from "../../optimizers/scale.ts";
import { gradientAt } from "../gradient-at.ts";
import { makeStep } from "../step.ts";
import type { StepMethod } from "../step-method.ts";
import { type Hyper, type SupervisedOptions, supervisedOptions } from "../supervised.ts";
import type { SupervisedStep } from "../train-step.ts";
import { addTrees, orthogonalTo, radiusOver, samPerturbation, scaleTree } from "./perturbations.ts";
import { perturbedGradient } from "./perturbed-gradient.ts";

/** How a {@link lookSam} step is built. */
export interface LookSamOptions<H extends Hyper = Hyper> extends SupervisedOptions<H> {
  /** Every so many updates one is made as SAM makes it; an integer >= 1, default 5. */
  k?: number;
}

/**
 * LookSAM: SAM at every k-th update, and in between its last direction used again.
 *
 * At every k-th update the direction is SAM's, `g_s`, and `g_v = g_s - (g_s . g / ||g||^2) g` is kept, what
 * of it isn't along the plain gradient `g`; in between the direction is `g + alpha (||g|| / ||g_v||) g_v`, at
 * the price of a plain update.
 *
 * Hyperparameters: `rho >= 0`, default 0.05; `alpha >= 0`, default 0.7. `k = 1` is SAM.
 *
 * @param options as for `supervised`, and `k`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range
 * @throws RangeError for `k` not an integer >= 1
 * @example
 * lookSam({ model, objective, optimizer: adamw(1e-3), k: 5 })
 * @see Liu et al. 2022, arXiv 2203.02714, algorithm 1, without its layer-wise scaling
 */
export function lookSam<H extends Hyper = Hyper>(
  options: LookSamOptions<H>,
): SupervisedStep<H, { rho?: number; alpha?: number }>;
export function lookSam(options: LookSamOptions): SupervisedStep {
  const { k } = readOptions("lookSam", options, { ...supervisedOptions, k: [5, { min: 1, integer: true }] });
  const at = gradientAt(options.objective);
  const gradients = perturbedGradient(options.objective);
  const shared: Pick<StepMethod, "name" | "hyper" | "carry" | "alone"> = {
    name: "lookSam",
    hyper: { rho: { default: 0.05, min: 0 }, alpha: { default: 0.7, min: 0 } },
    carry: ({ params }) => zerosLike(params),
    alone: () => true,
  };
  const looking = makeStep(options, {
    ...shared,
    direction(inputs) {
      const { loss, modelState, gradient, perturbed } = gradients(inputs, (g) =>
        samPerturbation(g, { rho: inputs.hyper.rho.ref }),
      );
      const across = orthogonalTo(refTree(perturbed), gradient);
      return { metrics: { loss }, direction: perturbed, modelState, carried: across };
    },
  });
  const between = makeStep(options, {
    ...shared,
    direction(inputs) {
      const { params, hyper, carried } = inputs;
      const { loss, aux, gradient } = at(refTree(params), inputs, {});
      const length = globalNorm(refTree(gradient)).mul(constantOf(hyper.alpha.ref, loss.dtype));
      const again = scaleTree(refTree(carried), radiusOver(length, carried));
      return { metrics: { loss }, direction: addTrees(gradient, again), modelState: aux.modelState };
    },
  });
  return {
    ...between,
    update: (state, batch) => (state.count % k === 0 ? looking : between).update(state, batch),
    dispose() {
      looking.dispose();
      between.dispose();
    },
  };
}
