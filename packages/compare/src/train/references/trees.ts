import { derive, randomSource, rangeError, shuffle } from "minimand/engine";
import { moments } from "../../data/moments.ts";
import type { Task } from "../../results.ts";
import { type Library, type LibraryVector, withLibrary } from "./library.ts";
import {
  featureName,
  labelName,
  levelName,
  rowsOfColumns,
  scaled,
  type TreeColumns,
} from "./tree-columns.ts";

/** What trees learn from. */
export interface TreeExamples {
  columns: TreeColumns;
  task: Task;
  /** The number of classes; not all need to be among the labels. */
  classes: number;
  /** Class ids; empty for regression. */
  labels: Int32Array;
  /** Numbers; empty for classification. */
  targets: Float64Array;
}

/** Trained trees: plain data. */
export interface Trees {
  task: Task;
  classes: number;
  /** Numeric inputs are given as (value - mean) / sd, which keeps their digits in float32; null for texts. */
  scales: ({ mean: number; sd: number } | null)[];
  /** The same of a regression target; `{ mean: 0, sd: 1 }` for classification. */
  target: { mean: number; sd: number };
  /** Where training saw a single class there is nothing to learn, and that is the answer. */
  only: number | null;
  /** The files of each model. */
  models: Map<string, Uint8Array>[];
}

/**
 * Trains gradient-boosted trees on raw inputs, with the defaults of Yggdrasil Decision Forests (Guillame-Bert, Bruch, Stotz and Pfeifer,
 * 2023): up to 300 trees of depth 6 with a shrinkage of 0.1. Training ends when the loss on a tenth of the rows, which the library draws,
 * rises. Missing values and categories are treated by the library.
 *
 * @param options `models`: their number, on as many orders of the rows, each of which holds another tenth back; their mean predicts.
 *   `seed`: of the orders; the same seed gives the same trees
 * @param signal is asked between models
 * @throws Error of the library, which trains in one go
 */
export async function trainTrees(
  examples: TreeExamples,
  { models, seed }: { models: number; seed: number },
  signal?: AbortSignal,
): Promise<Trees> {
  const { task, classes, labels, targets, columns } = examples;
  const regression = task === "regression";
  const rows = regression ? targets.length : labels.length;
  if (rows === 0) throw rangeError("examples", "at least one row", rows);
  const target = regression ? scaleOf(targets) : { mean: 0, sd: 1 };
  const scales = columns.map((column) => (column instanceof Float64Array ? scaleOf(column) : null));
  const trees: Trees = { task, classes, scales, target, only: null, models: [] };
  if (!regression && labels.every((label) => label === labels[0])) return { ...trees, only: labels[0] };
  return withLibrary((library) => {
    for (let member = 0; member < models; member++) {
      signal?.throwIfAborted();
      const order = Int32Array.from({ length: rows }, (_, row) => row);
      shuffle(order, randomSource(derive(seed, member)));
      trees.models.push(trainOne(library, examples, trees, order, member));
    }
    return trees;
  });
}

/** Mean and standard deviation of what isn't missing; a standard deviation of zero is 1. */
function scaleOf(values: Float64Array): { mean: number; sd: number } {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return { mean: 0, sd: 1 };
  const { mean, sd } = moments(present);
  return { mean, sd: sd === 0 ? 1 : sd };
}

function trainOne(
  library: Library,
  { columns, task, labels, targets }: TreeExamples,
  { scales, target }: Trees,
  order: Int32Array,
  trained: number,
): Map<string, Uint8Array> {
  const dataset = new library.Dataset();
  const numbers = (name: string, values: Iterable<number>): void => {
    const vector = filled(library.CreateVectorFloat(order.length), values);
    dataset.addNumericalColumn(name, vector);
    vector.delete();
  };
  const texts = (name: string, values: Iterable<string>): void => {
    const vector = filled(library.CreateVectorString(order.length), values);
    dataset.addCategoricalColumn(name, vector, name === labelName);
    vector.delete();
  };
  rowsOfColumns(columns, order).forEach((column, i) => {
    const scale = scales[i];
    if (column instanceof Float64Array && scale !== null)
      numbers(
        featureName(i),
        column.map((value) => scaled(value, scale)),
      );
    else
      texts(
        featureName(i),
        (column as readonly string[]).map((text) => (text === "" ? "" : levelName(text))),
      );
  });
  const regression = task === "regression";
  if (regression)
    numbers(
      labelName,
      Float64Array.from(order, (row) => scaled(targets[row], target)),
    );
  else
    texts(
      labelName,
      Array.from(order, (row) => String(labels[row])),
    );
  const learner = new library.InternalLearner();
  learner.init("GRADIENT_BOOSTED_TREES", labelName, regression ? "REGRESSION" : "CLASSIFICATION");
  const model = learner.trainFromDataset(dataset);
  const folder = `/trained${trained}`;
  model.save(folder);
  for (const owned of [model, learner, dataset]) owned.delete();
  return new Map(
    library.FS.readdir(folder)
      .filter((name) => name !== "." && name !== "..")
      .map((name) => [name, library.FS.readFile(`${folder}/${name}`)]),
  );
}

function filled<T>(vector: LibraryVector<T>, values: Iterable<T>): LibraryVector<T> {
  for (const value of values) vector.push_back(value);
  return vector;
}
