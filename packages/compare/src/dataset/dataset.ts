import type { Note, Task } from "../results.ts";
import type { NumberFormat } from "../table/number-format.ts";

/** A numeric input: one value a row, NaN where missing. */
export interface NumericFeature {
  kind: "numeric";
  name: string;
  values: Float64Array;
  why: string;
  /** Values of the file that stand for missing ones (`--missing`). */
  asMissing?: readonly string[];
  /** How the column writes its numbers, where that is not as in a program. */
  format?: NumberFormat;
}

/** A categorical input: one index into `levels` a row, -1 where missing. */
export interface CategoricalFeature {
  kind: "categorical";
  name: string;
  codes: Int32Array;
  levels: string[];
  why: string;
  asMissing?: readonly string[];
}

export type Feature = NumericFeature | CategoricalFeature;

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
  rows: number;
  /** Logits of a teacher, `[rows, classes]`, where there is one to distil from. */
  teacher?: Float32Array;
  /** Rows of another file with the same inputs, where there is one (`--unlabeled`). */
  unlabeled?: UnlabeledRows;
  notes: Note[];
}
