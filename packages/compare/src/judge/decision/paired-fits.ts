/** Differences of a candidate to the baseline, larger is better: of each seed the value, and its influence at each row. */
export interface PairedFits {
  /** `[seeds]`: the metric of all rows of a seed, candidate minus baseline. */
  theta: readonly number[];
  /** `[seeds][rows]`: the influence of each row on it. */
  psi: readonly ArrayLike<number>[];
  /** `[seeds][rows]`: the fold of each row, from 0 on. */
  fold: readonly ArrayLike<number>[];
  /** Folds of each seed. */
  folds: number;
  /** `[rows]`: groups of rows that stay together, by numbers from 0 on; null where each row stands for itself. */
  groups: ArrayLike<number> | null;
  /** `[seeds][folds]`: the difference of each fold alone, where the metric is a mean over folds. */
  ofFolds?: readonly ArrayLike<number>[];
}

/** The mean difference, and what its variance consists of. */
export interface Components {
  mean: number;
  /** Variance by the rows that happened to be there, and its degrees of freedom. */
  A: number;
  nuA: number;
  /** Variance by the fits, `c max(0, sigma^2)`. */
  B: number;
  c: number;
  /** Variance of one fit beyond that of its rows, and with it. */
  sigmaFit2: number;
  V: number;
  /** Fits fail visibly more often than their rows explain. */
  unstable: boolean;
  /** Number of fits. */
  n: number;
  W: number;
  E: number;
  msw: number;
  msb: number;
}
