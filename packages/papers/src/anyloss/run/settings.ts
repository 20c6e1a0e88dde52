import type { ScoreName } from "minimand";
import type { Scale } from "../../reproduction.ts";

/** One class of a data set against the rest. */
export interface Material {
  /** The name of the data set. */
  id: string;
  /** The positive class as it is written in the file; the rest is negative. */
  positive: string;
  /** The name of the problem. */
  label: string;
}

/** The imbalanced problems, the largest first so that two workers end together. */
export const materials: readonly Material[] = [
  { id: "satellite", positive: "1", label: "damp grey soil" },
  { id: "churn", positive: "1", label: "yes" },
  { id: "digits", positive: "8", label: "8" },
  { id: "vehicle", positive: "2", label: "saab" },
  { id: "pima_diabetes", positive: "1", label: "pos" },
  { id: "breast_cancer_wdbc", positive: "1", label: "malignant" },
  { id: "ionosphere", positive: "1", label: "bad" },
  { id: "glass", positive: "5", label: "7" },
];

/** A score that a loss may be aimed at and every model is judged by. */
export interface Score {
  id: string;
  metric: ScoreName;
  beta: number;
}

const score = (id: string, metric: ScoreName, beta = 1): Score => ({ id, metric, beta });

/** The six scores of the paper's tables. */
export const scores: readonly Score[] = [
  score("accuracy", "accuracy"),
  score("F1", "fbeta"),
  score("F0.5", "fbeta", 0.5),
  score("F2", "fbeta", 2),
  score("G-mean", "gmean"),
  score("balanced accuracy", "balanced-accuracy"),
];

/** The models to train: the paper's perceptron, or networks with a hidden layer. */
export type ModelName = "line" | "network";

/**
 * Training by full batches, the same for every loss: the perceptron as published, from zero by gradient descent; networks by
 * Adam, each arm and fold from a start of its own.
 */
export const protocols: Record<ModelName, { learningRate: number; steps: number }> = {
  line: { learningRate: 0.1, steps: 1000 },
  network: { learningRate: 0.01, steps: 500 },
};

/** Folds per seed. */
export const folds = 5;

/** Data sets, number of seeds, folds run of each seed's five, the models to train, and the number of steps. */
export interface Amount {
  datasets: readonly string[];
  seeds: number;
  count: number;
  model: ModelName;
  steps: number;
}

const all = { datasets: materials.map(({ id }) => id), seeds: 5, count: folds };
export const scales: Record<Scale, Amount> = {
  quick: { datasets: ["glass", "ionosphere"], seeds: 1, count: 1, model: "line", steps: 100 },
  default: { ...all, model: "line", steps: protocols.line.steps },
  full: { ...all, model: "network", steps: protocols.network.steps },
};
