import { type Dataset, folds as dealFolds } from "@minimand/compare";
import { derive } from "minimand/engine";
import { undersample } from "minimand/training";
import { shuffled } from "../../kit/rows.ts";
import { deviation, mean } from "../../kit/statistics.ts";
import { folds as foldCount, type Material } from "./settings.ts";

/** A two-class problem: standardised numeric features, row-major, and labels. */
export interface Problem {
  x: Float32Array;
  inputs: number;
  y: Int32Array;
}

/** One split of the rows. Index lists into the problem's rows. */
export interface Replica {
  seed: number;
  train: Int32Array;
  test: Int32Array;
  /** Five stratified parts of the training rows: the tuned rival is scored on each by models of the other four. */
  parts: Int32Array[];
  /** The training rows with as many negatives as positives. */
  undersampled: Int32Array;
}

/**
 * Returns one class against the rest, on the numeric columns, standardised over all rows with the sample deviation. The published
 * protocol does so, too; it uses no labels. Columns that don't vary become 0.
 */
export function problemOf(dataset: Dataset, { positive }: Material): Problem {
  const id = dataset.classes.indexOf(positive);
  if (id < 0)
    throw new RangeError(`positive: expected a class of ${dataset.name}, got ${JSON.stringify(positive)}`);
  const columns = dataset.features.flatMap((f) => (f.kind === "numeric" ? [f.values] : []));
  const x = new Float32Array(dataset.rows * columns.length);
  columns.forEach((values, f) => {
    const own = Array.from(values);
    const [centre, spread] = [mean(own), deviation(own)];
    const scale = spread > 0 ? 1 / spread : 0;
    values.forEach((v, row) => {
      x[row * columns.length + f] = (v - centre) * scale;
    });
  });
  return { x, inputs: columns.length, y: Int32Array.from(dataset.labels, (label) => Number(label === id)) };
}

/** Parts of the training rows on which thresholds and weights are chosen. */
export const innerParts = 5;

/** The first `count` of the five stratified folds that each seed deals. */
export function replicasOf(
  dataset: Dataset,
  y: Int32Array,
  { seeds, count }: { seeds: readonly number[]; count: number },
): Replica[] {
  const binary: Dataset = { ...dataset, task: "binary", classes: ["rest", "positive"], labels: y };
  const positiveFirst = (rows: Int32Array): Int32Array => rows.toSorted((a, b) => y[b] - y[a]);
  return seeds.flatMap((seed) =>
    dealFolds(binary, { folds: foldCount, seed })
      .slice(0, count)
      .map(({ train, test }, fold) => {
        // Dealt in turn, class by class, so that every part has its share of both.
        const dealt = positiveFirst(shuffled(train, derive(seed, fold, 1)));
        const parts = Array.from({ length: innerParts }, (_, part) =>
          dealt.filter((_, i) => i % innerParts === part).sort(),
        );
        const labels = Array.from(train, (row) => y[row]);
        const undersampled = undersample(labels, { seed: derive(seed, fold, 2) }).map((i) => train[i]);
        return { seed, train, test, parts, undersampled };
      }),
  );
}
