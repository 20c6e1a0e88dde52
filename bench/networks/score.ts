import { type Dataset, type Prediction, predictionFrom } from "@minimand/compare";
import { metricById } from "minimand/metrics";

type Task = BenchTask | Dataset["task"];
export type BenchTask = "binary" | "multiclass" | "regression";

/** The metric of a task, which product arms choose by as well. */
export function metricFor(task: Task): "roc-auc" | "log-loss" | "r2" {
  if (task === "regression") return "r2";
  return task === "binary" ? "roc-auc" : "log-loss";
}

/** 1 where larger is better, else -1. */
export const signFor = (task: Task): 1 | -1 => (metricById(metricFor(task)).higherIsBetter ? 1 : -1);

const leastProbability = 1e-6;

/** Returns the metric of predictions of some rows. */
export function scoreOf(
  { task, labels, targets }: Pick<Dataset, "task" | "labels" | "targets">,
  rows: Int32Array,
  { probabilities, predicted, predictions }: Prediction,
): number {
  const metric = metricById(metricFor(task));
  if (metric.kind === "regression")
    return metric.evaluate({ targets: Float64Array.from(rows, (row) => targets[row]), predictions });
  return metric.evaluate({
    labels: Int32Array.from(rows, (row) => labels[row]),
    predicted,
    probabilities:
      task === "binary" ? probabilities : probabilities.map((p) => Math.max(p, leastProbability)),
  });
}

/** Class shares, or the mean, of the training rows: what predicts nothing. */
export function constantPrediction(
  { task, classes, labels, targets }: Dataset,
  { train, test }: { train: Int32Array; test: Int32Array },
): Prediction {
  const share = 1 / train.length;
  if (task === "regression") {
    const mean = train.reduce((sum, row) => sum + targets[row], 0) * share;
    return predictionFrom(new Float64Array(test.length).fill(mean), 0);
  }
  const shares = new Float64Array(classes.length);
  for (const row of train) shares[labels[row]] += share;
  return predictionFrom(
    Float64Array.from({ length: test.length * classes.length }, (_, i) => shares[i % classes.length]),
    classes.length,
  );
}
