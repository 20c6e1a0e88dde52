import { readOptions } from "minimand/engine";
import { dataError, listed, quoted } from "../data-error.ts";
import { isMissing } from "../read/cells.ts";
import { columnFinder } from "../read/find-column.ts";
import { type Column, placeOf, type Table } from "../read/table.ts";
import type { ColumnKind, FeatureSummary, Note, Task } from "../results.ts";
import { columnKinds } from "./column-kinds.ts";
import type { Dataset } from "./dataset.ts";
import { dropNotes } from "./drop-notes.ts";
import { missingNote, readFeatures } from "./read-features.ts";
import { readTarget, type Target } from "./target.ts";
import type { TargetReading } from "./target-reading.ts";
import { readTime } from "./time.ts";

export interface MakeDatasetOptions {
  /** The column to predict. */
  target: string;
  /** Default: inferred, see `readTarget`. */
  task?: Task;
  /** Kinds of columns, where the inferred one is not wanted. */
  types?: Readonly<Record<string, ColumnKind>>;
  /** Columns that are no inputs. */
  ignore?: readonly string[];
  /** The column whose equal values keep rows together in every split; it is no input. */
  group?: string;
  /** Instead of `group`: its rows are bags of which training sees the target's mean only. */
  bagColumn?: string;
  /** The column of dates or numbers that says when each row was: `folds` then train on earlier rows and test on later ones. */
  time?: string;
  /** Values that stand for missing ones, by column: `{ insulin: ["0"] }`. */
  missing?: Readonly<Record<string, readonly string[]>>;
  /** The positive class of a binary target. Default: the rarer class, at a tie the later one. */
  positive?: string;
  /** Whether labels that differ in case or spaces only are one class. Default: no. */
  mergeLabels?: boolean;
}

const tasks: readonly Task[] = ["binary", "multiclass", "regression"];

/**
 * Returns a data set from a table: the target read, the task and the type of every column decided from all of its cells, rows without a
 * target and columns that can't help left out. Nothing is fitted here; see `fitEncoder`.
 *
 * @returns features, labels or targets of the rows that have a target; `notes` say everything that was inferred or left out.
 * @throws DataError: a name that is no column; a target that can't be used (`readTarget`); numbers beyond float32; a text in
 *   a column set to numeric; no column left.
 * @throws TypeError for an unknown task, kind or option.
 *
 * @example
 * const dataset = makeDataset(await readTable(bytes, { name: "pima.csv" }), { target: "outcome" });
 * dataset.task; // "binary"
 */
export function makeDataset(table: Table, options: MakeDatasetOptions): Dataset {
  const { task, types, ignore, missing, bagColumn, positive, mergeLabels } = readOptions(
    "makeDataset",
    options,
    {
      target: true,
      task: true,
      types: [{}],
      ignore: [[]],
      group: true,
      bagColumn: true,
      positive: true,
      missing: [{}],
      time: true,
      mergeLabels: [false],
    },
  );
  const group = bagColumn ?? options.group;
  const groupArgument = bagColumn === undefined ? "group" : "bag-column";
  if (task !== undefined && !tasks.includes(task)) {
    throw new TypeError(`task: expected one of ${tasks.join(", ")}, got ${task}`);
  }
  const find = columnFinder(table);
  const notInput = (argument: string, name: string) => {
    if (find(argument, name).name !== options.target) return;
    throw dataError(
      { file: table.name },
      `${argument}: expected a column other than the target`,
      quoted(name),
    );
  };
  const targetColumn = find("target", options.target);
  for (const name of ignore) notInput("ignore", name);
  if (group !== undefined) notInput(groupArgument, group);
  if (options.time !== undefined) notInput("time", options.time);
  for (const [name, kind] of Object.entries(types)) {
    notInput("types", name);
    if (!columnKinds.includes(kind)) {
      throw new TypeError(
        `types: expected one of ${columnKinds.join(", ")} for ${quoted(name)}, got ${kind}`,
      );
    }
  }

  for (const [name, values] of Object.entries(missing)) {
    find("missing", name);
    // An empty cell is missing anyway, and as a number an empty text would be 0.
    if (values.some((value) => value.trim() === ""))
      throw new RangeError(`missing: expected values of ${quoted(name)}, got an empty text`);
  }

  const targetReading: TargetReading = {
    ...(Object.hasOwn(missing, options.target) && { asMissing: missing[options.target] }),
    ...(mergeLabels && { mergeLabels: true as const }),
  };
  const { asMissing } = targetReading;
  const labelled = asMissing === undefined ? targetColumn : targetColumn.without(asMissing);
  const target = readTarget(table, labelled, {
    ...(task !== undefined && { task }),
    ...(positive !== undefined && { positive }),
    ...(mergeLabels && { mergeLabels: true as const }),
  });
  const rows = rowsWithTarget(target);
  const notes: Note[] = [
    ...table.notes,
    ...(asMissing === undefined ? [] : [missingNote(targetColumn, labelled, asMissing)]),
    ...targetNotes(options.target, target, rows.length),
  ];
  const outside = new Set([options.target, ...ignore, ...(group === undefined ? [] : [group])]);
  // Rows without a target decide nothing about the inputs.
  const all = rows.length === table.rows;
  const used = all ? table : { ...table, lines: rows.map((row) => table.lines[row]!) };
  const columns = table.columns.filter(({ name }) => !outside.has(name));
  const read = readFeatures(used, all ? columns : columns.map((column) => column.pick(rows)), {
    types,
    missing,
    names: new Set(table.columns.map(({ name }) => name)),
    leftOut: table.rows - rows.length,
    target: all ? labelled : labelled.pick(rows),
    ...(options.time !== undefined && { time: options.time }),
  });
  const { features, dropped } = read;
  notes.push(...read.notes);
  notes.push(...dropNotes(dropped));
  if (features.length === 0) {
    const got =
      dropped.length === 0
        ? "none"
        : `none: all were left out (${quoted(dropped[0]!.name)}: ${dropped[0]!.reason})`;
    throw dataError(
      { file: table.name },
      "expected at least one input column in addition to the target",
      got,
    );
  }
  const time =
    options.time === undefined
      ? null
      : readTime(used, all ? find("time", options.time) : find("time", options.time).pick(rows), {
          kind: Object.hasOwn(types, options.time) ? types[options.time] : undefined,
          missing: Object.hasOwn(missing, options.time) ? missing[options.time] : undefined,
        });
  const groups =
    group === undefined ? null : groupIds(table, find(groupArgument, group), rows, groupArgument);
  return {
    name: table.name,
    task: target.task,
    target: options.target,
    ...(Object.keys(targetReading).length > 0 && { targetReading }),
    classes: target.classes,
    features,
    labels: target.task === "regression" ? target.labels : pick(target.labels, rows),
    targets: target.task === "regression" ? pick(target.targets, rows) : target.targets,
    groups,
    ...(bagColumn !== undefined && { bags: true as const }),
    ...(time !== null && { time: time.values }),
    rows: rows.length,
    notes: [
      ...notes,
      ...(time === null ? [] : [time.note]),
      ...(bagColumn === undefined || groups === null ? [] : [bagNote(bagColumn, groups)]),
    ],
  };
}

