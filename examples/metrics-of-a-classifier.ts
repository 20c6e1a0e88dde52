/*
 * Which metrics of a classifier show that it has trained for too long.
 *
 * A network learns to recognise four kinds of vehicles from their silhouettes. Metrics of its probabilities are computed on held-out
 * silhouettes, after few epochs and after many. The areas under curves depend on the order of the scores alone, and hardly change.
 * Log loss, Brier score and calibration error depend on the probabilities, and show that the network has become overconfident.
 *
 *     npx node --conditions=minimand-source examples/metrics-of-a-classifier.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { adam, crossEntropy, fit, minibatches, mlp, objectiveOf, predictor, supervised } from "minimand";
import { disposeTree, keyOf, randomSource, refTree, shuffle, softmax } from "minimand/engine";
import {
  averagePrecision,
  brierScore,
  expectedCalibrationError,
  logLoss,
  macroAreas,
  precisionRecallCurve,
  rocCurve,
} from "minimand/metrics";
import { startEngine } from "minimand/start";
import { outputHistory, recordOutputs, referenceOutputs } from "minimand/training";

const inputs = 18;
const classes = 4;
/** The class of the curves. */
const van = 3;

/** Metrics of held-out rows after a number of epochs. */
export interface Judged {
  epochs: number;
  /** One class against the others, averaged over the classes. */
  roc: number;
  pr: number;
  logLoss: number;
  brier: number;
  /** Mean distance between the probability of the predicted class and how often it is right. */
  calibration: number;
  /** Share of held-out rows whose predicted class has changed since the row above. */
  changed: number;
}

/** A threshold on the probability of a van, and the errors it makes. */
export interface Operation {
  recall: number;
  threshold: number;
  /** Share of the other vehicles that are called vans. */
  falsePositiveRate: number;
  /** Share of those called vans that are vans. */
  precision: number;
}

export interface MetricsResult {
  judged: Judged[];
  /** Held-out vans and other vehicles, and the curves of vans after the last epoch. */
  vans: { count: number; others: number; averagePrecision: number; operations: Operation[] };
}

export async function metricsOfAClassifier({ epochs = [5, 40, 400], seed = 1 } = {}): Promise<MetricsResult> {
  const { train, test } = await vehicles(seed);
  const model = mlp({ inputs, hidden: [48], outputs: classes });
  const objective = objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights }));
  const step = supervised({ model, objective, optimizer: adam(5e-3) });
  const batches = minibatches({ x: train.x, shape: [inputs], y: train.y, classes }, { size: 64, seed });
  const forward = predictor(model);
  const probabilitiesOf = async (params: typeof state.params): Promise<Float32Array> => {
    const x = np.array(test.x, { shape: [test.y.length, inputs] });
    return (await softmax(forward(params, {}, x)).data()) as Float32Array;
  };

  let state = step.init(keyOf(seed));
  let vans: MetricsResult["vans"] = { count: 0, others: 0, averagePrecision: 0, operations: [] };
  const judged: Judged[] = [];
  const rows = Int32Array.from(test.y, (_, i) => i);
  const history = outputHistory({ examples: rows.length, outputs: classes, lag: 1 });
  for (let epoch = 1; epoch <= Math.max(...epochs); epoch++) {
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
    if (!epochs.includes(epoch)) continue;
    const p = await probabilitiesOf(refTree(state.params));
    recordOutputs(history, judged.length, rows, p);
    const { past, valid } = referenceOutputs(history, judged.length, rows);
    const changes = rows.filter((i) => valid[i] === 1 && predictedOf(p, i) !== predictedOf(past, i));
    const areas = macroAreas(test.y, p, classes);
    judged.push({
      epochs: epoch,
      roc: areas.roc,
      pr: areas.pr,
      logLoss: logLoss(test.y, p, classes),
      brier: brierScore(test.y, p, classes),
      calibration: expectedCalibrationError(test.y, p, classes),
      changed: changes.length / rows.length,
    });
    vans = vansOf(test.y, p);
  }
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  return { judged, vans };
}

function predictedOf(p: Float32Array, row: number): number {
  const own = p.subarray(row * classes, (row + 1) * classes);
  return own.indexOf(Math.max(...own));
}

/** The points of both curves at which at least 50, 80, 90 and 100 % of the vans are found. */
function vansOf(y: Int32Array, probabilities: Float32Array): MetricsResult["vans"] {
  const labels = y.map((label) => Number(label === van));
  const scores = Float64Array.from(y, (_, i) => probabilities[i * classes + van]);
  const { recall, precision, thresholds } = precisionRecallCurve(labels, scores);
  // Both curves have one point for each distinct score, in the same order.
  const { falsePositiveRate } = rocCurve(labels, scores);
  const operations = [0.5, 0.8, 0.9, 1].map((least) => {
    const at = recall.findIndex((share) => share >= least);
    return {
      recall: recall[at],
      threshold: thresholds[at],
      falsePositiveRate: falsePositiveRate[at],
      precision: precision[at],
    };
  });
  const count = labels.reduce((sum, label) => sum + label, 0);
  return {
    count,
    others: labels.length - count,
    averagePrecision: averagePrecision(labels, scores),
    operations,
  };
}

interface Vehicles {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

/** 846 silhouettes, each column scaled by its mean and deviation; half of them held out. */
async function vehicles(seed: number): Promise<{ train: Vehicles; test: Vehicles }> {
  const bytes = await readFile(dataFile("vehicle.csv.gz"));
  const [, ...lines] = gunzipSync(bytes).toString("utf8").trim().split("\n");
  const order = shuffle(
    lines.map((_, i) => i),
    randomSource(seed),
  );
  const rows = order.map((i) => lines[i].split(",").map(Number));
  const half = Math.floor(rows.length / 2);
  const scales = Array.from({ length: inputs }, (_, k) => {
    const column = rows.slice(half).map((row) => row[k]);
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    return { mean, deviation: Math.hypot(...column.map((v) => v - mean)) / Math.sqrt(column.length) };
  });
  const take = (chosen: number[][]): Vehicles => ({
    x: Float32Array.from(chosen.flatMap((row) => scales.map((s, k) => (row[k] - s.mean) / s.deviation))),
    y: Int32Array.from(chosen, (row) => row[inputs]),
  });
  return { train: take(rows.slice(half)), test: take(rows.slice(0, half)) };
}

if (import.meta.main) {
  await startEngine();
  const { judged, vans } = await metricsOfAClassifier();
  const cell = (value: number): string => value.toFixed(3).padStart(12);
  console.log("epochs     ROC area     PR area    log loss       Brier  calibration error     changed");
  for (const { epochs, roc, pr, logLoss, brier, calibration, changed } of judged)
    console.log(
      `${String(epochs).padStart(6)} ${[roc, pr, logLoss, brier].map(cell).join("")}${calibration.toFixed(3).padStart(19)}${cell(changed)}`,
    );
  console.log(`vans, average precision ${vans.averagePrecision.toFixed(3)}`);
  for (const { recall, threshold, falsePositiveRate, precision } of vans.operations)
    console.log(
      `  threshold ${threshold.toFixed(5)}: finds ${(100 * recall).toFixed(0)} % of the vans, ` +
        `${(100 * precision).toFixed(0)} % of what it calls a van is one, and ${(100 * falsePositiveRate).toFixed(1)} % of the others are called so`,
    );
}
