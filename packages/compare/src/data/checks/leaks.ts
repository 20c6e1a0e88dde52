import { mix } from "minimand/engine";
import { meanOf } from "../../averages.ts";
import type { Note } from "../../results.ts";
import { columnsWord } from "../../shell-words.ts";
import type { Dataset, Feature } from "../dataset.ts";
import { columnOf } from "../encode.ts";
import { sampleOf } from "../sample-of.ts";

/** With fewer rows a column may predict the target by chance. */
const fewestRows = 40;

/** More rows change little; this many of them are taken. */
const mostRows = 20_000;

/** A single column that reaches this balanced accuracy, or R2, on rows that it wasn't fitted on is suspicious. */
const almostPerfect = 0.99;

/**
 * Finds columns that predict the target almost perfectly, each by itself. The class (or the mean of the target) of each level, or of the
 * nearest number, is taken from half of the rows and tried on the other half. The same is done by whether the column has a value. Such a
 * column is often known only after the target is.
 *
 * @returns one note for each such column
 */
export function leaks(dataset: Dataset): Note[] {
  if (dataset.rows < fewestRows) return [];
  const rows = spreadRows(dataset.rows);
  const score = dataset.task === "regression" ? explained(dataset, rows) : balancedAccuracy(dataset, rows);
  const measure = dataset.task === "regression" ? "an R2" : "a balanced accuracy";
  const columns = Map.groupBy(dataset.features, columnOf);
  return [...columns].flatMap(([column, features]): Note[] => {
    const coded = features.map((feature) => codesOf(feature, rows));
    const byMissing = score(presence(coded[0]));
    const [what, found] =
      byMissing >= almostPerfect
        ? ["whether it has a value predicts the target alone", byMissing]
        : ["predicts the target alone", Math.max(...coded.map((codes) => score(withUnseen(codes))))];
    if (!(found >= almostPerfect)) return [];
    const text = `${what}, with ${measure} of ${found.toFixed(3)}: is it known before the target is? If not, --ignore ${columnsWord([column])} leaves it out`;
    return [{ level: "warning", about: "leak", column, text }];
  });
}

/** All rows, or some of them with no period that the rows of a file may have, too. */
function spreadRows(rows: number): Int32Array {
  const step = Math.ceil(rows / mostRows);
  return sampleOf(rows, mostRows).map((row) => Math.min(rows - 1, row + (mix(row) % step)));
}

/** Half of the rows, whatever order they are in. */
const isFitted = (row: number): boolean => mix(row) % 2 === 0;

/** The level of each of some rows: 0 where the value is missing, `count - 1` the last one. */
interface Coded {
  codes: Int32Array;
  count: number;
}

/** Levels, or the nearest number among the fitted rows. */
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

/** Levels as they are fitted and tried: fitted rows count for their level, and some of them for the levels that no fitted row has. */
interface Levels extends Coded {
  /** Whether a fitted row counts for the last level, too. */
  forUnseen(row: number): boolean;
}

const presence = ({ codes }: Coded): Levels => ({
  codes: codes.map((code) => Math.min(code, 1)),
  count: 2,
  forUnseen: () => false,
});

/**
 * Adds a last level for all that no fitted row has. What predicts there are the levels that a single fitted row has; without any, all rows
 * that have a value.
 */
function withUnseen({ codes, count }: Coded): Levels {
  const sizes = new Int32Array(count);
  for (const [row, code] of codes.entries()) if (isFitted(row)) sizes[code]++;
  const isSingle = (code: number): boolean => code > 0 && sizes[code] === 1;
  const some = codes.some((code, row) => isFitted(row) && isSingle(code));
  return {
    codes: codes.map((code) => (sizes[code] === 0 ? count : code)),
    count: count + 1,
    forUnseen: (row) => (some ? isSingle(codes[row]) : codes[row] > 0),
  };
}

/** Sums of rows by level. */
type Score = (levels: Levels) => number;

/** Balanced accuracy on the other rows of the class that is relatively most frequent, among fitted rows, at each level. */
function balancedAccuracy(dataset: Dataset, rows: Int32Array): Score {
  const labels = rows.map((row) => dataset.labels[row]!);
  const classes = dataset.classes.length;
  const [fitted, tried] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [row, label] of labels.entries()) (isFitted(row) ? fitted : tried)[label]++;
  const present = tried.filter((n) => n > 0).length;
  return ({ codes, count, forUnseen }) => {
    // With a single class there is nothing to separate.
    if (present < 2) return 0;
    const counts = new Float64Array(count * classes);
    for (const [row, label] of labels.entries()) {
      if (!isFitted(row)) continue;
      counts[codes[row] * classes + label]++;
      if (forUnseen(row)) counts[(count - 1) * classes + label]++;
    }
    const best = Int32Array.from({ length: count }, (_, code) => {
      let most = 0;
      for (let k = 1; k < classes; k++)
        if (counts[code * classes + k] * fitted[most] > counts[code * classes + most] * fitted[k]) most = k;
      return most;
    });
    const right = new Float64Array(classes);
    for (const [row, label] of labels.entries())
      if (!isFitted(row) && best[codes[row]] === label) right[label]++;
    return right.reduce((sum, n, k) => sum + (tried[k] === 0 ? 0 : n / tried[k]), 0) / present;
  };
}

/** R2 on the other rows of the mean of fitted rows at each level. */
function explained(dataset: Dataset, rows: Int32Array): Score {
  const targets = Float64Array.from(rows, (row) => dataset.targets[row]!);
  const of = targets.filter((_, row) => isFitted(row));
  const mean = meanOf(of);
  return ({ codes, count, forUnseen }) => {
    const [sums, sizes] = [new Float64Array(count), new Float64Array(count)];
    const add = (code: number, target: number): void => {
      sums[code] += target;
      sizes[code]++;
    };
    for (const [row, target] of targets.entries()) {
      if (!isFitted(row)) continue;
      add(codes[row], target);
      if (forUnseen(row)) add(count - 1, target);
    }
    let [error, spread] = [0, 0];
    for (const [row, target] of targets.entries()) {
      if (isFitted(row)) continue;
      const code = codes[row];
      error += (target - (sizes[code] === 0 ? mean : sums[code] / sizes[code])) ** 2;
      spread += (target - mean) ** 2;
    }
    return spread === 0 ? 0 : 1 - error / spread;
  };
}
