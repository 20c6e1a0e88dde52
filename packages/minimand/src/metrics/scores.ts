import { rangeError } from "../engine/errors.ts";
import { readOptions } from "../engine/options.ts";
import { checkLabels, checkLengths } from "./checks.ts";
import { type BinaryCounts, countsOf, margins } from "./confusion.ts";

/** Names of the scores of a confusion matrix. `hss` (Heidke skill score) and `kappa` (Cohen) are the same number. */
export const scoreNames = [
  "accuracy",
  "balanced-accuracy",
  "precision",
  "recall",
  "specificity",
  "npv",
  "fbeta",
  "gmean",
  "mcc",
  "jaccard",
  "tss",
  "hss",
  "kappa",
  "fowlkesMallows",
] as const;

export type ScoreName = (typeof scoreNames)[number];

/** A name of `scoreNames`, or the spelling that one had in an earlier version. */
export type GivenScoreName = ScoreName | "balancedAccuracy";

/** Returns the present spelling of a name. */
export const presentScoreName = (name: GivenScoreName): ScoreName =>
  name === "balancedAccuracy" ? "balanced-accuracy" : name;

export interface ScoreOptions {
  /** Weight of recall against precision in `fbeta`; 1 by default. No other score has an option. */
  beta?: number;
}

/**
 * The score of a decision, from its counts. All are better the higher they are.
 *
 * With `TPR = TP/(TP+FN)`, `TNR = TN/(TN+FP)`, `PPV = TP/(TP+FP)`:
 *
 * | name | two classes | several classes |
 * |---|---|---|
 * | `accuracy` | `(TP+TN)/N` | share of correct rows |
 * | `balanced-accuracy` | `(TPR+TNR)/2` | mean of the recalls |
 * | `precision`, `recall` | `PPV`, `TPR` | macro |
 * | `specificity`, `npv` | `TNR`, `TN/(TN+FN)` | macro |
 * | `fbeta` | `(1+b²)TP / ((1+b²)TP + b²FN + FP)` | macro |
 * | `gmean` | `sqrt(TPR·TNR)` | geometric mean of the recalls |
 * | `mcc` | `(TP·TN − FP·FN)/sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN))` | Gorodkin's R_K |
 * | `jaccard` | `TP/(TP+FP+FN)` | macro |
 * | `tss` (Youden) | `TPR+TNR−1` | macro |
 * | `hss` = `kappa` | `(p_o − p_e)/(1 − p_e)` | the same |
 * | `fowlkesMallows` | `sqrt(PPV·TPR)` | macro |
 *
 * `macro` is the plain mean of the binary scores of each class against the rest, over the classes that occur
 * among the true or the predicted labels. `balanced-accuracy` and `gmean` use the classes that have true rows.
 * Every 0/0 that is left counts as 0, as in scikit-learn: the precision where nothing was predicted positive,
 * `mcc` and `kappa` where one side is constant, `tss` where a class has no rows.
 *
 * @param counts `{ TN, FP, FN, TP }` (need not be integers), or a confusion matrix `matrix[true][predicted]`;
 *   a 2x2 matrix is read as `[[TN, FP], [FN, TP]]`
 * @param given one of `scoreNames`
 * @param options `beta` for `fbeta`
 * @returns the score; -1 to 1 for `mcc`, `tss`, `hss`, `kappa`, 0 to 1 for the others
 * @throws RangeError for an unknown name, negative or non-finite counts, counts that are all zero, or beta < 0
 * @example
 * scoreOf({ TN: 50, FP: 10, FN: 5, TP: 35 }, "fbeta", { beta: 2 }); // 0.85365...
 * @reference Gorodkin 2004, Computational Biology and Chemistry 28:367 (R_K); arXiv 2405.14745 section 3
 */
export function scoreOf(
  counts: BinaryCounts | readonly (readonly number[])[],
  given: GivenScoreName,
  options: ScoreOptions = {},
): number {
  const name = presentScoreName(given);
  readOptions("scoreOf", options, { beta: true });
  const beta = options.beta ?? 1;
  if (!(beta >= 0 && beta < Infinity)) throw rangeError("beta", "a finite number >= 0", beta);
  const matrix = isMatrix(counts) ? counts : matrixOf(counts);
  if (matrix.length < 2) throw rangeError("matrix", "at least two classes", matrix.length);
  const sums = margins(matrix);
  if (sums.total === 0) throw rangeError("counts", "at least one row", 0);
  switch (name) {
    case "accuracy":
      return sums.correct / sums.total;
    case "balanced-accuracy": {
      const recalls = recallsOf(diagonalOf(matrix), sums.rows);
      return recalls.reduce((a, b) => a + b, 0) / recalls.length;
    }
    case "gmean":
      return geometricMean(recallsOf(diagonalOf(matrix), sums.rows));
    case "mcc":
      return gorodkin(sums);
    case "hss":
    case "kappa":
      return kappa(sums);
  }
  const score = binaryScores[name];
  if (score === undefined) throw rangeError("name", `one of ${scoreNames.join(", ")}`, name);
  if (matrix.length === 2) return score(countsOf(matrix, sums, 1), beta);
  const occurring = matrix.map((_, k) => k).filter((k) => sums.rows[k]! + sums.columns[k]! > 0);
  return occurring.reduce((sum, k) => sum + score(countsOf(matrix, sums, k), beta), 0) / occurring.length;
}

