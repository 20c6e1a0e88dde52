import type { numpy as np } from "@jax-js/jax";
import { anyLoss, binaryCrossEntropy, deltaRule, scoreOrientedLoss, weightedBce } from "minimand";
import { type Score, scores } from "./settings.ts";

/** The rows an arm is trained on, as weights of 0 and 1. */
export type Sample = "train" | "inner" | "undersampled";

/** One way to train the perceptron. */
export interface Arm {
  /** Column of the result table. */
  method: string;
  /** The score it is aimed at, or null where one model serves all scores. */
  aim: string | null;
  sample: Sample;
  /** Scalar of log-odds `[rows]`, class ids `[rows]` and weights `[rows]`. */
  loss: (z: np.Array, y: np.Array, weights: np.Array) => np.Array;
}

type PerExample = (z: np.Array, y: np.Array, options: { weights: np.Array }) => np.Array;

/** The mean of a loss over the rows that count. */
const unaimed = (method: string, loss: PerExample, sample: Sample = "train"): Arm => ({
  method,
  aim: null,
  sample,
  loss: (z, y, weights) => loss(z, y, { weights: weights.ref }).sum().div(weights.sum()),
});

const aimed = (method: string, lossOf: (score: Score) => Arm["loss"]): Arm[] =>
  scores.map((score) => ({ method, aim: score.id, sample: "train", loss: lossOf(score) }));

/** Arms that are trained side by side on the same rows; the keys are the `family` of a trial. */
export const families = {
  anyloss: aimed("AnyLoss", ({ metric, beta }) => (z, y, weights) => {
    return anyLoss(z, y, { metric, beta, fromLogits: true, weights });
  }),
  sol: aimed("SOL", ({ metric, beta }) => (z, y, weights) => {
    return scoreOrientedLoss(z, y, { metric, beta, distribution: "uniform", fromLogits: true, weights });
  }),
  baselines: [
    unaimed("BCE", binaryCrossEntropy),
    unaimed("MSE", deltaRule),
    unaimed("weighted BCE", weightedBce),
    unaimed("BCE + threshold", binaryCrossEntropy, "inner"),
    unaimed("undersampling", binaryCrossEntropy, "undersampled"),
  ],
  smote: [unaimed("SMOTE", binaryCrossEntropy)],
};

export type Family = keyof typeof families;

/** Methods in the order of the table, AnyLoss first. */
export const methods: readonly string[] = [
  ...new Set(
    [families.anyloss, families.baselines, families.smote, families.sol].flat().map((arm) => arm.method),
  ),
];
