import { rangeError } from "../engine/errors.ts";
import { checkLabels, checkLengths, checkScores } from "./checks.ts";

/** How many positives and negatives score at least each threshold. */
export interface ThresholdCounts {
  /** The distinct scores, from the highest to the lowest. */
  thresholds: Float64Array;
  /** Positives with a score >= the threshold. */
  TP: Float64Array;
  /** Negatives with a score >= the threshold. */
  FP: Float64Array;
  positives: number;
  negatives: number;
}

/**
 * Cumulative counts at every distinct score: what both curves are made of. Tied scores share one threshold.
 *
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param scores higher means more positive, `[rows]`; infinities allowed
 * @returns thresholds from high to low with their counts
 * @throws RangeError for different lengths, no rows, labels other than 0 and 1, or a NaN score
 * @example
 * thresholdCounts([0, 1, 1], [0.2, 0.2, 0.9]); // thresholds [0.9, 0.2], TP [1, 2], FP [0, 1]
 */
export function thresholdCounts(labels: ArrayLike<number>, scores: ArrayLike<number>): ThresholdCounts {
  checkLengths("scores", scores, "labels", labels);
  checkLabels("labels", labels, 2);
  checkScores("scores", scores);
  const n = labels.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  // Compared, not subtracted: Infinity - Infinity is NaN.
  order.sort((a, b) => (scores[a]! < scores[b]! ? 1 : scores[a]! > scores[b]! ? -1 : 0));

  const thresholds = new Float64Array(n);
  const TP = new Float64Array(n);
  const FP = new Float64Array(n);
  let size = 0;
  let tp = 0;
  for (let i = 0; i < n; i++) {
    tp += labels[order[i]!]!;
    const score = scores[order[i]!]!;
    if (i + 1 < n && scores[order[i + 1]!]! === score) continue;
    thresholds[size] = score;
    TP[size] = tp;
    FP[size] = i + 1 - tp;
    size += 1;
  }
  return {
    thresholds: thresholds.slice(0, size),
    TP: TP.slice(0, size),
    FP: FP.slice(0, size),
    positives: tp,
    negatives: n - tp,
  };
}

/**
 * Receiver operating characteristic: true against false positive rate over all thresholds.
 *
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param scores higher means more positive, `[rows]`
 * @returns points from (0, 0) at threshold Infinity to (1, 1), one for each distinct score
 * @throws RangeError as `thresholdCounts`, and if one of the classes has no rows
 * @example
 * rocCurve([0, 1], [0.1, 0.8]); // falsePositiveRate [0, 0, 1], truePositiveRate [0, 1, 1]
 */
export function rocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): { falsePositiveRate: Float64Array; truePositiveRate: Float64Array; thresholds: Float64Array } {
  const counts = thresholdCounts(labels, scores);
  checkBothClasses(counts);
  return {
    falsePositiveRate: prepend(
      0,
      counts.FP.map((n) => n / counts.negatives),
    ),
    truePositiveRate: prepend(
      0,
      counts.TP.map((n) => n / counts.positives),
    ),
    thresholds: prepend(Infinity, counts.thresholds),
  };
}

/**
 * Precision against recall over all thresholds.
 *
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param scores higher means more positive, `[rows]`
 * @returns points from (recall 0, precision 1) at threshold Infinity to recall 1, one for each distinct score
 * @throws RangeError as `thresholdCounts`, and if there are no positives
 * @example
 * precisionRecallCurve([0, 1], [0.8, 0.1]); // recall [0, 0, 1], precision [1, 0, 0.5]
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): { recall: Float64Array; precision: Float64Array; thresholds: Float64Array } {
  const counts = thresholdCounts(labels, scores);
  checkPositives(counts);
  return {
    recall: prepend(
      0,
      counts.TP.map((n) => n / counts.positives),
    ),
    precision: prepend(
      1,
      counts.TP.map((n, i) => n / (n + counts.FP[i]!)),
    ),
    thresholds: prepend(Infinity, counts.thresholds),
  };
}

/** Throws unless there are positives and negatives. */
export function checkBothClasses({ positives, negatives }: ThresholdCounts): void {
  if (positives === 0 || negatives === 0)
    throw rangeError("labels", "rows of both classes", `${positives} positive, ${negatives} negative`);
}

/** Throws unless there are positives. */
export function checkPositives({ positives }: ThresholdCounts): void {
  if (positives === 0) throw rangeError("labels", "at least one positive row", "none");
}

function prepend(first: number, rest: Float64Array): Float64Array {
  const out = new Float64Array(rest.length + 1);
  out[0] = first;
  out.set(rest, 1);
  return out;
}