/** Returns the inputs of a data set as results and reports list them. */
export function describeFeatures(dataset: Dataset): FeatureSummary[] {
  return dataset.features.map((feature) => {
    const { name, why } = feature;
    if (feature.kind === "numeric")
      return { name, kind: feature.kind, why, missing: count(feature.values, Number.isNaN) };
    const missing = count(feature.codes, (code) => code < 0);
    return feature.kind === "text"
      ? { name, kind: feature.kind, why, missing }
      : { name, kind: feature.kind, why, missing, levels: feature.levels.length };
  });
}

function count(values: Iterable<number>, is: (value: number) => boolean): number {
  let sum = 0;
  for (const value of values) if (is(value)) sum++;
  return sum;
}

function rowsWithTarget(target: Target): Int32Array {
  const all = target.task === "regression" ? target.targets : target.labels;
  const rows: number[] = [];
  for (let row = 0; row < all.length; row++) {
    if (target.task === "regression" ? !Number.isNaN(all[row]) : all[row]! >= 0) rows.push(row);
  }
  return Int32Array.from(rows);
}

function pick<T extends Float64Array | Int32Array>(values: T, rows: Int32Array): T;
function pick(values: Float64Array | Int32Array, rows: Int32Array): Float64Array | Int32Array {
  // All rows, in most cases.
  if (rows.length === values.length) return values;
  const taken = values instanceof Float64Array ? new Float64Array(rows.length) : new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}

function targetNotes(column: string, target: Target, rows: number): Note[] {
  const notes: Note[] = [];
  const classes = target.task === "multiclass" ? ` (${listed(target.classes)})` : "";
  const positive =
    target.task === "binary"
      ? `, positive is ${quoted(target.classes[1]!)}, negative ${quoted(target.classes[0]!)}`
      : "";
  notes.push(...target.notes);
  const text = `task ${target.task}: ${target.why}${classes}${positive}`;
  notes.push({ level: "info", about: "task", column, text });
  if (target.missing > 0) {
    const which = target.missing === 1 ? "1 row" : `${target.missing} rows`;
    const left = `left out ${which} without a target, ${rows} remain`;
    notes.push({ level: "warning", about: "task", column, text: left });
  }
  return notes;
}

/** What is said of the bags; bags of one row hide nothing. */
function bagNote(column: string, groups: Int32Array): Note {
  const sizes = new Map<number, number>();
  for (const bag of groups) sizes.set(bag, (sizes.get(bag) ?? 0) + 1);
  let [least, most] = [Infinity, 0];
  for (const size of sizes.values()) [least, most] = [Math.min(least, size), Math.max(most, size)];
  if (most === 1)
    return { level: "warning", column, text: "every bag has a single row: its mean is that row's target" };
  const rows = least === most ? `${least}` : `${least} to ${most}`;
  const text = `${sizes.size} bags of ${rows} rows; training and tuning see the target's means of bags alone`;
  return { level: "info", column, text };
}

function groupIds(table: Table, column: Column, rows: Int32Array, argument: string): Int32Array {
  const index = new Map<string, number>();
  return rows.map((row) => {
    const cell = column.at(row);
    if (isMissing(cell)) {
      throw dataError(
        placeOf(table, row),
        `${argument} ${quoted(column.name)}: expected a value in every row`,
        "none",
      );
    }
    const key = String(cell);
    const known = index.get(key) ?? index.size;
    index.set(key, known);
    return known;
  });
}
