import { rangeError } from "../engine/errors.ts";
import { checkClasses, checkLabels, checkLengths } from "./checks.ts";

/** Counts of the four outcomes of a decision between class 0 (negative) and class 1 (positive). */
export interface BinaryCounts {
  TN: number;
  FP: number;
  FN: number;
  TP: number;
}

/**
 * Confusion matrix: how many rows of each true class were predicted as each class.
 *
 * `C[i][j] = #{ n : yTrue_n = i, yPred_n = j }`
 *
 * @param yTrue true class ids, `[rows]`
 * @param yPred predicted class ids, `[rows]`
 * @param classes number of classes K, at least 2
 * @returns `K` rows of `K` counts, `C[true][predicted]`; for two classes `[[TN, FP], [FN, TP]]`
 * @throws RangeError for different lengths, no rows, or a label that is not an integer in [0, K)
 * @example
 * confusionMatrix([0, 1, 1, 1], [0, 0, 1, 1], 2); // [[1, 0], [1, 2]]
 */
export function confusionMatrix(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  classes: number,
): number[][] {
  checkClasses(classes);
  checkLengths("yPred", yPred, "yTrue", yTrue);
  checkLabels("yTrue", yTrue, classes);
  checkLabels("yPred", yPred, classes);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < yTrue.length; i++) matrix[yTrue[i]!]![yPred[i]!]! += 1;
  return matrix;
}

/**
 * The four counts of a binary decision, with class 1 as the positive one.
 *
 * @param yTrue true labels, 0 or 1, `[rows]`
 * @param yPred predicted labels, 0 or 1, `[rows]`
 * @returns `{ TN, FP, FN, TP }`, which sum to the number of rows
 * @throws RangeError for different lengths, no rows, or a label other than 0 and 1
 * @example
 * binaryCounts([0, 1, 1, 1], [0, 0, 1, 1]); // { TN: 1, FP: 0, FN: 1, TP: 2 }
 */
export function binaryCounts(yTrue: ArrayLike<number>, yPred: ArrayLike<number>): BinaryCounts {
  return oneVersusRest(confusionMatrix(yTrue, yPred, 2), 1);
}

/**
 * The four counts of class k against all others.
 *
 * @param matrix confusion matrix, `matrix[true][predicted]`
 * @param positive the class that counts as positive
 * @returns `{ TN, FP, FN, TP }`
 * @throws RangeError if `positive` is not a class of the matrix
 * @example
 * oneVersusRest([[5, 1, 0], [0, 3, 1], [2, 0, 4]], 2); // { TN: 9, FP: 1, FN: 2, TP: 4 }
 */
export function oneVersusRest(matrix: readonly (readonly number[])[], positive: number): BinaryCounts {
  if (matrix[positive] === undefined)
    throw rangeError("positive", `a class id from 0 to ${matrix.length - 1}`, positive);
  return countsOf(matrix, margins(matrix), positive);
}

/** {@link oneVersusRest} by margins that are known: theirs take the square of the classes. */
export function countsOf(
  matrix: readonly (readonly number[])[],
  { rows, columns, total }: Pick<ReturnType<typeof margins>, "rows" | "columns" | "total">,
  positive: number,
): BinaryCounts {
  const TP = matrix[positive]![positive]!;
  const FN = rows[positive]! - TP;
  const FP = columns[positive]! - TP;
  return { TN: total - TP - FN - FP, FP, FN, TP };
}

/** Row sums (true classes), column sums (predicted classes), their common total and the trace. */
export function margins(matrix: readonly (readonly number[])[]): {
  rows: number[];
  columns: number[];
  total: number;
  correct: number;
} {
  const rows = new Array<number>(matrix.length).fill(0);
  const columns = new Array<number>(matrix.length).fill(0);
  let total = 0;
  let correct = 0;
  for (let i = 0; i < matrix.length; i++) {
    if (matrix[i]!.length !== matrix.length)
      throw rangeError("matrix", `${matrix.length} columns, as many as rows`, matrix[i]!.length);
    for (let j = 0; j < matrix.length; j++) {
      const n = matrix[i]![j]!;
      if (!(n >= 0 && n < Infinity)) throw rangeError(`matrix[${i}][${j}]`, "a finite count >= 0", n);
      rows[i]! += n;
      columns[j]! += n;
      total += n;
    }
    correct += matrix[i]![i]!;
  }
  return { rows, columns, total, correct };
}
