/**
 * A column of numbers: `(value, or median where missing, - mean) / sd`, then 1 or 0 for missing if there is an indicator, then for each bin
 * `(value - lower edge) / width`, cut to [0, 1].
 */
export interface NumericColumn {
  kind: "numeric";
  name: string;
  median: number;
  mean: number;
  /** 0 for a column that never varies: its input is 0. */
  sd: number;
  missingIndicator: boolean;
  /** Edges of the bins, ascending, one more than there are bins; absent without bins, and where the column never varies. */
  edges?: readonly number[];
  /** Values that stand for missing ones, in addition to NaN; those that are no numbers don't occur. */
  asMissing?: readonly string[];
}

/** A column of texts, one-hot: the levels, then an input for other texts if any were pooled, then one for missing. */
export interface CategoricalColumn {
  kind: "categorical";
  name: string;
  levels: readonly string[];
  /** Rare levels of the training rows. Without any, a text that is no level has no input. */
  pooled: readonly string[];
  missing: boolean;
  /** Texts of this column that stand for missing values, in addition to those of all columns. */
  asMissing?: readonly string[];
}

/** What comes before and after a network that predicts from the columns of a table. */
export interface TabularModel {
  columns: readonly (NumericColumn | CategoricalColumn)[];
  /** Texts that stand for a missing value in a column of texts. */
  missingWords: readonly string[];
  /** Standardised values are cut here, so that float32 never overflows. */
  mostDeviations: number;
  /**
   * Names of the classes, or mean and standard deviation that turn the output into a number; with `log` into its logarithm, and `e` to the power of
   * that is predicted.
   */
  output: { classes: readonly string[] } | { mean: number; sd: number; log?: boolean };
}
