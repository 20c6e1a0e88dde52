import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { injectLabelNoise } from "minimand/training";
import { type Draw, heldOut, type Prepared, shuffled, standardised } from "../../kit/rows.ts";
import type { Material, Setting } from "./settings.ts";

/** What a trial is made of: standardised training rows with noisy labels, and the rows it is judged on. */
export interface NoisyRows extends Prepared {
  /** Which training labels were corrupted. */
  flipped: boolean[];
}

/** How rows are drawn and which of them judge. */
export interface PrepareOptions extends Draw {
  material: Material;
  setting: Setting;
  regime: "pilot" | "long";
}

/**
 * Draws training and test rows by the seed, corrupts the training labels and standardises by the training rows. For tuning the
 * last fifth of the training rows judges, with its noisy labels, as nothing else would be known in practice.
 */
export function prepare(
  dataset: Dataset,
  { material, setting, regime, seed, judge, fraction }: PrepareOptions,
): NoisyRows {
  const [all, test] = [material[regime].train, material.test].map((count) => Math.round(count * fraction));
  const order = shuffled(dataset.rows, derive(seed, 1));
  const rows = heldOut(order, all, judge);
  const clean = Int32Array.from(order.subarray(0, all), (row) => dataset.labels[row]);
  const { labels, flipped } = corrupt(clean, dataset.classes, { material, setting, seed });
  const count = rows.train.length;
  const part = standardised(dataset, rows.train);
  const judged = part(rows.judged.subarray(0, test));
  return {
    train: { ...part(rows.train), y: labels.slice(0, count) },
    judged: judge === "test" ? judged : { ...judged, y: labels.slice(count) },
    flipped: flipped.slice(0, count),
  };
}

function corrupt(
  labels: Int32Array,
  names: readonly string[],
  { material, setting, seed }: { material: Material; setting: Setting; seed: number },
): { labels: Int32Array<ArrayBuffer>; flipped: boolean[] } {
  const common = { rate: setting.rate, classes: names.length, seed: derive(seed, 2) };
  const pairs = material.pairs.map(
    (pair) => pair.map((name) => names.indexOf(name)) as unknown as [number, number],
  );
  const uniform = setting.kind !== "class-dependent";
  const noisy = injectLabelNoise(
    labels,
    uniform ? { ...common, kind: "uniform" } : { ...common, kind: "pairs", pairs },
  );
  return { ...noisy, labels: new Int32Array(noisy.labels) };
}
