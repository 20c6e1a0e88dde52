import { readOptions } from "minimand/engine";
import { DataError } from "../data-error.ts";
import type { Note, Task } from "../results.ts";
import type { Dataset } from "./dataset.ts";
import { checkRows } from "./encoder.ts";
import { random, shuffle } from "./random.ts";
import { byClass } from "./strata.ts";

/**
 * Whether the corruption that was asked for is defined for the task: label noise and imbalance are for classification.
 *
 * @param labelNoise 0: no noise. @param imbalance null: unchanged.
 * @throws RangeError for a rate outside of [0, 1) or a ratio below 1; DataError for a regression.
 */
export function checkCorruption(task: Task, labelNoise: number, imbalance: number | null): void {
  if (!(labelNoise >= 0 && labelNoise < 1)) {
    throw new RangeError(`label-noise: expected a number from 0 to less than 1, got ${labelNoise}`);
  }
  if (imbalance !== null && !(imbalance >= 1 && imbalance < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`imbalance: expected a finite number >= 1, got ${imbalance}`);
  }
  if (task === "binary" || task === "multiclass") return;
  if (labelNoise > 0) throw new DataError(`label-noise: expected a classification, got the task ${task}`);
  if (imbalance !== null) throw new DataError(`imbalance: expected a classification, got the task ${task}`);
}

export interface ImbalanceOptions {
  /** Rows of the largest class for one row of any other class, at least 1. */
  ratio: number;
  seed: number;
}

/**
 * Makes training rows more imbalanced: all rows of the largest class stay (at a tie, the class with the smaller id), of every other
 * class at most max(2, round(largest / ratio)), drawn at random.
 *
 * @returns the rows that stay, in rising order, and a note if no class had more rows than that.
 * @throws RangeError for a ratio below 1, a row out of range or a wrong seed; DataError for a regression.
 */
export function makeImbalanced(
  dataset: Dataset,
  rows: Int32Array,
  options: ImbalanceOptions,
): { rows: Int32Array; note: Note | null } {
  const { ratio, seed } = readOptions("makeImbalanced", options, { ratio: true, seed: true });
  checkCorruption(dataset.task, 0, ratio);
  checkRows(dataset, rows);
  const rng = random(seed, "imbalance");
  const lists = byClass(dataset, rows);
  const largest = Math.max(...lists.map((list) => list.length));
  const first = lists.findIndex((list) => list.length === largest);
  const most = Math.max(2, Math.round(largest / ratio));
  const kept = lists.flatMap((list, k) => (k === first ? list : shuffle(list, rng).slice(0, most)));
  const unchanged = kept.length === rows.length;
  return {
    rows: Int32Array.from(kept, (i) => rows[i]!).sort(),
    note: unchanged
      ? { level: "info", text: `the rows are as imbalanced as ${ratio} : 1 already, all were kept` }
      : null,
  };
}
