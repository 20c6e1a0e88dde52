import { dataError, quoted } from "../data-error.ts";
import type { Dataset, Fold } from "./dataset.ts";

type Timed = Dataset & { time: Float64Array };

export function hasTime(dataset: Dataset): dataset is Timed {
  return dataset.time !== undefined;
}

/**
 * Returns folds that go forward in time. The rows, in order of time, are cut into one block more than there are folds, of about equal size,
 * with rows of the same time in the same block. Fold i (from 1 on) trains on the first i blocks and tests on the next one. Rows of a group
 * that is in the test part don't train.
 *
 * @throws DataError for fewer different times than blocks, and where a part has no row of a class or no two groups to train on
 */
export function forwardFolds(dataset: Timed, count: number): Fold[] {
  const order = byTime(
    dataset,
    Int32Array.from({ length: dataset.rows }, (_, row) => row),
  );
  const starts = startsOf(dataset, order);
  if (starts.length < count + 1)
    throw dataError(
      { file: dataset.name },
      `time: expected at least ${count + 1} different times for ${count} folds`,
      `${starts.length}`,
    );
  const borders = bordersOf(starts, order.length, count + 1);
  return Array.from({ length: count }, (_, i) => {
    const test = order.slice(borders[i], borders[i + 1] ?? order.length).sort();
    const train = withoutGroupsOf(dataset, order.slice(0, borders[i]), test).sort();
    check(dataset, train, `the training part of fold ${i + 1} of ${count}`);
    check(dataset, test, `the test part of fold ${i + 1} of ${count}`);
    return { train, test };
  });
}

/** Returns the latest rows of some, about a fraction of them, and the rest without their groups. */
export function laterRows(
  dataset: Timed,
  rows: Int32Array,
  fraction: number,
): { fit: Int32Array; validation: Int32Array } | null {
  const order = byTime(dataset, rows);
  const starts = startsOf(dataset, order).slice(1);
  if (starts.length === 0) return null;
  const border = nearest(starts, (1 - fraction) * order.length);
  const validation = order.slice(border).sort();
  return { fit: withoutGroupsOf(dataset, order.slice(0, border), validation).sort(), validation };
}

/** Whether rows have every class that others have. */
export function haveClassesOf(dataset: Dataset, rows: Int32Array, others: Int32Array): boolean {
  if (dataset.task === "regression") return rows.length > 0;
  const own = new Set(rows.map((row) => dataset.labels[row]!));
  return others.every((row) => own.has(dataset.labels[row]!));
}

const byTime = ({ time }: Timed, rows: Int32Array): Int32Array =>
  rows.toSorted((a, b) => time[a]! - time[b]! || a - b);

/** Where each different time begins in rows that are in order. */
function startsOf({ time }: Timed, order: Int32Array): number[] {
  return [...order.keys()].filter((i) => i === 0 || time[order[i]!] !== time[order[i - 1]!]);
}

/** Where blocks after the first begin: near equal sizes, and with a time of its own for each. */
function bordersOf(starts: readonly number[], rows: number, blocks: number): number[] {
  const borders: number[] = [];
  let used = 0;
  for (let block = 1; block < blocks; block++) {
    const free = starts.slice(used + 1, starts.length - (blocks - 1 - block));
    const border = nearest(free, (block * rows) / blocks);
    borders.push(border);
    used = starts.indexOf(border);
  }
  return borders;
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}

function withoutGroupsOf({ groups }: Dataset, rows: Int32Array, others: Int32Array): Int32Array {
  if (groups === null) return rows;
  const taken = new Set(others.map((row) => groups[row]!));
  return rows.filter((row) => !taken.has(groups[row]!));
}

function check(dataset: Timed, rows: Int32Array, part: string): void {
  const { task, classes, labels, groups, name, target } = dataset;
  const hint = groups === null ? "use fewer folds" : "use fewer folds, or no --group";
  if (rows.length < 2)
    throw dataError({ file: name }, `time: expected rows in ${part}`, `${rows.length}: ${hint}`);
  if (task === "regression") return;
  const present = new Set(rows.map((row) => labels[row]!));
  const lacking = classes.find((_, k) => !present.has(k));
  if (lacking === undefined) return;
  const expected = `target ${quoted(target)}: expected every class in ${part} in order of time`;
  throw dataError({ file: name }, expected, `none of ${quoted(lacking)}: ${hint}`);
}
