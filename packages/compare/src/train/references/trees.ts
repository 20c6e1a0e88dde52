import { BinaryReader } from "@bufbuild/protobuf/wire";
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
    else texts(featureName(i), levelsOf(column as readonly string[]));
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
      .map((name) => {
        const bytes = library.FS.readFile(`${folder}/${name}`);
        return [name, name === "header.pb" ? withoutField(bytes, metadata) : bytes];
      }),
  );
}

/** The field of a model's header that holds the time and a number drawn anew: without it the same rows give the same bytes. */
const metadata = 10;

/** A protobuf message without one of its fields. */
function withoutField(message: Uint8Array, field: number): Uint8Array {
  const reader = new BinaryReader(message);
  const kept: number[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    reader.skip(wire, number);
    if (number !== field) kept.push(...message.subarray(start, reader.pos));
  }
  return Uint8Array.from(kept);
}

/** A column of 299 texts takes the library 150 times as long as one of 298 (3,000 rows): from 300 on, its own name for all others among them, it draws splits at random. */
const mostLevels = 298;

/** A level of fewer rows is none for the library, and a missing one in what is predicted. */
const fewestRows = 5;

/** Names of the levels that the library tells apart: where there are more than it can sort, those of the fewest rows are as levels that it hasn't seen. */
function levelsOf(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  counts.delete("");
  const seen = [...counts].filter(([, count]) => count >= fewestRows);
  // The order of the rows decides nothing.
  const frequent = seen.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, mostLevels);
  const kept = new Set(frequent.map(([text]) => text));
  let others = 0;
  return texts.map((text) => {
    if (text === "") return "";
    if (kept.has(text) || seen.length <= mostLevels) return levelName(text);
    return `other ${Math.floor(others++ / (fewestRows - 1))}`;
  });
}

function filled<T>(vector: LibraryVector<T>, values: Iterable<T>): LibraryVector<T> {
  for (const value of values) vector.push_back(value);
  return vector;
}
