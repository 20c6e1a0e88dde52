import type { numpy as np } from "@jax-js/jax";
import { typeError } from "../../engine/errors.ts";
import { constantOf } from "../../engine/parameter.ts";
import { squaredError } from "../../losses/regression/losses.ts";
import type { RepresentationModel } from "../../models/model.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import { type BatchLoss, checkLossValues, type Objective } from "../objective.ts";

/** What a {@link FeatureLoss} looks at; it consumes all. */
export interface FeatureBatch {
  /** The inputs as they came. */
  x: np.Array;
  y: np.Array;
  /** The features, `[batch, featureSize]`. */
  features: np.Array;
  output: np.Array;
}

/** A loss that looks at inputs and features, too: per-example values `[batch]`, or one scalar of the whole batch. */
export type FeatureLoss<H extends Hyper = Hyper> = (
  batch: FeatureBatch,
  options: { weights: np.Array; key: np.Array; hyper: TracedHyper<H> },
) => np.Array;

/**
 * The objective of a loss that looks at the model's features and at the inputs in addition to its output. As of {@link objectiveOf},
 * per-example values (already multiplied by the weights) are summed and divided by the sum of the weights; a scalar is taken as it is.
 *
 * @throws TypeError for a model without features, and for a loss that is no function
 * @example
 * featureObjective(mlp({ inputs: 8, hidden: [64], outputs: 1 }), ({ x, y, features, output }, { weights }) =>
 *   csIbLoss({ x, y: y.reshape([-1, 1]), predictions: output, t: features }, { weights }).total)
 */
export function featureObjective<H extends Hyper = Hyper>(
  model: RepresentationModel,
  loss: FeatureLoss<H>,
): Objective<H> {
  checkRepresentation(model);
  if (typeof loss !== "function") throw typeError("loss", "a function ({ x, y, features, output })", loss);
  return (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    const [{ features, output }, nextState] = model.applyWithFeatures({ params, state: modelState }, x.ref, {
      training: true,
      key: key.ref,
      weights: weights.ref,
    });
    const values = loss({ x, y, features, output: output.ref }, { weights: weights.ref, key, hyper });
    checkLossValues(values, weights);
    const scalar = values.ndim === 0 ? values : weightedMean(values, weights);
    return [scalar, { output, modelState: nextState, memory }];
  };
}

/** Throws a TypeError for what isn't a model with features. */
export function checkRepresentation(model: RepresentationModel): void {
  if (typeof model?.init !== "function" || typeof model.applyWithFeatures !== "function")
    throw typeError("model", "a model with features (applyWithFeatures)", model);
}

/** The sum of weighted values over that of the weights; a scalar is taken as it is. Consumes both. */
export function weightedMean(values: np.Array, weights: np.Array): np.Array {
  return values.sum().div(constantOf(weights.sum(), values.dtype));
}

/** Squared errors of a single output: the default loss of the bottlenecks' predictions. */
export const squaredErrors: BatchLoss = (output, y, { weights }) =>
  squaredError(output.reshape([-1]), y, { weights });
