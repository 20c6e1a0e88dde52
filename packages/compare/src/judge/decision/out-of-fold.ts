/** Predictions of all rows, each by a model that wasn't trained on it. */
export type OutOfFold = (
  | { labels: ArrayLike<number>; predicted: ArrayLike<number>; probabilities: ArrayLike<number> }
  | { targets: ArrayLike<number>; predictions: ArrayLike<number> }
) & {
  /** The fold of each row, from 0 on. */
  fold: ArrayLike<number>;
  folds: number;
};

/** A metric of all rows, and how much each row moves it. */
export interface Influence {
  value: number;
  /** `[rows]`; their mean is 0: the metric on other rows of the same kind is about `value + mean influence`. */
  influence: Float64Array;
  /** The metric of each fold alone, where `value` is their mean. */
  folds?: Float64Array;
}
