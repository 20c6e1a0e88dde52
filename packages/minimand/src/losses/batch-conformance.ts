import type { numpy as np } from "@jax-js/jax";
import { scoreNames } from "../metrics/scores.ts";
import type { WholeBatchLoss } from "./batch-loss.ts";
import {
  anyLoss,
  anyLossMixture,
  anyLossOneVsRest,
  anyLossSplitter,
  costScore,
  gmeanSquared,
  scoreOrientedLoss,
  scoreOrientedOneVsRest,
} from "./classification/index.ts";
import { type Given, type ParameterValues, withParameters } from "./parameters.fixture.ts";
import type { LossOptions } from "./per-example.ts";

/** A loss of a whole batch as its conformance suite calls it: logits `[batch, classes]` to a scalar. */
export interface ConformingBatchLoss {
  name: string;
  loss: (...args: [...Parameters<WholeBatchLoss>, given?: Given]) => np.Array;
  /** Its parameters and the values that it is tested with: all that may be inputs of a program. */
  parameters: ParameterValues;
  /** Number of classes it is run with. */
  classes: number;
}

function wrap<Values extends ParameterValues>(
  name: string,
  classes: number,
  loss: (logits: np.Array, labels: np.Array, options: LossOptions & Given<Values>) => np.Array,
  parameters = {} as Values,
): ConformingBatchLoss {
  return { name, loss: withParameters(loss, parameters), parameters, classes };
}

/** Every loss of a whole batch joins the conformance suite by one line here. */
export const conformingBatchLosses: readonly ConformingBatchLoss[] = [
  ...scoreNames.map((metric) =>
    wrap(`anyLoss, ${metric}`, 2, (f, y, o) => anyLoss(f, y, { ...o, metric, fromLogits: true })),
  ),
  wrap("anyLoss, fbeta", 2, (f, y, o) => anyLoss(f, y, { ...o, metric: "fbeta", fromLogits: true }), {
    beta: 2,
    L: 10,
    threshold: 0.51,
  }),
  wrap("anyLoss, gmean without its root", 2, (f, y, o) =>
    anyLoss(f, y, { ...o, metric: gmeanSquared, fromLogits: true }),
  ),
  wrap("anyLoss, costs", 2, (f, y, o) =>
    anyLoss(f, y, { ...o, metric: costScore({ falsePositive: 1, falseNegative: 4 }), fromLogits: true }),
  ),
  wrap("anyLossMixture", 2, (f, y, o) => anyLossMixture(f, y, { ...o, metric: "fbeta" }), {
    ratio: 0.7,
    beta: 2,
    L: 30,
    threshold: 0.49,
  }),
  wrap(
    "anyLossSplitter",
    2,
    (f, y, o) => anyLossSplitter(f, y, { ...o, metric: "fbeta", fromLogits: true }),
    { scoreWeight: 0.8, beta: 2, L: 30, threshold: 0.49 },
  ),
  wrap(
    "scoreOrientedLoss, uniform",
    2,
    (f, y, o) =>
      scoreOrientedLoss(f, y, { ...o, metric: "fbeta", distribution: "uniform", fromLogits: true }),
    { beta: 2 },
  ),
  wrap(
    "scoreOrientedLoss, cosine",
    2,
    (f, y, o) => scoreOrientedLoss(f, y, { ...o, metric: "tss", distribution: "cosine", fromLogits: true }),
    { mu: 0.49, delta: 0.3 },
  ),
  wrap("anyLossOneVsRest, margin", 3, (f, y, o) => anyLossOneVsRest(f, y, { ...o, metric: "fbeta" }), {
    beta: 2,
    L: 50,
  }),
  wrap("anyLossOneVsRest, probability", 3, (f, y, o) =>
    anyLossOneVsRest(f, y, { ...o, metric: "gmean", decision: "probability", average: "negatives" }),
  ),
  wrap("scoreOrientedOneVsRest, uniform", 3, (f, y, o) =>
    scoreOrientedOneVsRest(f, y, { ...o, metric: "mcc", distribution: "uniform" }),
  ),
  wrap(
    "scoreOrientedOneVsRest, cosine",
    3,
    (f, y, o) => scoreOrientedOneVsRest(f, y, { ...o, metric: "fbeta", distribution: "cosine" }),
    { beta: 2, mu: 0.35, delta: 0.3 },
  ),
];
