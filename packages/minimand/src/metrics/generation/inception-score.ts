import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { checkProbabilities } from "../checks.ts";
import { deviation, mean } from "../moments.ts";

/** Of {@link inceptionScore}. */
export interface InceptionScore {
  /** From 1 to the number of classes. */
  mean: number;
  /** Over the splits, of the population. */
  std: number;
}

/**
 * The Inception score of generated things by what a classifier says of them: high where each is clearly of one class, and all classes occur.
 *
 * `exp(mean_i KL(p(y | x_i) || mean_k p(y | x_k)))` of each split of `floor(n / splits)` rows; mean and standard deviation over the
 * splits. Rows that are left over are left out.
 *
 * @param probabilities of the classes, a row each
 * @param splits default 10
 * @throws TypeError, RangeError for rows that are no probabilities or of several lengths, fewer rows than splits
 * @example
 * inceptionScore([[1, 0], [0, 1]], 1) // { mean: 2.0000, std: 0 }
 * @see Salimans et al. 2016, arXiv 1606.03498, section 4
 */
export function inceptionScore(probabilities: readonly ArrayLike<number>[], splits = 10): InceptionScore {
  checkNumber("splits", splits, { min: 1, integer: true });
  if (!Array.isArray(probabilities)) throw typeError("probabilities", "a list of rows", probabilities);
  if (probabilities.length < splits)
    throw rangeError("probabilities", `at least ${splits} rows, one a split`, probabilities);
  const classes = (probabilities as readonly ArrayLike<number>[])[0].length;
  for (const [i, row] of probabilities.entries()) {
    if (row.length !== classes) throw rangeError(`probabilities[${i}]`, `${classes} numbers`, row);
    checkProbabilities([0], row, classes);
  }
  const size = Math.floor(probabilities.length / splits);
  const scores = Array.from({ length: splits }, (_, s) =>
    scoreOf(probabilities.slice(s * size, (s + 1) * size), classes),
  );
  return { mean: mean(scores), std: deviation(scores) };
}

function scoreOf(rows: readonly ArrayLike<number>[], classes: number): number {
  const marginal = Array.from({ length: classes }, (_, k) => mean(rows.map((row) => row[k])));
  const divergenceOf = (row: ArrayLike<number>): number =>
    // A class of probability 0 adds nothing.
    marginal.reduce((sum, m, k) => sum + (row[k] > 0 ? row[k] * Math.log(row[k] / m) : 0), 0);
  return Math.exp(mean(rows.map(divergenceOf)));
}
