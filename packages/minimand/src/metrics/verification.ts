import { checkNumber, rangeError } from "../engine/errors.ts";
import { readOptions } from "../engine/options.ts";
import { checkFinite, checkLabels, checkLengths, checkScores } from "./checks.ts";
import { checkBothClasses, thresholdCounts } from "./curves.ts";

/**
 * Equal error rate of a verification: the rate at the threshold where as many impostors are accepted as genuine pairs are
 * rejected.
 *
 * The point of the ROC curve with `FPR = 1 - TPR`, linear between its points.
 *
 * @param same 1 for pairs of one identity, 0 for others, `[pairs]`
 * @param scores higher means more alike, `[pairs]`; any monotone transform gives the same rate
 * @returns a number from 0 (perfect separation) to 1; 0.5 for a constant score
 * @throws RangeError for different lengths, no pairs, flags other than 0 and 1, a NaN score, or pairs of one kind only
 * @example
 * equalErrorRate([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1]) // 0.5
 */
export function equalErrorRate(same: ArrayLike<number>, scores: ArrayLike<number>): number {
  const counts = thresholdCounts(same, scores);
  checkBothClasses(counts);
  const { TP, FP, positives, negatives } = counts;
  // gap = FPR - FNR grows from -1 to 1 along the curve.
  let [fpr, gap] = [0, -1];
  for (let i = 0; i < TP.length; i++) {
    const nextFpr = FP[i]! / negatives;
    const nextGap = nextFpr - (1 - TP[i]! / positives);
    if (nextGap >= 0) return fpr + ((nextFpr - fpr) * -gap) / (nextGap - gap);
    [fpr, gap] = [nextFpr, nextGap];
  }
  return fpr;
}

/** The share of genuine pairs accepted at a limit on the share of impostors accepted. */
export interface TarAtFar {
  /** Share of impostors accepted, at most what was asked for (less where scores are tied). */
  far: number;
  /** Pairs are accepted if their score is greater. */
  threshold: number;
  tar: number;
}

/**
 * True accept rate at given false accept rates, exactly: no grid of thresholds, no interpolation.
 *
 * With the scores of the `N` impostors in descending order, `threshold = s_(k)`, `k = floor(far N)` counted from 0; a pair
 * is accepted if its score is greater, so at most `k` impostors are.
 *
 * @param same 1 for pairs of one identity, 0 for others, `[pairs]`
 * @param scores higher means more alike, `[pairs]`
 * @param fars false accept rates, each in (0, 1)
 * @returns `{ far, threshold, tar }` for each rate, with the rate achieved
 * @throws RangeError as {@link equalErrorRate}; for a rate outside (0, 1); for fewer than `1 / far` impostors, which say
 * nothing about that rate
 * @example
 * tarAtFar([1, 1, 0, 0, 0, 0], [0.9, 0.4, 0.5, 0.3, 0.2, 0.1], [0.25]) // [0.25, 0.3, 1]
 * @see Boutros et al. 2021, arXiv 2109.09416, section 4 (the protocol of IJB-B and IJB-C)
 */
export function tarAtFar(
  same: ArrayLike<number>,
  scores: ArrayLike<number>,
  fars: readonly number[],
): TarAtFar[] {
  checkPairs(same, scores, "scores");
  const impostors = valuesWhere(same, scores, 0).sort().reverse();
  const genuine = valuesWhere(same, scores, 1);
  const share = (values: Float64Array, threshold: number): number => {
    let accepted = 0;
    for (const value of values) accepted += value > threshold ? 1 : 0;
    return accepted / values.length;
  };
  return fars.map((wanted, i) => {
    checkNumber(`fars[${i}]`, wanted, { above: 0, below: 1 });
    // 0.29 * 100 is 28.999999999999996.
    const k = Math.floor(wanted * impostors.length + 1e-9);
    if (k < 1)
      throw rangeError(
        `fars[${i}]`,
        `a rate of at least 1 / ${impostors.length} for ${impostors.length} impostors`,
        wanted,
      );
    const threshold = impostors[k]!;
    return { far: share(impostors, threshold), threshold, tar: share(genuine, threshold) };
  });
}

