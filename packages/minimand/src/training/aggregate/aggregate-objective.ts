import { numpy as np } from "@jax-js/jax";
import { checkFloatArray } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { type AggregateLossOptions, aggregateLoss } from "../../losses/aggregate/aggregate-loss.ts";
import { bagLayout } from "../../losses/aggregate/bag-layout.ts";
import type { Model } from "../../models/model.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import { type Objective, objectiveOf } from "../objective.ts";

type Options = Omit<AggregateLossOptions, "weights">;

/**
 * The objective of {@link aggregateLoss} for batches of whole bags, as `bagBatches` makes them.
 *
 * @param model with one output a row, `[rows]` or `[rows, 1]`; with the loss `softmax` one a class
 * @param options of the loss, or a function of the hyperparameters, so that one program serves e.g. all values of `rho`;
 * `bagsPerBatch` as in `bagBatches`: it costs `bagsPerBatch * rows`
 * @throws RangeError for `bagsPerBatch` out of range; while tracing TypeError, RangeError as {@link aggregateLoss}
 * @example
 * supervised({ model, objective: aggregateObjective(model, { bagsPerBatch: 16, loss: ({ rho }) => ({ rho }) }), optimizer })
 * @see Javanmard et al. 2024, arXiv 2401.11081
 */
export function aggregateObjective<H extends Hyper = Hyper>(
  model: Model,
  given: { bagsPerBatch: number; loss?: Options | ((hyper: TracedHyper<H>) => Options) },
): Objective<H> {
  const { bagsPerBatch, loss } = readOptions("aggregateObjective", given, {
    bagsPerBatch: { min: 1, integer: true },
    loss: [{}],
  });
  return objectiveOf(model, (output, y, { weights, hyper, key }) => {
    key.dispose();
    const options = typeof loss === "function" ? loss(hyper) : loss;
    checkFloatArray("y", y, 2, "[rows, 1 + responses], as bagBatches makes it");
    const [rows, columns] = y.shape;
    const perClass = options.loss === "softmax";
    const bags = y.ref.slice([], 0).astype(np.int32);
    const responses = perClass ? y.slice([], [1, columns]) : y.slice([], 1);
    const scores = !perClass && output.ndim === 2 ? output.reshape([rows]) : output;
    const layout = bagLayout(bags.ref, bagsPerBatch, { weights: weights.ref, like: scores });
    const means = layout.mean(constantOf(responses, scores.dtype));
    layout.dispose();
    return aggregateLoss(scores, bags, means, { ...options, weights });
  });
}
