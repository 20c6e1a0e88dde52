import { checkNumber, rangeError } from "../engine/errors.ts";
import { checkClasses, checkLabels, checkScores } from "./checks.ts";

/**
 * Rank of the true class of every row among all classes, by falling score; 1 is the best.
 *
 * `1 + #{k != y : score_k >= score_y}`: ties count against the true class, so that a constant predictor ranks it last.
 *
 * @param labels true class ids, `[rows]`
 * @param scores `[rows * K]`, row by row; any numbers, the larger the likelier
 * @param classes number of classes K
 * @returns one rank a row, from 1 to K
 * @throws RangeError for labels out of range, NaN scores, or another number of scores
 * @example
 * targetRanks([0, 2], [3, 1, 2, 5, 4, 4], 3); // [1, 3]
 */
export function targetRanks(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
): Int32Array {
  checkClasses(classes);
  checkLabels("labels", labels, classes);
  checkScores("scores", scores);
  if (scores.length !== labels.length * classes)
    throw rangeError(
      "scores",
      `${labels.length * classes} values (${labels.length} rows of ${classes})`,
      scores.length,
    );
  const ranks = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const start = i * classes;
    const own = scores[start + labels[i]!]!;
    // The true class counts itself, which is the 1 that ranks start from.
    let rank = 0;
    for (let k = start; k < start + classes; k++) if (scores[k]! >= own) rank += 1;
    ranks[i] = rank;
  }
  return ranks;
}

/**
 * Share of rows whose true class is among the k best.
 *
 * @param ranks of the true classes, from {@link targetRanks}
 * @param k an integer >= 1; 1 gives the accuracy
 * @returns a number from 0 to 1
 * @throws RangeError for no ranks, a rank that is no integer >= 1, or such a k
 * @example
 * topKAccuracy(targetRanks([0, 2], [3, 1, 2, 5, 4, 4], 3), 1); // 0.5
 */
export function topKAccuracy(ranks: ArrayLike<number>, k: number): number {
  checkNumber("k", k, { min: 1, integer: true });
  checkRanks(ranks);
  let hits = 0;
  for (let i = 0; i < ranks.length; i++) if (ranks[i]! <= k) hits += 1;
  return hits / ranks.length;
}

/**
 * Mean reciprocal rank, `(1/N) sum_n 1 / rank_n`.
 *
 * @param ranks of the true classes, from {@link targetRanks}
 * @returns a number from 0 to 1
 * @throws RangeError for no ranks, or one that is no integer >= 1
 * @example
 * meanReciprocalRank(targetRanks([0, 2], [3, 1, 2, 5, 4, 4], 3)); // (1 + 1/3) / 2
 * @reference Voorhees 1999, TREC-8 question answering track report
 */
export function meanReciprocalRank(ranks: ArrayLike<number>): number {
  checkRanks(ranks);
  let sum = 0;
  for (let i = 0; i < ranks.length; i++) sum += 1 / ranks[i]!;
  return sum / ranks.length;
}

function checkRanks(ranks: ArrayLike<number>): void {
  if (ranks.length === 0) throw rangeError("ranks", "at least one rank", "none");
  for (let i = 0; i < ranks.length; i++) {
    if (!(Number.isInteger(ranks[i]) && ranks[i]! >= 1))
      throw rangeError(`ranks[${i}]`, "an integer >= 1", ranks[i]);
  }
}
