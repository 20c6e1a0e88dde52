import { rangeError } from "../engine/errors.ts";
import { rocAuc } from "./areas.ts";
import { checkLabels, checkLengths, checkScores } from "./checks.ts";

/**
 * How well a score separates examples of known classes from those of unknown ones.
 *
 * The area under the ROC curve with known examples as positives: the chance that a known example scores higher than an
 * unknown one, ties counting half.
 *
 * @param known scores of examples of known classes, such as the largest cosine; higher means more known
 * @param unknown scores of examples of unknown classes
 * @returns a number from 0 to 1
 * @throws RangeError for no scores on one side, or a NaN score
 * @example
 * openSetAuroc([0.9, 0.7], [0.8, 0.1]) // 0.75
 */
export function openSetAuroc(known: ArrayLike<number>, unknown: ArrayLike<number>): number {
  checkSides(known, unknown);
  const labels = new Uint8Array(known.length + unknown.length).fill(1, 0, known.length);
  return rocAuc(labels, joined(known, unknown));
}

/** The trade-off of rejecting: how many known examples are classified rightly while how many unknown ones pass. */
export interface OpenSetCurve {
  /** Share of unknown examples that score at least the threshold. */
  falsePositiveRate: Float64Array;
  /** Share of known examples that score at least the threshold and whose class is right. */
  correctClassificationRate: Float64Array;
  /** From Infinity down. */
  thresholds: Float64Array;
}

/**
 * Correct classification rate against false positive rate over all thresholds of rejection.
 *
 * @param known scores of examples of known classes; higher means more known
 * @param correct 1 where the predicted class of a known example is right, else 0
 * @param unknown scores of examples of unknown classes
 * @returns points from (0, 0) at threshold Infinity to (1, closed-set accuracy), one for each distinct score
 * @throws RangeError for different lengths, no scores on one side, flags other than 0 and 1, or a NaN score
 * @example
 * openSetCurve([0.9, 0.7], [1, 0], [0.8]); // falsePositiveRate [0, 0, 1, 1], correctClassificationRate [0, 0.5, 0.5, 0.5]
 * @see Dhamija, Günther, Boult 2018, arXiv 1811.04110, section 4
 */
export function openSetCurve(
  known: ArrayLike<number>,
  correct: ArrayLike<number>,
  unknown: ArrayLike<number>,
): OpenSetCurve {
  checkSides(known, unknown);
  checkLengths("correct", correct, "known", known);
  checkLabels("correct", correct, 2);
  const scores = joined(known, unknown);
  const order = Uint32Array.from(scores.keys());
  order.sort((a, b) => (scores[a]! < scores[b]! ? 1 : scores[a]! > scores[b]! ? -1 : 0));
  const points: [number, number, number][] = [[Infinity, 0, 0]];
  let [right, passed] = [0, 0];
  order.forEach((row, i) => {
    if (row < known.length) right += correct[row]!;
    else passed += 1;
    const score = scores[row]!;
    if (i + 1 < order.length && scores[order[i + 1]!]! === score) return;
    points.push([score, passed / unknown.length, right / known.length]);
  });
  return {
    thresholds: Float64Array.from(points, (p) => p[0]),
    falsePositiveRate: Float64Array.from(points, (p) => p[1]),
    correctClassificationRate: Float64Array.from(points, (p) => p[2]),
  };
}

/**
 * Open-set classification rate (OSCR): the area under {@link openSetCurve}. Knowing and recognising in one number.
 *
 * `(1 / (n_known n_unknown)) sum_{i known, right} sum_{j unknown} (1[s_i > s_j] + 1[s_i = s_j] / 2)`
 *
 * @param known scores of examples of known classes; higher means more known
 * @param correct 1 where the predicted class of a known example is right, else 0
 * @param unknown scores of examples of unknown classes
 * @returns a number from 0 to the closed-set accuracy
 * @throws RangeError as {@link openSetCurve}
 * @example
 * openSetClassificationRate([0.9, 0.7], [1, 1], [0.8, 0.1]) // 0.75
 * @see Dhamija, Günther, Boult 2018, arXiv 1811.04110, section 4
 */
export function openSetClassificationRate(
  known: ArrayLike<number>,
  correct: ArrayLike<number>,
  unknown: ArrayLike<number>,
): number {
  const { falsePositiveRate: x, correctClassificationRate: y } = openSetCurve(known, correct, unknown);
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}

function checkSides(known: ArrayLike<number>, unknown: ArrayLike<number>): void {
  if (known.length === 0) throw rangeError("known", "at least one score", "none");
  if (unknown.length === 0) throw rangeError("unknown", "at least one score", "none");
  checkScores("known", known);
  checkScores("unknown", unknown);
}

function joined(known: ArrayLike<number>, unknown: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: known.length + unknown.length }, (_, i) =>
    i < known.length ? known[i]! : unknown[i - known.length]!,
  );
}
