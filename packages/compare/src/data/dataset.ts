import type { NumberFormat } from "../read/number-format.ts";
import type { Note, Task } from "../results.ts";
import type { DayOrder } from "./dates/parse-date.ts";
import type { TargetReading } from "./target-reading.ts";
import type { Grams } from "./text/n-grams.ts";

/** What of the dates of a column an input is. */
export interface DatePart {
  /** The name of the column. */
  column: string;
  part: "days" | "year" | "month" | "weekday" | "hour";
  /** Which of day and month comes first where they are numbers before the year; null where the column has no such dates. */
  order: DayOrder | null;
}

/** A numeric input: one value per row, NaN where missing. */
export interface NumericFeature {
  kind: "numeric";
  name: string;
  values: Float64Array;
  why: string;
  /** Values of the file that stand for missing ones (`--missing`). */
  asMissing?: readonly string[];
  /** How the column writes its numbers, where that is not as in a program. */
  format?: NumberFormat;
  /** Some of its cells are no numbers, and read as missing. */
  textsAsMissing?: true;
  /** Where it is a part of dates, whose column has another name. */
  date?: DatePart;
}

/** A categorical input: one index into `levels` a row, -1 where missing. */
export interface CategoricalFeature {
  kind: "categorical";
  name: string;
  codes: Int32Array;
  levels: string[];
  why: string;
  asMissing?: readonly string[];
  date?: DatePart;
}

/** Free text: which of the different texts each row has, -1 where missing, and the hashed n-grams of each of them. */
export interface TextFeature {
  kind: "text";
  name: string;
  codes: Int32Array;
  grams: Grams;
  why: string;
  asMissing?: readonly string[];
}

export type Feature = NumericFeature | CategoricalFeature | TextFeature;

/** Rows without labels that have the inputs of a data set, in its order. */
export interface UnlabeledRows {
  features: Feature[];
  rows: number;
}

/** Typed columns and labels of one file, before anything is fitted. */
export interface Dataset {
  name: string;
  task: Task;
  target: string;
  /** How labels of another file are read, where not as they are. */
  targetReading?: TargetReading;
  /** Binary: `[negative, positive]`; empty for regression. */
  classes: string[];
  features: Feature[];
  /** Class ids (indices into `classes`); for regression an empty array. */
  labels: Int32Array;
  /** Regression targets; for classification an empty array. */
  targets: Float64Array;
  /** Group id a row (`--group`), or null. */
  groups: Int32Array | null;
  /** True where the groups are bags (`--bag-column`), of which training sees the target's mean only. */
  bags?: true;
  /** When each row was (`--time`), as numbers that rise: folds train on earlier rows and test on later ones. */
  time?: Float64Array;
  rows: number;
  /**
   * Where rows are pairs of responses: columns then have two entries a row, of the first and of the second response, and the classes
   * say which of them was chosen.
   */
  pairs?: true;
  /** Where these are some rows of a larger data set: how many that has. */
  drawnFrom?: number;
  /** Logits of a teacher, `[rows, classes]`, where there is one to distil from. */
  teacher?: Float32Array;
  /** Rows of another file with the same inputs, where there is one (`--unlabeled`). */
  unlabeled?: UnlabeledRows;
  notes: Note[];
}

/** Rows to train on and rows to test on: indices in rising order. */
export interface Fold {
  train: Int32Array;
  test: Int32Array;
}
