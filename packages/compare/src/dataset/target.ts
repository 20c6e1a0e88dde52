import { didYouMean } from "minimand/engine";
import type { Task } from "../results.ts";
import { isMissing, isMissingNumber, parseNumber } from "../table/cells.ts";
import { dataError, listed, quoted } from "../table/data-error.ts";
import type { NumberFormat } from "../table/number-format.ts";
import { type Column, placeOf, type Table } from "../table/table.ts";
import { plainNumberAt, readNumbers, sortLevels } from "./column-type.ts";

/** A target column: labels (-1 where missing) of named classes, or numbers (NaN where missing). */
export interface Target {
  task: Task;
  /** Binary: `[negative, positive]`; empty for regression. */
  classes: string[];
  labels: Int32Array;
  targets: Float64Array;
  missing: number;
  /** Why this task, for people. */
  why: string;
}

/**
 * Reads the target and decides the task, if it is not given.
 *
 * Text is a class. Numbers are classes if there are only two different ones; or if they are whole, at most 20 different ones
 * and few for the number of rows (their number squared is at most the number of rows); or if they are the codes 0..K-1 or 1..K
 * of at most 100 classes of similar size (the smallest at least a quarter of the average). Otherwise they are a quantity.
 *
 * Binary: the positive class is `positive`, else the rarer one, at a tie the later one.
 *
 * @throws DataError: all values missing; only one class, or one number; `task` that does not fit; a number that is not
 *   finite in float32 (regression); `positive` that is no class or is given for another task; a text in a column of numbers.
 */
export function readTarget(table: Table, column: Column, task?: Task, positive?: string): Target {
  const file = { file: table.name };
  const subject = `target ${quoted(column.name)}`;
  if (allMissing(column)) {
    throw dataError(file, `${subject}: expected values`, `none: all ${table.rows} cells are missing`);
  }
  if (task === "regression") {
    if (positive !== undefined) throw dataError(file, "positive: expected a binary target", "regression");
    return regression(table, column, "as asked for");
  }
  const { codes, levels, numeric, missing } = classesOf(column);
  const counts = new Int32Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const rows = codes.length - missing;

  if (task === undefined) {
    if (!numeric) refuseMostlyNumbers(table, column, subject, levels.length);
    if (numeric && levels.length > 1 && !areClasses(levels, counts, rows)) {
      if (positive !== undefined) throw dataError(file, "positive: expected a binary target", "regression");
      return regression(table, column, `${levels.length} different numbers in ${rows} rows`);
    }
  }
  if (levels.length < 2)
    throw dataError(file, `${subject}: expected at least two classes`, `only ${quoted(levels[0]!)}`);
  if (task === "binary" && levels.length > 2) {
    throw dataError(
      file,
      `${subject}: expected two classes for the task binary`,
      `${levels.length}: ${listed(levels)}`,
    );
  }
  const why = task === undefined ? `${levels.length} classes in ${rows} rows` : "as asked for";
  const targets = new Float64Array(0);
  if ((task ?? (levels.length === 2 ? "binary" : "multiclass")) === "multiclass") {
    if (positive !== undefined)
      throw dataError(file, "positive: expected a binary target", `${levels.length} classes`);
    return { task: "multiclass", classes: levels, labels: codes, targets, missing, why };
  }
  const positiveCode =
    positive === undefined ? (counts[1]! <= counts[0]! ? 1 : 0) : classIndex(levels, positive);
  if (positiveCode < 0) {
    const expected = `positive: expected one of the classes ${listed(levels)}`;
    throw dataError(file, expected, `${quoted(positive!)}${didYouMean(positive!, levels)}`);
  }
  const classes = positiveCode === 1 ? levels : [levels[1]!, levels[0]!];
  const labels = positiveCode === 1 ? codes : codes.map((code) => (code < 0 ? -1 : 1 - code));
  return { task: "binary", classes, labels, targets, missing, why };
}

