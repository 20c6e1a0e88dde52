import { numpy as np } from "@jax-js/jax";
import type { OptionNames } from "minimand/engine";
import { checkNumber, constantOf, refTree, type Tree } from "minimand/engine";
import type { HyperRanges, StepInputs, StepMethod } from "minimand/internals";
import { gradientAt, makeStep } from "minimand/internals";
import type { Hyper, SupervisedOptions, SupervisedState, TracedHyper, TrainStep } from "minimand/training";
import { checkUnlabeled, packRows, unlabeledCount, unlabeledOrder } from "./unlabeled-rows.ts";

/** How a training step with unlabelled rows is built. */
export interface UnlabeledStepOptions<H extends Hyper = Hyper>
  extends Omit<SupervisedOptions<H>, "objective"> {
  /** Unlabelled rows a step, default as many as the batch has. */
  unlabeledBatch?: number;
}

/** For steps that take these and more. */
export const unlabeledStepOptions: OptionNames<UnlabeledStepOptions> = {
  model: true,
  optimizer: true,
  hyper: true,
  compile: true,
  unlabeledBatch: true,
};

/** What one step sees. Arrays; `u` holds unlabelled rows, `pseudo` what a method knows of them. */
export type StepData = {
  key: np.Array;
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  u: np.Array;
  /** `[rows]`, class ids given to the unlabelled rows, -1 where there is none; all -1 for methods without. */
  pseudo: np.Array;
};

/** What makes one method of the family: two terms, and the numbers they need. */
export interface UnlabeledMethod<Constants extends Tree = Tree>
  extends Pick<StepMethod, "name" | "alone" | "before" | "check" | "dispose"> {
  /** Hyperparameters in addition to `lambda`. */
  hyper: HyperRanges;
  /** Weight of the second term where none is given. */
  lambda: number;
  /**
   * Traced: what is held constant in the gradient, from the parameters before the step: moved inputs, labels. Looks at the
   * inputs, whose `own` are `u` and `pseudo`. Default: nothing.
   */
  constants?(inputs: StepInputs): Constants;
  /** Traced: the two terms, before the second is weighted by `lambda`. Consumes all but the hyperparameters. */
  terms(
    params: Tree,
    modelState: Tree,
    hyper: TracedHyper,
    data: StepData,
    constants: Constants,
  ): { labeled: np.Array; unlabeled: np.Array; modelState: Tree };
  /** False for a method of labelled rows alone. */
  usesUnlabeled?: boolean;
}

/**
 * Returns the step of all methods that learn from labelled batches and unlabelled rows: minimises `labeled + lambda unlabeled`. The
 * unlabelled inputs come with the memory, `init(key, { memory: { unlabeled } })`, row by row; the next ones of a shuffled pass go into each
 * step.
 */
export function unlabeledStep<Constants extends Tree = Tree>(
  options: UnlabeledStepOptions,
  { hyper, lambda, constants, terms, usesUnlabeled = true, check, ...hooks }: UnlabeledMethod<Constants>,
): TrainStep<SupervisedState> {
  const { unlabeledBatch } = options;
  if (unlabeledBatch !== undefined) checkNumber("unlabeledBatch", unlabeledBatch, { min: 1, integer: true });
  type Given = { u: np.Array; pseudo: np.Array; constants: Constants };
  const at = gradientAt<Given, ReturnType<typeof terms>>((params, context, batch) => {
    const { modelState, key, hyper: scalars, memory } = context;
    const { constants: held, ...own } = memory;
    const result = terms(params, modelState, scalars, { key, ...batch, ...own }, held);
    const weight = constantOf(scalars.lambda, result.unlabeled.dtype);
    return [result.labeled.ref.add(result.unlabeled.ref.mul(weight)), result];
  });
  const orderOf = unlabeledOrder();
  return makeStep(options, {
    ...hooks,
    hyper: { lambda: { default: lambda, min: 0 }, ...hyper },
    check(start) {
      check?.(start);
      if (usesUnlabeled) checkUnlabeled(start.memory.unlabeled);
    },
    prepare({ memory: { unlabeled, pseudo }, seed, count }, { x }) {
      if (!usesUnlabeled) return { u: np.zeros([1]), pseudo: np.array(Int32Array.of(-1)) };
      const shape = x.shape.slice(1);
      const size = unlabeledBatch ?? x.shape[0];
      const rows = orderOf(seed, count, unlabeledCount(unlabeled, shape), size);
      return {
        u: packRows(unlabeled, rows, shape),
        pseudo: np.array(rows.map((row) => pseudo?.[row] ?? -1)),
      };
    },
    direction(inputs) {
      const { u, pseudo } = refTree(inputs.own);
      const given: Given = { u, pseudo, constants: constants?.(inputs) ?? ({} as Constants) };
      const { loss, aux, gradient } = at(refTree(inputs.params), inputs, given);
      const { labeled, unlabeled, modelState } = aux;
      return { metrics: { loss, labeled, unlabeled }, direction: gradient, modelState };
    },
  });
}
