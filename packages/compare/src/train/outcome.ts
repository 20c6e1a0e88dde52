import type { Metric } from "minimand";
import { evaluateClassification, evaluateRegression } from "minimand/metrics";
import { fromScale } from "../data/target-scale.ts";
import type { Task, TrialRecord } from "../results.ts";
import { traitsOf } from "../task.ts";
import type { Part, PreparedFold } from "./fold.ts";

/** Predictions for the rows of a part. */
export interface Prediction {
  /** Softmax probabilities `[rows * classes]`; empty for regression. */
  probabilities: Float64Array;
  predicted: Int32Array;
  /** Predicted numbers in original units; empty for classification. */
  predictions: Float64Array;
}

/** Probabilities and decisions, or numbers in original units, from the outputs of a network. */
export function predictionOf(
  outputs: Float32Array,
  rows: number,
  task: Task,
  target: PreparedFold["target"],
): Prediction {
  if (task === "regression") {
    return {
      ...none,
      predictions: Float64Array.from(outputs.subarray(0, rows), (v) => fromScale(v, target)),
    };
  }
  const classes = outputs.length / rows;
  const predicted = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (outputs[i * classes + k] > outputs[i * classes + best]) best = k;
    predicted[i] = best;
  }
  return { ...none, probabilities: softmaxRows(outputs, classes), predicted };
}

/** Returns the softmax of each row of logits, `[rows, classes]`. */
export function softmaxRows(logits: Float32Array, classes: number): Float64Array<ArrayBuffer> {
  const shares = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let max = logits[at];
    for (let k = 1; k < classes; k++) max = Math.max(max, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[at + k] - max);
    for (let k = 0; k < classes; k++) shares[at + k] = Math.exp(logits[at + k] - max) / sum;
  }
  return shares;
}

const none: Prediction = {
  probabilities: new Float64Array(0),
  predicted: new Int32Array(0),
  predictions: new Float64Array(0),
};

/**
 * Returns a prediction from its numbers, each row's class being the likeliest one.
 *
 * @param values probabilities `[rows * classes]`, or predicted numbers where there are no classes
 */
export function predictionFrom(values: Float64Array, classes: number): Prediction {
  if (classes === 0) return { ...none, predictions: values };
  const predicted = new Int32Array(values.length / classes);
  for (let i = 0; i < predicted.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (values[i * classes + k] > values[i * classes + best]) best = k;
    predicted[i] = best;
  }
  return { ...none, probabilities: values, predicted };
}

/** Returns the numbers of a prediction, see {@link predictionFrom}. */
export function valuesOf({ probabilities, predictions }: Prediction): Float64Array {
  return predictions.length > 0 ? predictions : probabilities;
}

/** Returns the value of one metric; NaN where it is not defined on these rows. */
export function scoreOfPrediction(
  metric: Metric,
  part: Pick<Part, "labels" | "targets">,
  prediction: Prediction,
): number {
  return metric.kind === "regression"
    ? metric.evaluate({ targets: part.targets, predictions: prediction.predictions })
    : metric.evaluate({
        labels: part.labels,
        probabilities: prediction.probabilities,
        predicted: prediction.predicted,
      });
}

/** The matrix of a thousand classes has a million numbers, and a run some hundreds of trials: longer than the longest text. */
export const mostConfused = 100;

/**
 * Returns every metric of the task, with reliability bins for classification and the confusion matrix for at most `mostConfused` classes;
 * non-finite values as null.
 */
export function fullEvaluation(
  task: Task,
  part: Pick<Part, "labels" | "targets">,
  prediction: Prediction,
): Pick<TrialRecord, "metrics" | "confusion" | "reliability"> {
  const finite = (metrics: Record<string, number>): TrialRecord["metrics"] =>
    Object.fromEntries(traitsOf[task].metrics.map((id) => [id, finiteOrNull(metrics[id])]));
  if (task === "regression") {
    const { metrics } = evaluateRegression({ targets: part.targets, predictions: prediction.predictions });
    return { metrics: finite(metrics) };
  }
  const { metrics, confusion, reliability } = evaluateClassification({
    labels: part.labels,
    probabilities: prediction.probabilities,
    predicted: prediction.predicted,
  });
  return { metrics: finite(metrics), ...(confusion.length <= mostConfused && { confusion }), reliability };
}

/** Returns a number, or null where it is not finite. */
export function finiteOrNull(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}
