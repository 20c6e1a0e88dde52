import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import { type Examples, injectLabelNoise } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import type { Material, Setting } from "./settings.ts";

/** What a trial is made of: standardised training rows with noisy labels, and the rows it is judged on. */
export interface Prepared {
  train: Examples & { y: Int32Array };
  judged: { x: Float32Array; y: Int32Array };
  /** Which training labels were corrupted. */
  flipped: boolean[];
  classes: number;
  inputs: number;
}

/** How rows are drawn and which of them judge. */
export interface PrepareOptions {
  material: Material;
  setting: Setting;
  seed: number;
  judge: "test" | "tune";
  /** Share of the material's own numbers of rows. */
  fraction: number;
}

/**
 * Draws training and test rows by the seed, corrupts the training labels and standardises by the training rows. For tuning the
 * last fifth of the training rows judges, with its noisy labels, as nothing else would be known in practice.
 */
export function prepare(
  dataset: Dataset,
  { material, setting, seed, judge, fraction }: PrepareOptions,
): Prepared {
  const order = shuffle(
    Int32Array.from({ length: dataset.rows }, (_, i) => i),
    randomSource(derive(seed, 1)),
  );
  const trainRows = order.slice(0, Math.round(material.train * fraction));
  const testRows = order.slice(trainRows.length, trainRows.length + Math.round(material.test * fraction));
  const clean = Int32Array.from(trainRows, (row) => dataset.labels[row]);
  const classes = dataset.classes.length;
  const { labels, flipped } = corrupt(clean, dataset.classes, { material, setting, seed });
  const count = judge === "test" ? trainRows.length : Math.round(trainRows.length * 0.8);
  const encoder = fitEncoder(dataset, trainRows.slice(0, count));
  const rows = judge === "test" ? testRows : trainRows.slice(count);
  return {
    train: {
      x: encode(encoder, dataset, trainRows.slice(0, count)).x,
      shape: [encoder.inputs],
      y: labels.slice(0, count),
      classes,
    },
    judged: {
      x: encode(encoder, dataset, rows).x,
      y: judge === "test" ? Int32Array.from(rows, (row) => dataset.labels[row]) : labels.slice(count),
    },
    flipped: flipped.slice(0, count),
    classes,
    inputs: encoder.inputs,
  };
}

function corrupt(
  labels: Int32Array,
  names: readonly string[],
  { material, setting, seed }: { material: Material; setting: Setting; seed: number },
): { labels: Int32Array; flipped: boolean[] } {
  const common = { rate: setting.rate, classes: names.length, seed: derive(seed, 2) };
  if (setting.kind !== "class-dependent") return injectLabelNoise(labels, { ...common, kind: "uniform" });
  const pairs = material.pairs.map(
    (pair) => pair.map((name) => names.indexOf(name)) as unknown as [number, number],
  );
  return injectLabelNoise(labels, { ...common, kind: "pairs", pairs });
}
