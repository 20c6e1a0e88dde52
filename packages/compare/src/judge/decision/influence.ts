import type { Metric } from "minimand";
import { confusionMatrix, metricById } from "minimand/metrics";
import { areaInfluence } from "./area-influence.ts";
import { calibrationInfluence, decisionInfluence } from "./jackknife.ts";
import type { Influence, OutOfFold } from "./out-of-fold.ts";

type Classified = Extract<OutOfFold, { labels: unknown }>;
type Predicted = Extract<OutOfFold, { targets: unknown }>;

/**
 * Returns the value of a metric on out-of-fold predictions, and its influence function at each row (up to sampling error
 * `M(P_n) - M(P) = mean_i IF_i`).
 *
 * - means of rows (accuracy, log loss, Brier score, MAE): `h_i - mean h`
 * - balanced accuracy: `N / (K n_{y_i}) (h_i - R_{y_i})`, with the recall R and the number n of each of K classes
 * - F_beta: `N ((1 + b^2) y yhat - F (b^2 y + yhat)) / (b^2 P + Phat)`; macro for several classes
 * - RMSE: `(e^2 - MSE) / (2 RMSE)`; R2: `-(e^2 - MSE) / v + MSE / v^2 ((y - ybar)^2 - v)`, `v = mean (y - ybar)^2`
 * - areas: means over folds, with DeLong's placements (ROC) or the jackknife (precision and recall)
 * - any other: the jackknife, `(N - 1) (M - M_without_i)`
 *
 * @param metric id of the catalogue
 * @returns signs are those of the metric, errors are not turned
 * @throws RangeError for an unknown metric
 * @see Efron, Tibshirani 1993, chapter 11; DeLong et al. 1988, Biometrics 44:837
 */
export function influenceOf(metric: string, rows: OutOfFold): Influence {
  const known = metricById(metric);
  return "labels" in rows ? ofClasses(known, rows) : ofNumbers(known, rows);
}

function ofClasses(metric: Metric, rows: Classified): Influence {
  const { labels, predicted, probabilities } = rows;
  const n = labels.length;
  const classes = probabilities.length / n;
  switch (metric.id) {
    case "accuracy":
      return meanOf(n, (i) => Number(predicted[i] === labels[i]));
    case "log-loss":
      return meanOf(n, (i) => -Math.log(Math.min(1, probabilities[i * classes + labels[i]])));
    case "brier":
      return meanOf(n, (i) => squaredDistance(rows, i, classes));
    case "balanced-accuracy":
      return balancedAccuracy(rows, classes);
    case "f1":
      return fBeta(rows, classes, 1);
    case "f0.5":
      return fBeta(rows, classes, 0.5);
    case "f2":
      return fBeta(rows, classes, 2);
    case "roc-auc":
    case "pr-auc":
      return areaInfluence(metric.id, { ...rows, classes });
    case "ece":
      return calibrationInfluence(rows, classes);
    default:
      return decisionInfluence(metric.id, labels, predicted, classes);
  }
}

function ofNumbers(metric: Metric, { targets, predictions }: Predicted): Influence {
  const n = targets.length;
  const error = (i: number): number => targets[i] - predictions[i];
  const squares = meanOf(n, (i) => error(i) ** 2);
  switch (metric.id) {
    case "mae":
      return meanOf(n, (i) => Math.abs(error(i)));
    case "rmse": {
      const value = Math.sqrt(squares.value);
      return { value, influence: squares.influence.map((d) => (value === 0 ? 0 : d / (2 * value))) };
    }
    default: {
      const mean = meanOf(n, (i) => targets[i]).value;
      const spread = meanOf(n, (i) => (targets[i] - mean) ** 2);
      const v = spread.value;
      const influence = squares.influence.map(
        (d, i) => -d / v + (squares.value / v ** 2) * spread.influence[i],
      );
      return { value: 1 - squares.value / v, influence };
    }
  }
}

function meanOf(n: number, valueAt: (i: number) => number): Influence {
  const influence = Float64Array.from({ length: n }, (_, i) => valueAt(i));
  let value = 0;
  for (const x of influence) value += x / n;
  for (let i = 0; i < n; i++) influence[i] -= value;
  return { value, influence };
}

function squaredDistance({ labels, probabilities }: Classified, i: number, classes: number): number {
  let sum = 0;
  for (let k = classes === 2 ? 1 : 0; k < classes; k++)
    sum += (probabilities[i * classes + k] - Number(labels[i] === k)) ** 2;
  return sum;
}

function balancedAccuracy({ labels, predicted }: Classified, classes: number): Influence {
  const n = labels.length;
  const counts = new Float64Array(classes);
  const right = new Float64Array(classes);
  for (let i = 0; i < n; i++) {
    counts[labels[i]]++;
    if (predicted[i] === labels[i]) right[labels[i]]++;
  }
  const present = counts.filter((count) => count > 0).length;
  const recall = right.map((r, k) => (counts[k] === 0 ? 0 : r / counts[k]));
  const influence = Float64Array.from({ length: n }, (_, i) => {
    const y = labels[i];
    return (n / (present * counts[y])) * (Number(predicted[i] === y) - recall[y]);
  });
  return { value: recall.reduce((a, b) => a + b, 0) / present, influence };
}

/** Of class 1 for two classes, else the mean over the classes that occur among labels or predictions. */
function fBeta({ labels, predicted }: Classified, classes: number, beta: number): Influence {
  const n = labels.length;
  const b2 = beta ** 2;
  const matrix = confusionMatrix(labels, predicted, classes);
  const actual = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const claimed = matrix.map((_, k) => matrix.reduce((sum, row) => sum + row[k], 0));
  const all = classes === 2 ? [1] : matrix.map((_, k) => k).filter((k) => actual[k] + claimed[k] > 0);
  const influence = new Float64Array(n);
  let value = 0;
  for (const k of all) {
    const size = b2 * actual[k] + claimed[k];
    const f = size === 0 ? 0 : ((1 + b2) * matrix[k][k]) / size;
    value += f / all.length;
    if (size === 0) continue;
    for (let i = 0; i < n; i++) {
      const [y, yhat] = [Number(labels[i] === k), Number(predicted[i] === k)];
      influence[i] += (n * ((1 + b2) * y * yhat - f * (b2 * y + yhat))) / size / all.length;
    }
  }
  return { value, influence };
}
