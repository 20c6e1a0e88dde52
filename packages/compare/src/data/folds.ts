import { readOptions } from "minimand/engine";
import { dataError } from "../data-error.ts";
import type { Dataset, Fold } from "./dataset.ts";
import { forwardFolds, hasTime } from "./forward.ts";
import { attemptsFor, dealGroups } from "./groups.ts";
import { withoutSides } from "./pairs/entries.ts";
import { random } from "./random.ts";
import { checkFolds, deal } from "./strata.ts";

export interface FoldsOptions {
  folds: number;
  /** Another seed, another partition; the same seed, the same. */
  seed: number;
}

/** How often another order of equal groups is tried before it is said that the groups can't be divided. */
const attempts = 50;

/**
 * Cuts a data set into folds for cross-validation. The test parts are a partition of the rows; they are stratified by class
 * (regression: by quantile of the target), within one row. With groups, a group is in one test part as a whole, and the
 * strata are balanced as well as the groups allow; every class is in every part. Where rows have a time, folds go forward in it, whatever
 * the seed (`forwardFolds`).
 *
 * @throws RangeError for a wrong number of folds or a wrong seed; DataError for a data set that can't be cut so (`checkFolds`).
 *
 * @example
 * for (const { train, test } of folds(dataset, { folds: 5, seed: 0 })) console.log(train.length, test.length);
 */
export function folds(given: Dataset, options: FoldsOptions): Fold[] {
  readOptions("folds", options, { folds: true, seed: true });
  const dataset = withoutSides(given);
  const { folds: count, seed } = options;
  checkFolds(dataset, count);
  if (hasTime(dataset)) return forwardFolds(dataset, count);
  const rng = random(seed, "folds");
  const rows = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  if (dataset.groups === null) return cut(rows, deal(dataset, rows, count, rng), count);
  const tries = attemptsFor(attempts, dataset.rows);
  for (let attempt = 0; attempt < tries; attempt++) {
    const result = cut(rows, dealGroups(dataset, dataset.groups, rows, count, rng), count);
    if (result.every(({ test }) => test.length > 0 && holdsAllClasses(dataset, test))) return result;
  }
  const expected = `expected groups that can be divided into ${count} folds with every class in each`;
  throw dataError({ file: dataset.name }, expected, "classes that are in too few groups: use fewer folds");
}

function cut(rows: Int32Array, part: Int32Array, count: number): Fold[] {
  return Array.from({ length: count }, (_, fold) => ({
    train: rows.filter((_, i) => part[i] !== fold),
    test: rows.filter((_, i) => part[i] === fold),
  }));
}

function holdsAllClasses(dataset: Dataset, rows: Int32Array): boolean {
  if (dataset.task === "regression") return true;
  return new Set(rows.map((row) => dataset.labels[row]!)).size === dataset.classes.length;
}
