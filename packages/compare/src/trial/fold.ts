import { derive } from "minimand/engine";
import { injectLabelNoise, makeImbalanced } from "../dataset/corrupt.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { encode } from "../dataset/encode.ts";
import { type Encoder, fitEncoder, fitTarget } from "../dataset/encoder.ts";
import { folds } from "../dataset/folds.ts";
import { innerSplit } from "../dataset/inner-split.ts";
import type { Settings } from "../results.ts";

/** Encoded rows with what is to be predicted, in original units. */
export interface Part {
  x: Float32Array;
  rows: number;
  /** Class ids; empty for regression. */
  labels: Int32Array;
  /** Numbers; empty for classification. */
  targets: Float64Array;
}

/** One fold of one seed, ready to train on: all that is fitted was fitted on `fit` alone. */
export interface PreparedFold {
  /** Inputs of the network: the same for all folds of a seed, so that one program serves them all. */
  inputs: number;
  fit: Part;
  validation: Part;
  test: Part;
  /** Standardisation of a regression target; `{ mean: 0, sd: 1 }` for classification. */
  target: { mean: number; sd: number };
  /** Rows per class in `fit`; empty for regression. */
  classCounts: number[];
}

/** Settings that decide the splits. */
export type SplitSettings = Pick<Settings, "folds" | "labelNoise" | "imbalance">;

interface Split {
  fit: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

/** All folds of one seed. With `testRows` there is a single one: the other rows train, those test. */
export function makeFolds(
  dataset: Dataset,
  settings: SplitSettings,
  seed: number,
  testRows: Int32Array | null = null,
): PreparedFold[] {
  const outer =
    testRows === null
      ? folds(dataset, { folds: settings.folds, seed })
      : [{ train: without(dataset.rows, testRows), test: testRows }];
  const splits = outer.map(({ train, test }, fold): Split => {
    const kept =
      settings.imbalance === null
        ? train
        : makeImbalanced(dataset, train, { ratio: settings.imbalance, seed: derive(seed, fold) }).rows;
    return { ...innerSplit(dataset, kept, { fraction: 0.2, seed: derive(seed, fold) }), test };
  });
  const encoders = splits.map(({ fit }) => fitEncoder(dataset, fit));
  const inputs = Math.max(...encoders.map((encoder) => encoder.inputs));
  return splits.map((split, fold) =>
    makeFold(dataset, settings, split, encoders[fold], inputs, derive(seed, fold)),
  );
}

function makeFold(
  dataset: Dataset,
  settings: SplitSettings,
  split: Split,
  encoder: Encoder,
  inputs: number,
  seed: number,
): PreparedFold {
  const labels =
    settings.labelNoise === 0
      ? dataset.labels
      : noisyLabels(dataset, [split.fit, split.validation], settings.labelNoise, seed);
  const part = (rows: Int32Array, y: Int32Array): Part => ({
    x: padded(encode(encoder, dataset, rows).x, rows.length, encoder.inputs, inputs),
    rows: rows.length,
    labels: y.length === 0 ? y : Int32Array.from(rows, (row) => y[row]),
    targets:
      dataset.targets.length === 0 ? dataset.targets : Float64Array.from(rows, (row) => dataset.targets[row]),
  });
  const classCounts = dataset.classes.map(() => 0);
  if (dataset.labels.length > 0) for (const row of split.fit) classCounts[labels[row]]++;
  return {
    inputs,
    fit: part(split.fit, labels),
    validation: part(split.validation, labels),
    test: part(split.test, dataset.labels),
    target: dataset.task === "regression" ? fitTarget(dataset.targets, split.fit) : { mean: 0, sd: 1 },
    classCounts,
  };
}

/** Labels with noise on the training rows only: tests are always judged by the labels of the file. */
function noisyLabels(dataset: Dataset, parts: Int32Array[], rate: number, seed: number): Int32Array {
  const noisy = dataset.labels.slice();
  for (const rows of parts) {
    const drawn = injectLabelNoise(
      Int32Array.from(rows, (row) => dataset.labels[row]),
      {
        rate,
        classes: dataset.classes.length,
        seed: derive(seed, rows.length),
      },
    );
    rows.forEach((row, i) => {
      noisy[row] = drawn[i];
    });
  }
  return noisy;
}

function padded(x: Float32Array, rows: number, from: number, to: number): Float32Array {
  if (from === to) return x;
  const wide = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) wide.set(x.subarray(row * from, (row + 1) * from), row * to);
  return wide;
}

function without(rows: number, excluded: Int32Array): Int32Array {
  const set = new Set(excluded);
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !set.has(row));
}
