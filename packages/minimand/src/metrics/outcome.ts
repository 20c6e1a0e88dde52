import { rangeError } from "../engine/errors.ts";
import { checkClasses, checkLabels, checkLengths, checkProbabilities } from "./checks.ts";

/** What a classifier said about rows whose classes are known. */
export interface ClassificationOutcome {
  /** True class ids, `[rows]`. */
  labels: ArrayLike<number>;
  /** Class probabilities, `[rows * K]`, row by row; K is their number divided by the rows. */
  probabilities: ArrayLike<number>;
  /** Decisions, `[rows]`: usually the most probable class, another one where a threshold was tuned. */
  predicted: ArrayLike<number>;
}

/** What a regression said about rows whose targets are known. */
export interface RegressionOutcome {
  /** True values, `[rows]`. */
  targets: ArrayLike<number>;
  /** Predicted values, `[rows]`. */
  predictions: ArrayLike<number>;
}

/** Checks the whole outcome and returns its number of classes. */
export function checkOutcome({ labels, probabilities, predicted }: ClassificationOutcome): number {
  checkLengths("predicted", predicted, "labels", labels);
  const classes = probabilities.length / labels.length;
  if (!Number.isInteger(classes))
    throw rangeError("probabilities", `a multiple of ${labels.length} values`, probabilities.length);
  checkClasses(classes);
  checkProbabilities(labels, probabilities, classes);
  checkLabels("predicted", predicted, classes);
  return classes;
}
