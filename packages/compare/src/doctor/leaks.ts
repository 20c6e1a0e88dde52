import type { Dataset, Feature } from "../dataset/dataset.ts";
import { sampleOf } from "../dataset/sample-of.ts";
import type { Note } from "../results.ts";
import { columnsWord } from "../shell-words.ts";

/** With fewer rows one column may well tell the target by chance. */
const fewestRows = 40;

/** More rows tell no more; every so many of them are taken. */
const mostRows = 20_000;

/** From which balanced accuracy, or R2, of a single column on rows that it wasn't fitted on something is suspicious. */
const almostPerfect = 0.99;

/**
 * Columns that predict the target almost perfectly, each by itself: the class (or the mean of the target) of each level, or of the
 * nearest number, on half of the rows, tried on the other half. Such a column is often known only after the target is.
 */
export function leaks(dataset: Dataset): Note[] {
  if (dataset.rows < fewestRows) return [];
  const rows = sampleOf(dataset.rows, mostRows);
  const measure = dataset.task === "regression" ? "an R2" : "a balanced accuracy";
  return dataset.features.flatMap((feature): Note[] => {
    const score = scoreOf(dataset, rows, codesOf(feature, rows));
    if (!(score >= almostPerfect)) return [];
    const text = `predicts the target alone, with ${measure} of ${score.toFixed(3)}: is it known before the target is? If not, --ignore ${columnsWord([feature.name])} leaves it out`;
    return [{ level: "warning", column: feature.name, text }];
  });
}

/** The level of each of some rows, from 0 on; of a number the nearest one among fitted rows. Missing is one of its own. */
function codesOf(feature: Feature, rows: Int32Array): Coded {
  if (feature.kind === "categorical")
    return { codes: rows.map((row) => feature.codes[row]! + 1), count: feature.levels.length + 1 };
  if (feature.kind === "text")
    return { codes: rows.map((row) => feature.codes[row]! + 1), count: feature.grams.starts.length };
  const values = Float64Array.from(rows, (row) => feature.values[row]!);
  const fitted = [...new Set(values.filter((value, row) => isFitted(row) && !Number.isNaN(value)).sort())];
  const borders = fitted.slice(1).map((value, i) => fitted[i]! / 2 + value / 2);
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1 + countUpTo(borders, value)));
  return { codes, count: borders.length + 2 };
}

interface Coded {
  codes: Int32Array;
  count: number;
}

/** How many of sorted numbers are at most a value. */
function countUpTo(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function scoreOf(dataset: Dataset, rows: Int32Array, column: Coded): number {
  return dataset.task === "regression"
    ? explained(
        Float64Array.from(rows, (row) => dataset.targets[row]!),
        column,
      )
    : balancedAccuracy(
        rows.map((row) => dataset.labels[row]!),
        dataset.classes.length,
        column,
      );
}

const isFitted = (row: number): boolean => row % 2 === 0;

/** Balanced accuracy on odd rows of the class that is relatively most frequent, among even rows, at each code. */
function balancedAccuracy(labels: Int32Array, classes: number, { codes, count }: Coded): number {
  const counts = new Float64Array(count * classes);
  const fitted = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    if (!isFitted(row)) continue;
    counts[codes[row] * classes + label]++;
    fitted[label]++;
  }
  const best = Int32Array.from({ length: count }, (_, code) => {
    let most = 0;
    for (let k = 1; k < classes; k++)
      if (counts[code * classes + k] * fitted[most] > counts[code * classes + most] * fitted[k]) most = k;
    return most;
  });
  const right = new Float64Array(classes);
  const tried = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    if (isFitted(row)) continue;
    tried[label]++;
    if (best[codes[row]] === label) right[label]++;
  }
  const present = tried.filter((n) => n > 0).length;
  return right.reduce((sum, n, k) => sum + (tried[k] === 0 ? 0 : n / tried[k]), 0) / present;
}

/** R2 on odd rows of the mean of even rows at each code. */
function explained(targets: Float64Array, { codes, count }: Coded): number {
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  let [total, fitted] = [0, 0];
  for (const [row, target] of targets.entries()) {
    if (!isFitted(row)) continue;
    sums[codes[row]] += target;
    sizes[codes[row]]++;
    total += target;
    fitted++;
  }
  const mean = total / fitted;
  let [error, spread] = [0, 0];
  for (const [row, target] of targets.entries()) {
    if (isFitted(row)) continue;
    const code = codes[row];
    error += (target - (sizes[code] === 0 ? mean : sums[code] / sizes[code])) ** 2;
    spread += (target - mean) ** 2;
  }
  return spread === 0 ? 0 : 1 - error / spread;
}
