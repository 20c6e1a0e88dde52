import type { numpy as np } from "@jax-js/jax";
import { refTree, type Tree } from "../../engine/tree.ts";
import { gradientAt } from "../gradient-at.ts";
import type { Objective } from "../objective.ts";
import type { StepInputs } from "../step-method.ts";
import { addTrees, discard } from "./perturbations.ts";

/** What a batch says at the parameters, and its gradient at the perturbed ones. */
interface PerturbedGradient {
  loss: np.Array;
  modelState: Tree;
  gradient: Tree;
  perturbed: Tree;
}

/**
 * The two gradients of SAM and its kin on the batch of a step: at the parameters, and where the perturbation moves them that
 * `perturb` makes of the first. Traced; looks at the inputs.
 */
export function perturbedGradient(
  objective: Objective,
): (inputs: StepInputs, perturb: (gradient: Tree) => Tree) => PerturbedGradient {
  const at = gradientAt(objective);
  return (inputs, perturb) => {
    const { loss, aux, gradient } = at(refTree(inputs.params), inputs, {});
    const epsilon = perturb(refTree(gradient));
    const perturbed = at(addTrees(epsilon, refTree(inputs.params)), inputs, {});
    discard(perturbed.loss);
    return { loss, modelState: aux.modelState, gradient, perturbed: perturbed.gradient };
  };
}
