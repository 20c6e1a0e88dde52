import { didYouMean } from "minimand/engine";
import { dataError, listed, quoted } from "../data-error.ts";
import { isMissing, isMissingNumber, parseNumber } from "../read/cells.ts";
import { areMostlyNumbers } from "../read/mostly-numbers.ts";
import type { NumberFormat } from "../read/number-format.ts";
import { type Column, placeOf, type Table } from "../read/table.ts";
import type { Note, Task } from "../results.ts";
import { plainNumberAt, readNumbers, sortLevels } from "./column-type.ts";
import { mergedLabels, mergedNote, missingOption, plainLabel, type TargetReading } from "./target-reading.ts";

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
  /** What was merged, and what may have been meant otherwise. */
  notes: Note[];
}

/** Results hold a confusion matrix of each trial. */
export const mostClasses = 1000;

/** How a target is to be read. */
export interface TargetOptions extends Pick<TargetReading, "mergeLabels"> {
  /** Default: decided from the values. */
  task?: Task;
  /** The positive class of a binary target. Default: the rarer one, at a tie the later one. */
  positive?: string;
}

/**
 * Reads the target and decides the task, if it is not given.
 *
 * Text is a class. Numbers are classes if there are only two different ones; or if they are whole, at most 20 different ones
 * and few for the number of rows (their number squared is at most the number of rows); or if they are the codes 0..K-1 or 1..K
 * of at most 100 classes of similar size (the smallest at least a quarter of the average). Otherwise they are a quantity.
 *
 * Rows are never left out for a label that is no number: with more than 20 different values such a text is refused, with fewer it is a
 * class of its own, and a note says so.
 *
 * @throws DataError: all values missing; only one class, or one number; more than 1000 classes; `task` that does not fit; a number that is not
 *   finite in float32 (regression); `positive` that is no class or is given for another task; a text in a column of numbers.
 */
export function readTarget(
  table: Table,
  column: Column,
  { task, positive, mergeLabels }: TargetOptions = {},
): Target {
  const file = { file: table.name };
  const subject = `target ${quoted(column.name)}`;
  if (allMissing(column)) {
    throw dataError(file, `${subject}: expected values`, `none: all ${table.rows} cells are missing`);
  }
  if (task === "regression") {
    if (positive !== undefined) throw dataError(file, "positive: expected a binary target", "regression");
    return regression(table, column, "as asked for");
  }
  const written = classesOf(column);
  const { numeric, missing } = written;
  const { codes, levels, notes } =
    mergeLabels && !numeric ? merged(column.name, written) : { ...written, notes: [] as Note[] };
  const counts = countsOf(codes, levels.length);
  const rows = codes.length - missing;

  if (task === undefined) {
    if (!numeric && areMostlyNumbers(written.numbers, written.texts))
      notes.push(...textsAmongNumbers(table, column, subject, levels.length));
    if (numeric && levels.length > 1 && !areClasses(levels, counts, rows)) {
      if (positive !== undefined) throw dataError(file, "positive: expected a binary target", "regression");
      return regression(table, column, `${levels.length} different numbers in ${rows} rows`);
    }
  }
  if (levels.length > mostClasses) {
    const remedy = numeric ? ", or --task regression" : "";
    const got = `${levels.length} different ${numeric ? "numbers" : "texts"}`;
    throw dataError(file, `${subject}: expected at most ${mostClasses} classes${remedy}`, got);
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
    return { task: "multiclass", classes: levels, labels: codes, targets, missing, why, notes };
  }
  const positiveCode =
    positive === undefined
      ? counts[1]! <= counts[0]!
        ? 1
        : 0
      : classFinder(levels, { format: column.format, mergeLabels })(positive);
  if (positiveCode < 0) {
    const expected = `positive: expected one of the classes ${listed(levels)}`;
    throw dataError(file, expected, `${quoted(positive!)}${didYouMean(positive!, levels)}`);
  }
  const classes = positiveCode === 1 ? levels : [levels[1]!, levels[0]!];
  const labels = positiveCode === 1 ? codes : codes.map((code) => (code < 0 ? -1 : 1 - code));
  return { task: "binary", classes, labels, targets, missing, why, notes };
}