/**
 * Scores of a confusion matrix without one of its rows, for the jackknife: the same for all rows of a cell.
 *
 * Margins are changed in place of the matrix, so that K classes with N rows take the time of K (K + N).
 *
 * @param matrix confusion matrix of whole numbers, `matrix[true][predicted]`, of at least two rows
 * @param name `mcc` or `gmean`
 * @returns for each cell {@link scoreOf} of the matrix with one row less in it; null for a cell without rows
 * @throws RangeError for a negative or non-finite count, and for fewer than two rows
 * @example
 * scoresWithoutOne([[1, 0], [1, 1]], "gmean"); // [[0.5, null], [1, 0]]
 */
export function scoresWithoutOne(
  matrix: readonly (readonly number[])[],
  name: "mcc" | "gmean",
): (number | null)[][] {
  const sums = margins(matrix);
  if (sums.total < 2) throw rangeError("counts", "at least two rows", sums.total);
  const less = (values: number[], k: number): number[] => values.with(k, values[k]! - 1);
  const diagonal = diagonalOf(matrix);
  const score = (y: number, yhat: number): number => {
    const rows = less(sums.rows, y);
    if (name === "gmean") return geometricMean(recallsOf(y === yhat ? less(diagonal, y) : diagonal, rows));
    const columns = less(sums.columns, yhat);
    return gorodkin({ rows, columns, total: sums.total - 1, correct: sums.correct - Number(y === yhat) });
  };
  return matrix.map((row, y) => {
    // Whatever a row was taken for, if not for its class, the recalls without it are the same.
    let wrong: number | undefined;
    return row.map((count, yhat) => {
      if (count === 0) return null;
      if (name === "mcc" || y === yhat) return score(y, yhat);
      wrong ??= score(y, yhat);
      return wrong;
    });
  });
}

/**
 * Share of rows whose predicted label is the true one.
 *
 * @param yTrue true class ids, `[rows]`
 * @param yPred predicted class ids, `[rows]`
 * @returns a number from 0 to 1
 * @throws RangeError for different lengths, no rows, or a label that is not an integer >= 0
 * @example
 * accuracy([0, 1, 2, 2], [0, 1, 1, 2]); // 0.75
 */
export function accuracy(yTrue: ArrayLike<number>, yPred: ArrayLike<number>): number {
  checkLengths("yPred", yPred, "yTrue", yTrue);
  checkLabels("yTrue", yTrue, Infinity);
  checkLabels("yPred", yPred, Infinity);
  let correct = 0;
  for (let i = 0; i < yTrue.length; i++) if (yTrue[i] === yPred[i]) correct += 1;
  return correct / yTrue.length;
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Scores of one class against the rest; those with a definition of their own for several classes are not here. */
const binaryScores: Partial<Record<ScoreName, (c: BinaryCounts, beta: number) => number>> = {
  precision: ({ TP, FP }) => ratio(TP, TP + FP),
  recall: ({ TP, FN }) => ratio(TP, TP + FN),
  specificity: ({ TN, FP }) => ratio(TN, TN + FP),
  npv: ({ TN, FN }) => ratio(TN, TN + FN),
  fbeta: ({ TP, FP, FN }, beta) => ratio((1 + beta ** 2) * TP, (1 + beta ** 2) * TP + beta ** 2 * FN + FP),
  jaccard: ({ TP, FP, FN }) => ratio(TP, TP + FP + FN),
  tss: ({ TN, FP, FN, TP }) => (TP + FN === 0 || TN + FP === 0 ? 0 : TP / (TP + FN) + TN / (TN + FP) - 1),
  fowlkesMallows: ({ TP, FP, FN }) => Math.sqrt(ratio(TP, TP + FP) * ratio(TP, TP + FN)),
};

function isMatrix(
  counts: BinaryCounts | readonly (readonly number[])[],
): counts is readonly (readonly number[])[] {
  return Array.isArray(counts);
}

function matrixOf(counts: BinaryCounts): number[][] {
  for (const key of ["TN", "FP", "FN", "TP"] as const) {
    const n = counts[key];
    if (!(n >= 0 && n < Infinity)) throw rangeError(key, "a finite count >= 0", n);
  }
  return [
    [counts.TN, counts.FP],
    [counts.FN, counts.TP],
  ];
}

/** Recall of each class that has true rows. */
function recallsOf(diagonal: readonly number[], rows: readonly number[]): number[] {
  return diagonal.flatMap((correct, k) => (rows[k]! > 0 ? [correct / rows[k]!] : []));
}

const diagonalOf = (matrix: readonly (readonly number[])[]): number[] => matrix.map((row, k) => row[k]!);

const geometricMean = (values: readonly number[]): number =>
  values.reduce((a, b) => a * b ** (1 / values.length), 1);

type Margins = ReturnType<typeof margins>;

/** Correlation of the one-hot matrices of true and predicted labels; for two classes Matthews' coefficient. */
function gorodkin({ rows, columns, total, correct }: Margins): number {
  let agreement = 0;
  let trueSpread = 0;
  let predictedSpread = 0;
  for (let k = 0; k < rows.length; k++) {
    agreement += rows[k]! * columns[k]!;
    trueSpread += rows[k]! * (total - rows[k]!);
    predictedSpread += columns[k]! * (total - columns[k]!);
  }
  return ratio(correct * total - agreement, Math.sqrt(trueSpread * predictedSpread));
}

function kappa({ rows, columns, total, correct }: Margins): number {
  let agreement = 0;
  let chanceError = 0;
  for (let k = 0; k < rows.length; k++) {
    agreement += rows[k]! * columns[k]!;
    chanceError += rows[k]! * (total - columns[k]!);
  }
  return ratio(correct * total - agreement, chanceError);
}
