import type { numpy as np } from "@jax-js/jax";
import { differentiate } from "../engine/differentiate.ts";
import { refTree, type Tree } from "../engine/tree.ts";
import { haveLabels, type KnownLabels, knownOf } from "../losses/label-classes.ts";
import { named, type TracedHyper, unnamed } from "./hyper.ts";
import type { ArrayBatch, ObjectiveContext } from "./objective.ts";
import type { StepInputs } from "./step-method.ts";

/** As an objective, with any memory given and anything handed out beside the scalar. */
type AnyObjective<Memory extends Tree, Aux extends Tree> = (
  params: Tree,
  context: Omit<ObjectiveContext, "memory"> & { memory: Memory },
  batch: ArrayBatch,
) => [np.Array, Aux];

/**
 * Value, what is made on the way and gradient of an objective on the batch of a step, at any parameters. Traced; consumes
 * parameters and memory, and looks at the inputs of the step.
 */
export function gradientAt<Memory extends Tree, Aux extends Tree>(
  objective: AnyObjective<Memory, Aux>,
): (
  params: Tree,
  inputs: Omit<StepInputs, "params" | "carried" | "own">,
  memory: Memory,
) => { loss: np.Array; aux: Aux; gradient: Tree } {
  let read = new Set<string>();
  let labels: KnownLabels | undefined;
  const gradientOf = differentiate(
    (
      params: Tree,
      modelState: Tree,
      memory: Memory,
      key: np.Array,
      hyper: TracedHyper,
      x: np.Array,
      y: np.Array,
      weights: np.Array,
    ) => {
      haveLabels(y, labels, weights);
      return objective(params, { modelState, memory, key, hyper: named(hyper, read) }, { x, y, weights });
    },
  );
  return (params, { one, modelState, key, hyper: given, x, y, weights }, memory) => {
    const hyper = unnamed(given);
    read = hyper.read;
    labels = knownOf(y, weights);
    const [[loss, aux], gradient] = gradientOf(
      refTree(one),
      params,
      refTree(modelState),
      memory,
      key.ref,
      refTree(hyper.tree),
      x.ref,
      y.ref,
      weights.ref,
    );
    return { loss, aux, gradient };
  };
}