/** The index of a class by its name; `1.0` finds `1` too. -1 if there is none. */
export function classIndex(
  classes: readonly string[],
  name: string | number,
  format: NumberFormat | null = null,
): number {
  const exact = classes.indexOf(String(name));
  if (exact >= 0) return exact;
  const value = parseNumber(name, format);
  return typeof value === "number" ? classes.indexOf(String(value)) : -1;
}

function classesOf(column: Column): {
  codes: Int32Array;
  levels: string[];
  numeric: boolean;
  missing: number;
} {
  const values = new Float64Array(column.length).fill(Number.NaN);
  let [numbers, missing, missingAmongNumbers] = [0, 0, 0];
  for (let row = 0; row < values.length; row++) {
    const plain = plainNumberAt(column, row);
    const cell = Number.isNaN(plain) ? column.at(row) : plain;
    if (isMissingNumber(cell)) missingAmongNumbers++;
    if (isMissing(cell)) missing++;
    else {
      const value = parseNumber(cell, column.format);
      if (typeof value !== "number") continue;
      values[row] = value;
      numbers++;
    }
  }
  const numeric = numbers > 0 && numbers + missingAmongNumbers === values.length;
  const index = new Map<string | number, number>();
  const codes = new Int32Array(values.length).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const value = values[row]!;
    if (numeric && Number.isNaN(value)) continue;
    const cell = numeric ? value : column.at(row);
    if (!numeric && isMissing(cell)) continue;
    const key = numeric ? value : String(cell);
    const known = index.get(key);
    codes[row] = known ?? index.size;
    if (known === undefined) index.set(key, index.size);
  }
  const keys = [...index.keys()].map(String);
  const levels = sortLevels([...keys], numeric);
  const place = new Map(levels.map((level, code) => [level, code]));
  const rank = keys.map((key) => place.get(key)!);
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) codes[row] = rank[codes[row]!]!;
  return { codes, levels, numeric, missing: numeric ? missingAmongNumbers : missing };
}

function allMissing(column: Column): boolean {
  for (let row = 0; row < column.length; row++) if (!isMissing(column.at(row))) return false;
  return true;
}

function areClasses(levels: readonly string[], counts: Int32Array, rows: number): boolean {
  const different = levels.length;
  if (different === 2) return true;
  const numbers = levels.map(Number);
  if (!numbers.every(Number.isInteger)) return false;
  if (different <= 20 && different ** 2 <= rows) return true;
  const start = numbers[0]!;
  const codes = (start === 0 || start === 1) && numbers[different - 1] === start + different - 1;
  return codes && different <= 100 && Math.min(...counts) >= rows / different / 4 && different * 4 <= rows;
}

/** A quantity with a stray text would become hundreds of classes; say so instead. */
function refuseMostlyNumbers(table: Table, column: Column, subject: string, different: number): void {
  if (different <= 20) return;
  let [present, texts, first] = [0, 0, -1];
  for (let row = 0; row < column.length; row++) {
    const cell = column.at(row);
    if (isMissingNumber(cell)) continue;
    present++;
    if (parseNumber(cell, column.format) !== "text") continue;
    texts++;
    if (first < 0) first = row;
  }
  if (texts === 0 || texts > present / 10) return;
  throw dataError(
    placeOf(table, first),
    `${subject}: expected a number, like ${present - texts} of the ${present} values`,
    quoted(column.at(first)),
  );
}

function regression(table: Table, column: Column, why: string): Target {
  const subject = `target ${quoted(column.name)}`;
  const { values, missing } = readNumbers(
    table,
    column,
    subject,
    "expected a number for the task regression",
  );
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.every((value) => value === present[0])) {
    const got = present.length === 0 ? "none" : `only ${present[0]}`;
    throw dataError({ file: table.name }, `${subject}: expected different numbers`, got);
  }
  return { task: "regression", classes: [], labels: new Int32Array(0), targets: values, missing, why };
}
