import { rangeError } from "minimand/engine";
import type { Prediction } from "../outcome.ts";
import { type Library, type LibraryModel, type LibraryVector, withLibrary } from "./library.ts";
import { featureName, levelName, scaled, type TreeColumns } from "./tree-columns.ts";
import type { Trees } from "./trees.ts";

/** Rows that the library is given at once: its memory can't hold any number of them. */
const chunk = 1 << 16;

/**
 * Predicts by trees: the means of their models.
 *
 * @param rows how many rows the columns have
 * @returns probabilities of all classes, of which those that training didn't see have 0; or numbers in units of the target
 */
export function predictTrees(trees: Trees, columns: TreeColumns, rows: number): Promise<Prediction> {
  if (columns.length !== trees.scales.length)
    throw rangeError("columns", `the ${trees.scales.length} of training`, columns.length);
  const { classes, only, task, target, models } = trees;
  if (only !== null) {
    const probabilities = Float64Array.from({ length: rows * classes }, (_, i) =>
      i % classes === only ? 1 : 0,
    );
    return Promise.resolve(decided(probabilities, rows, classes));
  }
  if (columns.some((column, i) => column instanceof Float64Array === (trees.scales[i] === null)))
    throw new RangeError("columns: expected numbers and texts where training had them, got others");
  return withLibrary((library) => {
    const outputs = task === "regression" ? 1 : classes;
    const sums = new Float64Array(rows * outputs);
    models.forEach((files, i) => {
      const model = load(library, files, `/model${i}`);
      for (let start = 0; start < rows; start += chunk) {
        const end = Math.min(start + chunk, rows);
        const own = columns.map((column) => column.slice(start, end));
        addPrediction(model, trees, own, end - start, sums.subarray(start * outputs, end * outputs));
      }
      model.delete();
    });
    if (task !== "regression") return decided(sums, rows, classes);
    return {
      probabilities: new Float64Array(0),
      predicted: new Int32Array(0),
      predictions: sums.map((sum) => (sum / models.length) * target.sd + target.mean),
    };
  }).catch((error: Error) => {
    throw error.cause instanceof WebAssembly.RuntimeError ? unreadable(error.message) : error;
  });
}

/** @param why what the library said, if it said anything */
const unreadable = (why?: string): RangeError =>
  new RangeError(
    `trees: expected a model of the library, got one that it can't read${why === undefined ? "" : ` (${why})`}`,
  );

function load(
  { FS, InternalLoadModel }: Library,
  files: Map<string, Uint8Array>,
  folder: string,
): LibraryModel {
  FS.mkdir(folder);
  for (const [name, bytes] of files) FS.writeFile(`${folder}/${name}`, bytes);
  const model = InternalLoadModel(folder);
  if (model === null) throw unreadable();
  return model;
}

/** Adds what a model predicts to `sums`, `[rows, outputs]`. */
function addPrediction(
  model: LibraryModel,
  { scales, task, classes }: Trees,
  columns: TreeColumns,
  rows: number,
  sums: Float64Array,
): void {
  model.newBatchOfExamples(rows);
  const places = new Map(columns.map((_, feature) => [featureName(feature), feature]));
  for (const { name, internalIdx } of listOf(model.getInputFeatures())) {
    const feature = places.get(textOf(name));
    if (feature === undefined) throw unreadable();
    const column = columns[feature];
    const scale = scales[feature];
    for (let row = 0; row < rows; row++) {
      const value = column[row];
      if (typeof value === "string") {
        if (value !== "") model.setCategoricalString(row, internalIdx, levelName(value));
      } else if (!Number.isNaN(value)) model.setNumerical(row, internalIdx, scaled(value, scale!));
    }
  }
  const outputs = listOf(model.predict());
  if (task === "regression") {
    outputs.forEach((value, row) => {
      sums[row] += value;
    });
    return;
  }
  const ids = listOf(model.getLabelClasses()).map((name) => Number(textOf(name)));
  for (let row = 0; row < rows; row++) {
    ids.forEach((id, k) => {
      const second = ids.length === 2 ? outputs[row] : Number.NaN;
      sums[row * classes + id] +=
        ids.length > 2 ? outputs[row * ids.length + k] : k === 1 ? second : 1 - second;
    });
  }
}

/** The elements of a list, which is deleted. */
function listOf<T>(vector: LibraryVector<T>): T[] {
  const list = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return list;
}

const textOf = (text: string | Uint8Array): string =>
  typeof text === "string" ? text : new TextDecoder().decode(text);

/** Probabilities from what is proportional to them, and the most probable class (at a tie, the first). */
function decided(weights: Float64Array, rows: number, classes: number): Prediction {
  const predicted = new Int32Array(rows);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const own = weights.subarray(row * classes, (row + 1) * classes);
    const total = own.reduce((a, b) => a + b, 0);
    probabilities.set(
      own.map((weight) => weight / total),
      row * classes,
    );
    predicted[row] = own.indexOf(Math.max(...own));
  }
  return { probabilities, predicted, predictions: new Float64Array(0) };
}
