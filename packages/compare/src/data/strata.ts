import { dataError, quoted } from "../data-error.ts";
import type { Dataset } from "./dataset.ts";
import { parseDate } from "./dates/parse-date.ts";
import { withoutSides } from "./pairs/entries.ts";
import { type Random, shuffle } from "./random.ts";

/**
 * Deals rows to `parts` parts so that every class (regression: every quantile of the target) is spread evenly. The numbers of rows of a
 * class in two parts, and the sizes of two parts, differ by at most one.
 *
 * @returns the part of each of `rows`.
 */
export function deal(dataset: Dataset, rows: Int32Array, parts: number, rng: Random): Int32Array {
  const part = new Int32Array(rows.length);
  if (dataset.task === "regression") {
    // Neighbours in size, as many as there are parts, go to different parts.
    const order = byTarget(dataset, rows, rng);
    const turn = Int32Array.from({ length: parts }, (_, p) => p);
    for (let i = 0; i < order.length; i++) {
      if (i % parts === 0) shuffle(turn, rng);
      part[order[i]!] = turn[i % parts]!;
    }
    return part;
  }
  // One class after the other, each going on with the part at which the one before has stopped.
  const turn = shuffle(
    Int32Array.from({ length: parts }, (_, p) => p),
    rng,
  );
  let next = 0;
  for (const members of byClass(dataset, rows)) {
    for (const i of shuffle(members, rng)) part[i] = turn[next++ % parts]!;
  }
  return part;
}

/** Positions in `rows`, one list per class. */
export function byClass(dataset: Dataset, rows: Int32Array): number[][] {
  const lists: number[][] = dataset.classes.map(() => []);
  for (let i = 0; i < rows.length; i++) lists[dataset.labels[rows[i]!]!]!.push(i);
  return lists;
}

/** Positions in `rows` by size of the target, equal ones in random order. */
export function byTarget(dataset: Dataset, rows: Int32Array, rng: Random): Int32Array {
  const { targets } = dataset;
  const order = shuffle(
    Int32Array.from(rows, (_, i) => i),
    rng,
  );
  return order.sort((a, b) => targets[rows[a]!]! - targets[rows[b]!]!);
}

/** Returns the classes that rows belong to; for regression tenths of the target, so that groups can be balanced by them. */
export function strataOf(
  dataset: Dataset,
  rows: Int32Array,
  rng: Random,
): { ids: Int32Array; count: number } {
  if (dataset.task !== "regression") {
    return { ids: rows.map((row) => dataset.labels[row]!), count: dataset.classes.length };
  }
  const count = Math.min(10, rows.length);
  const ids = new Int32Array(rows.length);
  for (const [rank, i] of byTarget(dataset, rows, rng).entries())
    ids[i] = Math.floor((rank * count) / rows.length);
  return { ids, count };
}

/**
 * Checks that a data set can be cut into a given number of folds.
 *
 * Of one whose rows have a time only the number is checked here.
 *
 * @throws RangeError if `folds` is no integer of at least 2.
 * @throws DataError if a class has fewer rows than folds (names them), if a regression has fewer than two rows a fold, if there are
 *   fewer groups than folds or only two, or if a class is in fewer groups than folds.
 */
export function checkFolds(given: Dataset, folds: number): void {
  const dataset = withoutSides(given);
  if (!Number.isSafeInteger(folds) || folds < 2)
    throw new RangeError(`folds: expected an integer >= 2, got ${folds}`);
  // What folds forward in time need is seen when they are cut.
  if (dataset.time !== undefined) return;
  const file = { file: dataset.name };
  if (dataset.task === "regression") {
    if (dataset.rows < 2 * folds)
      throw dataError(file, `expected at least ${2 * folds} rows for ${folds} folds`, `${dataset.rows}`);
  } else {
    const rowsOf = new Int32Array(dataset.classes.length);
    for (const label of dataset.labels) rowsOf[label]!++;
    refuseFew(dataset, folds, rowsOf, "row");
  }
  if (dataset.groups === null) return;
  const groups = new Set(dataset.groups).size;
  const least = Math.max(3, folds);
  if (groups < least)
    throw dataError(file, `expected at least ${least} groups for ${folds} folds`, `${groups}`);
  if (dataset.task === "regression") return;
  const groupsOf = dataset.classes.map(() => new Set<number>());
  for (let row = 0; row < dataset.rows; row++) groupsOf[dataset.labels[row]!]!.add(dataset.groups[row]!);
  refuseFew(
    dataset,
    folds,
    Int32Array.from(groupsOf, (set) => set.size),
    "group",
  );
}

function refuseFew(dataset: Dataset, folds: number, counts: Int32Array, unit: "row" | "group"): void {
  const few = [...counts.keys()].filter((code) => counts[code]! < folds);
  if (few.length === 0) return;
  const got = few.map((code) => `${counts[code]} of ${quoted(dataset.classes[code]!)}`);
  const shown =
    got.length > 5 ? `${got.slice(0, 5).join(", ")} and ${got.length - 5} more classes` : got.join(", ");
  const least = counts.reduce((a, b) => Math.min(a, b));
  const file = { file: dataset.name };
  if (dataset.pairs !== undefined) {
    const units = unit === "row" ? "pairs" : "groups of pairs";
    throw dataError(
      file,
      `expected at least ${folds} ${units} for ${folds} folds`,
      `${least}${least >= 2 ? `: ${least} folds would do` : ""}`,
    );
  }
  const expected = `target ${quoted(dataset.target)}: expected at least ${folds} ${unit}s of every class for ${folds} folds`;
  const numbers = dataset.classes.length > 2 && dataset.classes.every(isNumber);
  const quantity = numbers ? "; if its numbers are a quantity: --task regression" : "";
  throw dataError(file, expected, `${shown}: ${remedyOf(dataset, few.length, least, unit)}${quantity}`);
}

const isNumber = (name: string): boolean => Number.isFinite(Number(name));

/** With more classes than this, most of them too small, a column holds names or codes. */
const mostSmall = 20;

/** What can be done about classes that are too small. Dates and names aren't meant as classes at all. */
function remedyOf({ classes, rows }: Dataset, few: number, least: number, unit: "row" | "group"): string {
  if (classes.every((name) => parseDate(name, null) !== null))
    return "dates are no classes; name another --target, or a column of numbers that is made of them, such as days until then";
  if (least >= 2) return `${least} folds would do`;
  if (classes.length > mostSmall && 2 * few > classes.length)
    return `${classes.length} of them in ${rows} rows are rather names or codes, which can't be predicted as classes; name another --target`;
  return `join such classes to others, or leave their ${unit}s out`;
}
