import { rangeError } from "../engine/errors.ts";
import { checkProbabilities } from "./checks.ts";
import { checkBothClasses, checkPositives, type ThresholdCounts, thresholdCounts } from "./curves.ts";

/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half.
 *
 * `AUC = (1/(n₊n₋)) Σ_{i∈+} Σ_{j∈−} ( 1[s_i > s_j] + ½·1[s_i = s_j] )`, in O(n log n).
 *
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param scores higher means more positive, `[rows]`; any monotone transform gives the same area
 * @returns a number from 0 to 1, exact up to one division
 * @throws RangeError for different lengths, no rows, labels other than 0 and 1, a NaN score, or rows of one class only
 * @example
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * @reference Fawcett 2006, Pattern Recognition Letters 27:861
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const counts = thresholdCounts(labels, scores);
  checkBothClasses(counts);
  return rocArea(counts);
}

/**
 * Average precision: the area under the precision-recall curve as a step function, no interpolation.
 *
 * `AP = Σ_t (R_t − R_{t−1}) P_t` over the distinct scores t from high to low; tied rows enter together.
 *
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param scores higher means more positive, `[rows]`
 * @returns a number from 0 to 1; a constant score gives the share of positives
 * @throws RangeError for different lengths, no rows, labels other than 0 and 1, a NaN score, or no positives
 * @example
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.8333...
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const counts = thresholdCounts(labels, scores);
  checkPositives(counts);
  return precisionArea(counts);
}

/**
 * One-vs-rest areas of a multi-class prediction, averaged with equal weight for every class (macro).
 *
 * For two classes both areas are those of class 1, so they equal `rocAuc` and `averagePrecision` of its column.
 *
 * @param labels class ids, `[rows]`
 * @param probabilities `[rows * K]`, row by row
 * @param classes number of classes K
 * @returns `{ roc, pr }`
 * @throws RangeError for labels out of range, numbers that are not probabilities, or a class without rows
 * @example
 * macroAreas([0, 1, 2], [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7], 3); // { roc: 1, pr: 1 }
 */
export function macroAreas(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): { roc: number; pr: number } {
  checkProbabilities(labels, probabilities, classes);
  const { roc, pr, missing } = areasOf(labels, probabilities, classes);
  if (missing !== null) throw rangeError("labels", "rows of every class", `none of class ${missing}`);
  return { roc, pr };
}

/** As `macroAreas` on checked input; NaN, and the class that is missing, where an area is not defined. */
export function areasOf(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): { roc: number; pr: number; missing: number | null } {
  const scored = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const isClass = new Uint8Array(labels.length);
  const scores = new Float64Array(labels.length);
  let roc = 0;
  let pr = 0;
  for (const k of scored) {
    for (let i = 0; i < labels.length; i++) {
      isClass[i] = labels[i] === k ? 1 : 0;
      scores[i] = probabilities[i * classes + k]!;
    }
    const counts = thresholdCounts(isClass, scores);
    if (counts.positives === 0) return { roc: Number.NaN, pr: Number.NaN, missing: k };
    if (counts.negatives === 0) return { roc: Number.NaN, pr: Number.NaN, missing: k === 0 ? 1 : 0 };
    roc += rocArea(counts) / scored.length;
    pr += precisionArea(counts) / scored.length;
  }
  return { roc, pr, missing: null };
}

/** Trapezoids in counts: sums of halves of integers, so exact; the slanted piece of a tie is the half credit. */
function rocArea({ TP, FP, positives, negatives }: ThresholdCounts): number {
  let area = 0;
  for (let i = 0; i < TP.length; i++) {
    const previousTP = i === 0 ? 0 : TP[i - 1]!;
    const previousFP = i === 0 ? 0 : FP[i - 1]!;
    area += ((FP[i]! - previousFP) * (TP[i]! + previousTP)) / 2;
  }
  return area / positives / negatives;
}

function precisionArea({ TP, FP, positives }: ThresholdCounts): number {
  let area = 0;
  for (let i = 0; i < TP.length; i++) {
    const gained = TP[i]! - (i === 0 ? 0 : TP[i - 1]!);
    area += (gained * TP[i]!) / (TP[i]! + FP[i]!);
  }
  return area / positives;
}
