import type { ScoreName } from "minimand";

/** One class of a data set against the rest. */
export interface Material {
  dataset: string;
  /** The positive class, in the words of the data set; the rest is negative. */
  positive: string;
}

/** The imbalanced problems, the largest first so that two workers end together. */
export const materials: readonly Material[] = [
  { dataset: "satellite", positive: "damp grey soil" },
  { dataset: "churn", positive: "yes" },
  { dataset: "digits", positive: "8" },
  { dataset: "vehicle", positive: "saab" },
  { dataset: "pima_diabetes", positive: "pos" },
  { dataset: "breast_cancer_wdbc", positive: "malignant" },
  { dataset: "ionosphere", positive: "bad" },
  { dataset: "glass", positive: "7" },
];

/** A score that a loss may be aimed at and every model is judged by. */
export interface Score {
  id: string;
  metric: ScoreName;
  beta: number;
}

/** The six scores of the paper's tables. */
export const scores: readonly Score[] = [
  { id: "accuracy", metric: "accuracy", beta: 1 },
  { id: "F1", metric: "fbeta", beta: 1 },
  { id: "F0.5", metric: "fbeta", beta: 0.5 },
  { id: "F2", metric: "fbeta", beta: 2 },
  { id: "G-mean", metric: "gmean", beta: 1 },
  { id: "balanced accuracy", metric: "balancedAccuracy", beta: 1 },
];

/** The published protocol of the single-layer perceptron: full batch, from zero, the same for every loss. */
export const protocol = { learningRate: 0.1, steps: 1000, folds: 5 };
