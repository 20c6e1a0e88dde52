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

/** A loss of a whole batch as its conformance suite calls it: logits `[batch, classes]` to a scalar. */
export interface ConformingBatchLoss {
  name: string;
  loss: WholeBatchLoss;
  /** Number of classes it is run with. */
  classes: number;
}

const binary = (name: string, loss: WholeBatchLoss): ConformingBatchLoss => ({ name, loss, classes: 2 });
const multiclass = (name: string, loss: WholeBatchLoss): ConformingBatchLoss => ({ name, loss, classes: 3 });

/** Every loss of a whole batch joins the conformance suite by one line here. */
export const conformingBatchLosses: readonly ConformingBatchLoss[] = [
  ...scoreNames.map((metric) =>
    binary(`anyLoss, ${metric}`, (f, y, o) => anyLoss(f, y, { ...o, metric, fromLogits: true })),
  ),
  binary("anyLoss, fbeta with beta 2 and L 10", (f, y, o) =>
    anyLoss(f, y, { ...o, metric: "fbeta", beta: 2, L: 10, fromLogits: true }),
  ),
  binary("anyLoss, gmean without its root", (f, y, o) =>
    anyLoss(f, y, { ...o, metric: gmeanSquared, fromLogits: true }),
  ),
  binary("anyLoss, costs", (f, y, o) =>
    anyLoss(f, y, { ...o, metric: costScore({ falsePositive: 1, falseNegative: 4 }), fromLogits: true }),
  ),
  binary("anyLossMixture", (f, y, o) => anyLossMixture(f, y, { ...o, metric: "gmean", ratio: 0.7 })),
  binary("anyLossSplitter", (f, y, o) =>
    anyLossSplitter(f, y, { ...o, metric: "fbeta", scoreWeight: 0.8, fromLogits: true }),
  ),
  binary("scoreOrientedLoss, uniform", (f, y, o) =>
    scoreOrientedLoss(f, y, { ...o, metric: "gmean", distribution: "uniform", fromLogits: true }),
  ),
  binary("scoreOrientedLoss, cosine", (f, y, o) =>
    scoreOrientedLoss(f, y, { ...o, metric: "tss", distribution: "cosine", delta: 0.3, fromLogits: true }),
  ),
  multiclass("anyLossOneVsRest, margin", (f, y, o) => anyLossOneVsRest(f, y, { ...o, metric: "fbeta" })),
  multiclass("anyLossOneVsRest, probability", (f, y, o) =>
    anyLossOneVsRest(f, y, { ...o, metric: "gmean", decision: "probability", average: "negatives" }),
  ),
  multiclass("scoreOrientedOneVsRest", (f, y, o) =>
    scoreOrientedOneVsRest(f, y, { ...o, metric: "mcc", distribution: "uniform" }),
  ),
];
