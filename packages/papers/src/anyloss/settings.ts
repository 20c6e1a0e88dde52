import type { ScoreName } from "minimand";

/** One class of a data set against the rest. */
export interface Material {
  dataset: string;
  /** The positive class as it is written in the file; the rest is negative. */
  positive: string;
  /** Its name. */
  label: string;
}

/** The imbalanced problems, the largest first so that two workers end together. */
export const materials: readonly Material[] = [
  { dataset: "satellite", positive: "1", label: "damp grey soil" },
  { dataset: "churn", positive: "1", label: "yes" },
  { dataset: "digits", positive: "8", label: "8" },
  { dataset: "vehicle", positive: "2", label: "saab" },
  { dataset: "pima_diabetes", positive: "1", label: "pos" },
  { dataset: "breast_cancer_wdbc", positive: "1", label: "malignant" },
  { dataset: "ionosphere", positive: "1", label: "bad" },
  { dataset: "glass", positive: "5", label: "7" },
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
