import type { numpy as np } from "@jax-js/jax";
import { anyLoss, scoreOrientedLoss } from "minimand";
import { binaryCrossEntropy, deltaRule, weightedBce } from "minimand/losses";
import { innerParts, type Replica } from "./data.ts";
import { type Score, scores } from "./settings.ts";

/** One way to train a classifier. */
export interface Arm {
  /** Column of the result table; null for arms that only serve to choose, see {@link tunable}. */
  method: string | null;
  /** The score that the loss is aimed at, or null where one model serves all scores. */
  aim: string | null;
  /** The rows that it is trained on. */
  rows: (replica: Replica) => Int32Array;
  /** The loss, a scalar, of log-odds `[rows]`, class ids `[rows]` and weights `[rows]`. */
  loss: (z: np.Array, y: np.Array, weights: np.Array) => np.Array;
}

type PerExample = (z: np.Array, y: np.Array, options: { weights: np.Array }) => np.Array;

const all = ({ train }: Replica): Int32Array => train;

/** The mean of a loss over the rows that count. */
const unaimed = (method: string | null, loss: PerExample, rows: Arm["rows"] = all): Arm => ({
  method,
  aim: null,
  rows,
  loss: (z, y, weights) => loss(z, y, { weights: weights.ref }).sum().div(weights.sum()),
});

const aimed = (method: string, lossOf: (score: Score) => Arm["loss"]): Arm[] =>
  scores.map((score) => ({ method, aim: score.id, rows: all, loss: lossOf(score) }));

/** Returns arms of the same loss that leave out each part of the training rows in turn. */
const inner = (loss: PerExample): Arm[] =>
  Array.from({ length: innerParts }, (_, part) =>
    unaimed(null, loss, ({ train, parts }) => {
      const left = new Set(parts[part]);
      return train.filter((row) => !left.has(row));
    }),
  );

/** The losses among which {@link tuned} chooses, each with the position in its family of the first model used for the choice. */
export const tunable = [
  { method: "BCE", from: 2 },
  { method: "weighted BCE", from: 2 + innerParts },
];

/** The rival that is aimed at the score, too: cross-entropy with class weights and a threshold chosen for it. */
export const tuned = "tuned BCE";

/** Arms that are trained in one batch on the same rows; the keys are the `family` of a trial. */
export const families = {
  anyloss: aimed("AnyLoss", ({ metric, beta }) => (z, y, weights) => {
    return anyLoss(z, y, { metric, beta, fromLogits: true, weights });
  }),
  sol: aimed("SOL", ({ metric, beta }) => (z, y, weights) => {
    return scoreOrientedLoss(z, y, { metric, beta, distribution: "uniform", fromLogits: true, weights });
  }),
  baselines: [unaimed("MSE", deltaRule), unaimed("undersampling", binaryCrossEntropy, (r) => r.undersampled)],
  crossEntropies: [
    unaimed("BCE", binaryCrossEntropy),
    unaimed("weighted BCE", weightedBce),
    ...inner(binaryCrossEntropy),
    ...inner(weightedBce),
  ],
  smote: [unaimed("SMOTE", binaryCrossEntropy)],
};

export type Family = keyof typeof families;

/** Methods in the order of the table, AnyLoss first, then its rivals. */
export const methods: readonly string[] = [
  "AnyLoss",
  "BCE",
  tuned,
  "weighted BCE",
  "MSE",
  "undersampling",
  "SMOTE",
  "SOL",
];
