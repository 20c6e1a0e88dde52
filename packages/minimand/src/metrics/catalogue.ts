import { rangeError } from "../engine/errors.ts";
import { areasOf } from "./areas.ts";
import { binsOf, calibrationErrorOf } from "./calibration.ts";
import { confusionMatrix } from "./confusion.ts";
import { type ClassificationOutcome, checkOutcome, type RegressionOutcome } from "./outcome.ts";
import { brierOf, logLossOf } from "./probabilistic.ts";
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from "./regression.ts";
import { type ScoreName, type ScoreOptions, scoreOf } from "./scores.ts";

interface MetricDescription {
  /** Name on the command line and in results. */
  id: string;
  /** Name for people, as it stands in the middle of a sentence. */
  label: string;
  higherIsBetter: boolean;
  /** `points`: a share, whose differences people read as percentage points; `plain`: read as it is. */
  unit: "points" | "plain";
  /** Between which values it lies, ends included; infinite where it has no end. */
  range: readonly [least: number, most: number];
}

/** A metric of class probabilities or decisions; NaN where it is not defined (an area without both classes). */
export interface ClassificationMetric extends MetricDescription {
  kind: "classification";
  tasks: readonly ("binary" | "multiclass")[];
  evaluate(outcome: ClassificationOutcome): number;
}

/** A metric of predicted numbers. */
export interface RegressionMetric extends MetricDescription {
  kind: "regression";
  tasks: readonly "regression"[];
  evaluate(outcome: RegressionOutcome): number;
}

export type Metric = ClassificationMetric | RegressionMetric;

/** An id of `classificationMetrics`. */
export type ClassificationMetricId =
  | "accuracy"
  | "balanced-accuracy"
  | "f1"
  | "f0.5"
  | "f2"
  | "gmean"
  | "mcc"
  | "roc-auc"
  | "pr-auc"
  | "log-loss"
  | "brier"
  | "ece";

/** An id of `regressionMetrics`. */
export type RegressionMetricId = "rmse" | "mae" | "r2";

/** An id of `metricCatalogue`. */
export type MetricId = ClassificationMetricId | RegressionMetricId;

const share = [0, 1] as const;

const classification = (
  id: ClassificationMetricId,
  label: string,
  higherIsBetter: boolean,
  unit: "points" | "plain",
  evaluate: (outcome: ClassificationOutcome, classes: number) => number,
  range: MetricDescription["range"] = share,
): ClassificationMetric => ({
  kind: "classification",
  tasks: ["binary", "multiclass"],
  id,
  label,
  higherIsBetter,
  unit,
  range,
  evaluate: (outcome) => evaluate(outcome, checkOutcome(outcome)),
});

/** A score of the confusion matrix of the decisions. */
const decision = (
  id: ClassificationMetricId,
  label: string,
  unit: "points" | "plain",
  name: ScoreName,
  options?: ScoreOptions,
  range?: MetricDescription["range"],
): ClassificationMetric => {
  const evaluate = ({ labels, predicted }: ClassificationOutcome, classes: number): number =>
    scoreOf(confusionMatrix(labels, predicted, classes), name, options);
  return classification(id, label, true, unit, evaluate, range);
};

const regression = (
  id: RegressionMetricId,
  label: string,
  higherIsBetter: boolean,
  range: MetricDescription["range"],
  evaluate: (targets: ArrayLike<number>, predictions: ArrayLike<number>) => number,
): RegressionMetric => ({
  kind: "regression",
  tasks: ["regression"],
  id,
  label,
  higherIsBetter,
  unit: "plain",
  range,
  evaluate: ({ targets, predictions }) => evaluate(targets, predictions),
});

/** The metrics of classifications: those of the decisions, then those of the probabilities. */
export const classificationMetrics: readonly ClassificationMetric[] = [
  decision("accuracy", "accuracy", "points", "accuracy"),
  decision("balanced-accuracy", "balanced accuracy", "points", "balanced-accuracy"),
  decision("f1", "F1", "points", "fbeta", { beta: 1 }),
  decision("f0.5", "F0.5", "points", "fbeta", { beta: 0.5 }),
  decision("f2", "F2", "points", "fbeta", { beta: 2 }),
  decision("gmean", "G-mean", "points", "gmean"),
  decision("mcc", "Matthews correlation", "plain", "mcc", {}, [-1, 1]),
  classification("roc-auc", "ROC-AUC", true, "points", (o, k) => areasOf(o.labels, o.probabilities, k).roc),
  classification("pr-auc", "PR-AUC", true, "points", (o, k) => areasOf(o.labels, o.probabilities, k).pr),
  classification(
    "log-loss",
    "log loss",
    false,
    "plain",
    (o, k) => logLossOf(o.labels, o.probabilities, k, 0),
    [0, Number.POSITIVE_INFINITY],
  ),
  classification(
    "brier",
    "Brier score",
    false,
    "plain",
    (o, k) => brierOf(o.labels, o.probabilities, k),
    [0, 2],
  ),
  classification("ece", "expected calibration error", false, "points", (o, k) =>
    calibrationErrorOf(binsOf(o.labels, o.probabilities, k, 15)),
  ),
];

/** The metrics of regressions. */
export const regressionMetrics: readonly RegressionMetric[] = [
  regression("rmse", "RMSE", false, [0, Number.POSITIVE_INFINITY], rootMeanSquaredError),
  regression("mae", "MAE", false, [0, Number.POSITIVE_INFINITY], meanAbsoluteError),
  regression("r2", "R²", true, [Number.NEGATIVE_INFINITY, 1], rSquared),
];

/** Every metric of the catalogue. */
export const metricCatalogue: readonly Metric[] = [...classificationMetrics, ...regressionMetrics];

/**
 * The metric of a name.
 *
 * @param id e.g. `balanced-accuracy`; the compiler refuses other literals, and takes any `string` that is known at run time only
 * @returns its descriptor
 * @throws RangeError for an unknown name; the message lists those there are
 * @example
 * metricById("rmse").higherIsBetter; // false
 */
export function metricById<Id extends string>(id: Id & (string extends Id ? string : MetricId)): Metric {
  const found = metricCatalogue.find((metric) => metric.id === id);
  if (found === undefined)
    throw rangeError("metric", `one of ${metricCatalogue.map((m) => m.id).join(", ")}`, id);
  return found;
}
