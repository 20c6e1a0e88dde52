import { areasOf } from "./areas.ts";
import { binsOf, type CalibrationBins, calibrationErrorOf } from "./calibration.ts";
import { regressionMetrics } from "./catalogue.ts";
import { confusionMatrix } from "./confusion.ts";
import { type ClassificationOutcome, checkOutcome, type RegressionOutcome } from "./outcome.ts";
import { brierOf, logLossOf } from "./probabilistic.ts";
import { scoreOf } from "./scores.ts";

/** Everything that is reported about one classifier on one test part. */
export interface ClassificationEvaluation {
  /** By metric id; NaN where a metric is not defined on these rows, Infinity for a log loss that is. */
  metrics: Record<string, number>;
  /** `confusion[true][predicted]`. */
  confusion: number[][];
  /** 15 bins, see `reliabilityBins`. */
  reliability: CalibrationBins;
}

/**
 * Every classification metric of the catalogue at once: one check, one confusion matrix, one sort a class.
 *
 * @param outcome true labels, probabilities and decisions
 * @returns the metrics by id, the confusion matrix and the reliability bins
 * @throws RangeError for different lengths, no rows, labels out of range, or numbers that are not probabilities
 * @example
 * const { metrics } = evaluateClassification({
 *   labels: [0, 1], probabilities: [0.9, 0.1, 0.4, 0.6], predicted: [0, 1],
 * });
 * metrics.accuracy; // 1
 */
export function evaluateClassification(outcome: ClassificationOutcome): ClassificationEvaluation {
  const classes = checkOutcome(outcome);
  const { labels, probabilities, predicted } = outcome;
  const confusion = confusionMatrix(labels, predicted, classes);
  const reliability = binsOf(labels, probabilities, classes, 15);
  const { roc, pr } = areasOf(labels, probabilities, classes);
  return {
    metrics: {
      accuracy: scoreOf(confusion, "accuracy"),
      "balanced-accuracy": scoreOf(confusion, "balanced-accuracy"),
      f1: scoreOf(confusion, "fbeta"),
      "f0.5": scoreOf(confusion, "fbeta", { beta: 0.5 }),
      f2: scoreOf(confusion, "fbeta", { beta: 2 }),
      gmean: scoreOf(confusion, "gmean"),
      mcc: scoreOf(confusion, "mcc"),
      "roc-auc": roc,
      "pr-auc": pr,
      "log-loss": logLossOf(labels, probabilities, classes, 0),
      brier: brierOf(labels, probabilities, classes),
      ece: calibrationErrorOf(reliability),
    },
    confusion,
    reliability,
  };
}

/**
 * Every regression metric of the catalogue at once.
 *
 * @param outcome targets and predictions
 * @returns the metrics by id
 * @throws RangeError for different lengths, no rows, or a value that is not finite
 * @example
 * evaluateRegression({ targets: [1, 2, 3], predictions: [1, 2, 4] }).metrics.r2; // 0.5
 */
export function evaluateRegression(outcome: RegressionOutcome): { metrics: Record<string, number> } {
  return {
    metrics: Object.fromEntries(regressionMetrics.map((metric) => [metric.id, metric.evaluate(outcome)])),
  };
}
