import type { numpy as np } from "@jax-js/jax";
import { disposeTree, refTree, type Tree } from "../engine/tree.ts";
import { haveLabels, type KnownLabels } from "../losses/label-classes.ts";
import { applyUpdates } from "../optimizers/transformation.ts";
import {
  checkUnread,
  type Hyper,
  type HyperOptimizer,
  named,
  optimizerAt,
  type TracedHyper,
} from "./hyper.ts";
import type { Arrays, StepInputs, StepMethod } from "./step-method.ts";
import type { StepMetrics } from "./train-step.ts";

export type Carry = { params: Tree; optimizer: Tree; modelState: Tree };
export type Data = Pick<StepInputs, "key" | "x" | "y" | "weights" | "own">;
export type Fixed = { one: np.Array; hyper: TracedHyper };
export type Outcome = { metrics: StepMetrics; kept: Arrays };

/**
 * One step as it is traced: what is handed on to the next one, and what is reported of this one.
 *
 * @param tell is given the names of the hyperparameters that the step reads
 * @param labels what is known of the labels
 */
export function tracedStep<Carried extends Tree>(
  { optimizer, hyper: declared = {} }: { optimizer: HyperOptimizer; hyper?: Hyper },
  method: StepMethod<Carried>,
  tell: (read: ReadonlySet<string>) => void,
  labels: () => KnownLabels | undefined,
) {
  const carries = method.carry !== undefined;
  return ({ params, optimizer: both, modelState }: Carry, data: Data, fixed: Fixed): [Carry, Outcome] => {
    const { one, hyper } = fixed;
    const before = (carries ? both : { optimizer: both, carried: {} }) as {
      optimizer: Tree;
      carried: Carried;
    };
    haveLabels(data.y, labels(), data.weights);
    const read = new Set<string>();
    const scalars = named(hyper, read);
    const inputs = { one, params, modelState, carried: before.carried, hyper: scalars, ...data };
    const found = method.direction(inputs);
    const transformation = optimizerAt(optimizer, named(refTree(hyper), read));
    const [updates, states] = transformation.update(found.direction, before.optimizer, refTree(params));
    const next = applyUpdates(params, updates);
    if (found.carried !== undefined) disposeTree(before.carried);
    const carried = found.carried ?? before.carried;
    const after = method.after?.(carried, next, found.modelState, scalars) ?? carried;
    // Only now is it known what objective and optimizer ask for.
    checkUnread(hyper, new Set([...Object.keys(declared), ...Object.keys(method.hyper ?? {}), ...read]));
    tell(read);
    disposeTree([one, modelState, hyper, data]);
    return [
      {
        params: next,
        optimizer: carries ? { optimizer: states, carried: after } : states,
        modelState: found.modelState,
      },
      { metrics: found.metrics, kept: found.kept ?? {} },
    ];
  };
}
