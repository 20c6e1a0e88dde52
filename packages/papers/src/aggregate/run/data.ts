import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { debiasedLabels } from "minimand/training";
import { heldOut, shuffled, standardised } from "../../kit/rows.ts";
import { largestTest, largestTrain } from "./settings.ts";

/** Encoded rows and their responses. */
export interface Rows {
  x: Float32Array;
  y: Float64Array;
  count: number;
}

/** One split of a data set. */
export interface Split {
  train: Rows;
  judged: Rows;
  inputs: number;
  /** Whether responses are 0 and 1. */
  binary: boolean;
}

/**
 * Splits rows 80/20 by the seed. For tuning, a fifth of the training rows takes the place of the test rows. Inputs and numeric
 * responses are standardised by the training rows: their mean and variance count as known.
 */
export function split(dataset: Dataset, seed: number, judge: "test" | "tune"): Split {
  const binary = dataset.classes.length === 2;
  const order = shuffled(dataset.rows, derive(seed, 1));
  const whole = Math.min(largestTrain, Math.round(0.8 * dataset.rows));
  const { train: trainRows, judged: others } = heldOut(order, whole, judge);
  const inputsOf = standardised(dataset, trainRows);
  const response = (row: number): number => (binary ? dataset.labels[row] : dataset.targets[row]);
  const mean = trainRows.reduce((sum, row) => sum + response(row), 0) / trainRows.length;
  const variance = trainRows.reduce((sum, row) => sum + (response(row) - mean) ** 2, 0) / trainRows.length;
  const rowsOf = (rows: Int32Array): Rows => ({
    x: inputsOf(rows).x,
    y: Float64Array.from(rows, (row) =>
      binary ? response(row) : (response(row) - mean) / Math.sqrt(variance),
    ),
    count: rows.length,
  });
  const train = rowsOf(trainRows);
  return {
    train,
    judged: rowsOf(others.subarray(0, largestTest)),
    inputs: train.x.length / train.count,
    binary,
  };
}

/** Returns {@link debiasedLabels} by bag; they are the same for all rows of a bag. */
export function debiasedMeans(means: Float64Array, bagIds: Int32Array): Float64Array {
  const labels = debiasedLabels(means, bagIds);
  const byBag = new Float64Array(means.length);
  labels.forEach((label, i) => {
    byBag[bagIds[i]] = label;
  });
  return byBag;
}
