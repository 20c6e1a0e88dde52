import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import type { Examples } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import { network } from "./settings.ts";

/** Rows with their classes, standardised by the training rows. */
export type Labelled = Examples & { x: Float32Array; y: Int32Array };

/** The rows of a seed: trained on, and judged by. For tuning the judges are training rows held out, and no test row is seen. */
export function prepare(
  dataset: Dataset,
  { seed, judge }: { seed: number; judge: "test" | "tune" },
): { train: Labelled; judged: Labelled; inputs: number; classes: number } {
  const order = shuffle(
    Int32Array.from({ length: dataset.rows }, (_, i) => i),
    randomSource(derive(seed, 1)),
  );
  const all = order.slice(0, network.train);
  const split = judge === "tune" ? network.train - network.held : network.train;
  const encoder = fitEncoder(dataset, all.slice(0, split));
  const classes = dataset.classes.length;
  const labelled = (rows: Int32Array): Labelled => ({
    x: encode(encoder, dataset, rows).x,
    y: Int32Array.from(rows, (row) => dataset.labels[row]),
    shape: [encoder.inputs],
    classes,
  });
  return {
    train: labelled(all.slice(0, split)),
    judged: labelled(judge === "tune" ? all.slice(split) : order.slice(network.train)),
    inputs: encoder.inputs,
    classes,
  };
}
