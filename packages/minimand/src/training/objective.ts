import type { numpy as np } from "@jax-js/jax";
import { isArrayLike, rangeError, typeError } from "../engine/errors.ts";
import { constantOf } from "../engine/parameter.ts";
import type { Tree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";
import type { Hyper, TracedHyper } from "./hyper.ts";

/** What an objective may use in addition to parameters and batch. */
export interface ObjectiveContext<H extends Hyper = Hyper> {
  modelState: Tree;
  /** The entries of the per-example memory for this batch, `[batch]` each; `{}` without memory. */
  memory: { [name: string]: np.Array };
  /** A fresh key for every step. */
  key: np.Array;
  /** Hyperparameters as traced scalars: learning rate, loss parameters. */
  hyper: TracedHyper<H>;
}

/** A batch as an objective sees it: arrays only. */
export interface ArrayBatch {
  x: np.Array;
  y: np.Array;
  weights: np.Array;
}

/** What an objective returns in addition to the scalar. */
export type ObjectiveOutput = {
  output: np.Array;
  modelState: Tree;
  /** New values of the memory for this batch. */
  memory: { [name: string]: np.Array };
};

/** A scalar to be minimised, and what training carries along. Traced: it must be a pure function of arrays. */
export type Objective<H extends Hyper = Hyper> = (
  params: Tree,
  context: ObjectiveContext<H>,
  batch: ArrayBatch,
) => [np.Array, ObjectiveOutput];

/** A loss as {@link objectiveOf} calls it: per-example values `[batch]`, or one scalar of the whole batch. */
export type BatchLoss<H extends Hyper = Hyper> = (
  output: np.Array,
  y: np.Array,
  options: { weights: np.Array; key: np.Array; hyper: TracedHyper<H> },
) => np.Array;

/**
 * The usual objective: a loss of the model's output. Per-example values (already multiplied by the weights, as every
 * loss of this library does) are summed and divided by the sum of the weights; a scalar is taken as it is.
 *
 * @throws TypeError for what is no model, for a loss that is no function and, from the first step, one that returns no array; RangeError
 * from there for values of another shape
 * @example
 * objectiveOf(mlp({ inputs: 8, hidden: [64], outputs: 2 }), (logits, y, { weights }) => crossEntropy(logits, y, { weights }))
 */
export function objectiveOf<H extends Hyper = Hyper>(model: Model, loss: BatchLoss<H>): Objective<H> {
  // Functions have an `apply`, too.
  if (typeof model?.init !== "function") throw typeError("model", "a model", model);
  if (typeof loss !== "function") throw typeError("loss", "a function (output, y, { weights })", loss);
  return (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    const [output, nextState] = model.apply({ params, state: modelState }, x, {
      training: true,
      key: key.ref,
      weights: weights.ref,
    });
    const values = loss(output.ref, y, { weights: weights.ref, key, hyper });
    checkLossValues(values, weights);
    const scalar = values.ndim === 0 ? values : values.sum().div(constantOf(weights.sum(), values.dtype));
    return [scalar, { output, modelState: nextState, memory }];
  };
}

/** Throws unless a loss gave one value for each of the weights, or a scalar. */
export function checkLossValues(values: unknown, weights: np.Array): void {
  const expected = "one value an example, [batch], or one scalar";
  if (!isArrayLike(values)) throw typeError("loss", expected, values);
  const { shape } = values;
  if (shape.length > 1 || (shape.length === 1 && shape[0] !== weights.shape[0]))
    throw rangeError("loss", expected, values);
}
