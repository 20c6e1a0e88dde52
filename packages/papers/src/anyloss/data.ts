import { type Dataset, folds as dealFolds } from "@minimand/compare";
import { undersample } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import { deviation, mean } from "../kit/statistics.ts";
import { type Material, protocol } from "./settings.ts";

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
  /** The training rows without those of `validation`. */
  inner: Int32Array;
  /** A stratified fifth of the training rows, for choosing a threshold. */
  validation: Int32Array;
  /** The training rows with as many negatives as positives. */
  undersampled: Int32Array;
}

/**
 * One class against the rest, on the numeric columns, standardised over all rows with the sample deviation: the published
 * protocol, which uses no labels for it. Columns that don't vary become 0.
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

/** The first `count` of the five stratified folds that each seed deals. */
export function replicasOf(
  dataset: Dataset,
  y: Int32Array,
  { seeds, count }: { seeds: readonly number[]; count: number },
): Replica[] {
  const binary: Dataset = { ...dataset, task: "binary", classes: ["rest", "positive"], labels: y };
  return seeds.flatMap((seed) =>
    dealFolds(binary, { folds: protocol.folds, seed })
      .slice(0, count)
      .map(({ train, test }, fold) => {
        const validation = fifthOf(train, y, derive(seed, fold, 1));
        const held = new Set(validation);
        const labels = Array.from(train, (row) => y[row]);
        const undersampled = undersample(labels, { seed: derive(seed, fold, 2) }).map((i) => train[i]);
        const inner = train.filter((row) => !held.has(row));
        return { seed, train, test, validation, inner, undersampled };
      }),
  );
}

/** A random fifth of each class, at least one row. */
function fifthOf(rows: Int32Array, y: Int32Array, seed: number): Int32Array {
  const next = randomSource(seed);
  const parts = [0, 1].map((label) => {
    const all = rows.filter((row) => y[row] === label);
    const own = shuffle(all, next);
    return own.slice(0, Math.max(1, Math.round(own.length / 5)));
  });
  return Int32Array.from(parts.flatMap((part) => [...part])).sort();
}