/**
 * Makes the function that finds the index of a class by its name: `1.0` finds `1` too, and where labels are merged `YES` finds `yes`; -1 for
 * an unknown name.
 */
export function classFinder(
  classes: readonly string[],
  { format = null, mergeLabels = false }: { format?: NumberFormat | null; mergeLabels?: boolean } = {},
): (name: string | number) => number {
  const byName = new Map(classes.map((name, i) => [name, i]));
  // Of classes that are merged, the first.
  const byPlain = mergeLabels
    ? new Map(classes.map((name, i) => [plainLabel(name), i] as const).reverse())
    : null;
  return (name) => {
    const exact = byName.get(String(name));
    if (exact !== undefined) return exact;
    const value = parseNumber(name, format);
    const same = typeof value === "number" ? byName.get(String(value)) : undefined;
    return same ?? byPlain?.get(plainLabel(String(name))) ?? -1;
  };
}

function countsOf(codes: Int32Array, levels: number): Int32Array {
  const counts = new Int32Array(levels);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return counts;
}

/** Codes and levels with those that differ in case or spaces only as one. */
function merged(column: string, { codes, levels }: { codes: Int32Array; levels: string[] }) {
  const classOf = mergedLabels(levels, countsOf(codes, levels.length));
  const left = sortLevels([...new Set(classOf.values())], false);
  const places = new Map(left.map((level, i) => [level, i]));
  const code = levels.map((level) => places.get(classOf.get(level)!)!);
  return {
    codes: codes.map((own) => (own < 0 ? -1 : code[own]!)),
    levels: left,
    notes: [mergedNote(column, levels)],
  };
}

function classesOf(column: Column): {
  codes: Int32Array;
  levels: string[];
  numeric: boolean;
  missing: number;
  /** Cells that are numbers, and those that are neither that nor missing among numbers. */
  numbers: number;
  texts: number;
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
  const texts = values.length - numbers - missingAmongNumbers;
  return { codes, levels, numeric, missing: numeric ? missingAmongNumbers : missing, numbers, texts };
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

/** With at most this many different values, texts among numbers may well be classes. */
const mostClassesWithTexts = 20;

/**
 * What is said of a target that holds numbers but for a few texts: a quantity with a stray text would become hundreds of classes, which is
 * refused.
 */
function textsAmongNumbers(table: Table, column: Column, subject: string, different: number): Note[] {
  const rows = Array.from({ length: column.length }, (_, row) => row);
  const present = rows.filter((row) => !isMissingNumber(column.at(row)));
  const others = present.filter((row) => typeof parseNumber(column.at(row), column.format) !== "number");
  const numbers = present.length - others.length;
  // Codes such as 007 are no numbers that were mistyped.
  if (!others.some((row) => parseNumber(column.at(row), column.format) === "text")) return [];
  const texts = [...new Set(others.map((row) => String(column.at(row))))];
  const option = missingOption(column.name, texts);
  if (different > mostClassesWithTexts)
    throw dataError(
      placeOf(table, others[0]!),
      `${subject}: expected a number, like ${numbers} of the ${present.length} values`,
      `${quoted(column.at(others[0]!))}; ${option} leaves out the rows with such labels`,
    );
  const are = others.length === 1 ? "label is no number" : "labels are no numbers";
  const text = `${others.length} of ${present.length} ${are} (${listed(texts)}) and ${texts.length === 1 ? "a class" : "classes"}; if ${texts.length === 1 ? "it means" : "they mean"} a missing label, ${option} leaves out such rows`;
  return [{ level: "warning", about: "task", column: column.name, text }];
}

function regression(table: Table, column: Column, why: string): Target {
  const subject = `target ${quoted(column.name)}`;
  const { values, missing } = readNumbers(table, column, subject, {
    expected: "expected a number for the task regression",
    remedy: (cell) => `; ${missingOption(column.name, [String(cell)])} leaves out such rows`,
  });
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.every((value) => value === present[0])) {
    const got = present.length === 0 ? "none" : `only ${present[0]}`;
    throw dataError({ file: table.name }, `${subject}: expected different numbers`, got);
  }
  return {
    task: "regression",
    classes: [],
    labels: new Int32Array(0),
    targets: values,
    missing,
    why,
    notes: [],
  };
}