/** What {@link verificationAccuracy} found. */
export interface VerificationAccuracy {
  mean: number;
  /** Standard deviation over folds, with the number of folds as divisor. */
  std: number;
  foldAccuracies: number[];
  /** The threshold each fold was judged by: same if the distance is below. */
  foldThresholds: number[];
}

/** 0, 0.01, ..., 3.99: squared distances of unit vectors lie in [0, 4]. */
const customaryThresholds: readonly number[] = Array.from({ length: 400 }, (_, k) => k * 0.01);

/**
 * Accuracy of "the same or not" over folds, each judged by the threshold that is best on the others (the protocol of LFW).
 *
 * Pairs stay in order and are cut into contiguous folds; a pair is called the same if its distance is below the threshold;
 * of equally good thresholds the first is taken.
 *
 * @param same 1 for pairs of one identity, 0 for others, `[pairs]`
 * @param distances smaller means more alike, `[pairs]`; for unit vectors `||a - b||^2 = 2 - 2 cos`
 * @param options `folds` (default 10); `thresholds`, default `0, 0.01, ..., 3.99`
 * @returns mean and standard deviation over the folds, and the folds
 * @throws RangeError for different lengths, flags other than 0 and 1, distances or thresholds that aren't finite, fewer than
 * 2 folds, more folds than pairs, no threshold
 * @example
 * verificationAccuracy([1, 0, 1, 0], [0.1, 1.9, 0.2, 1.5], { folds: 2 }).mean // 1
 * @see Boutros et al. 2021, arXiv 2109.09416, section 4
 */
export function verificationAccuracy(
  same: ArrayLike<number>,
  distances: ArrayLike<number>,
  options: { folds?: number; thresholds?: readonly number[] } = {},
): VerificationAccuracy {
  const { folds, thresholds } = readOptions("verificationAccuracy", options, {
    folds: [10, { min: 2, max: same.length, integer: true }],
    thresholds: [customaryThresholds],
  });
  checkLengths("distances", distances, "same", same);
  checkLabels("same", same, 2);
  checkFinite("distances", distances);
  checkFinite("thresholds", thresholds);
  if (thresholds.length === 0) throw rangeError("thresholds", "at least one number", "none");
  const bounds = foldBounds(same.length, folds);
  // right[f][t]: pairs of fold f judged rightly by threshold t.
  const right = bounds.map(([from, to]) =>
    thresholds.map((threshold) => {
      let count = 0;
      for (let i = from; i < to; i++) count += distances[i]! < threshold === (same[i] === 1) ? 1 : 0;
      return count;
    }),
  );
  const chosen = bounds.map((_, held) => {
    const total = thresholds.map((_, t) => right.reduce((s, own, f) => (f === held ? s : s + own[t]!), 0));
    return total.indexOf(Math.max(...total));
  });
  const foldAccuracies = bounds.map(([from, to], f) => right[f]![chosen[f]!]! / (to - from));
  const mean = foldAccuracies.reduce((a, b) => a + b, 0) / folds;
  const variance = foldAccuracies.reduce((s, a) => s + (a - mean) ** 2, 0) / folds;
  return {
    mean,
    std: Math.sqrt(variance),
    foldAccuracies,
    foldThresholds: chosen.map((t) => thresholds[t]!),
  };
}

/** Contiguous folds whose sizes differ by at most 1, the larger ones first. */
function foldBounds(rows: number, folds: number): [number, number][] {
  const [size, larger] = [Math.floor(rows / folds), rows % folds];
  let from = 0;
  return Array.from({ length: folds }, (_, f) => {
    const to = from + size + (f < larger ? 1 : 0);
    const bounds: [number, number] = [from, to];
    from = to;
    return bounds;
  });
}

function checkPairs(same: ArrayLike<number>, scores: ArrayLike<number>, name: string): void {
  checkLengths(name, scores, "same", same);
  checkLabels("same", same, 2);
  checkScores(name, scores);
  const genuine = Array.from(same).reduce((a, b) => a + b, 0);
  if (genuine === 0 || genuine === same.length)
    throw rangeError("same", "pairs of both kinds", `${genuine} of ${same.length} pairs the same`);
}

function valuesWhere(same: ArrayLike<number>, scores: ArrayLike<number>, flag: 0 | 1): Float64Array {
  return Float64Array.from(scores).filter((_, i) => same[i] === flag);
}
