import { type ThresholdCounts, thresholdCounts } from "minimand/metrics";
import { centred } from "./jackknife.ts";
import type { Influence } from "./out-of-fold.ts";

/** Metrics that are means over folds: scores of different folds come from models that are not calibrated against each other. */
export const areas: ReadonlySet<string> = new Set(["roc-auc", "pr-auc"]);

interface Rows {
  labels: ArrayLike<number>;
  probabilities: ArrayLike<number>;
  classes: number;
  fold: ArrayLike<number>;
  folds: number;
}

/** An area of one fold and one class: its value, and its influence at each row of the fold. */
interface Area {
  value: number;
  influence: Float64Array;
}

/**
 * Returns the mean over folds of an area, macro over classes, and its influence.
 *
 * ROC: at a positive `n / n+ (V10 - AUC)`, at a negative `n / n- (V01 - AUC)`, with the placements
 * `V10 = P(negative below it)`, `V01 = P(positive above it)`, ties counting half. Precision and recall: the jackknife inside of the fold.
 *
 * @returns NaN where a fold lacks a class
 * @see DeLong, DeLong, Clarke-Pearson 1988, Biometrics 44:837
 */
export function areaInfluence(metric: "roc-auc" | "pr-auc", rows: Rows): Influence & { folds: Float64Array } {
  const { labels, probabilities, classes, fold, folds } = rows;
  const n = labels.length;
  const scored = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const influence = new Float64Array(n);
  const values = new Float64Array(folds);
  const members: number[][] = Array.from({ length: folds }, () => []);
  for (let i = 0; i < n; i++) members[fold[i]].push(i);
  for (const [f, own] of members.entries()) {
    for (const k of scored) {
      const isClass = Uint8Array.from(own, (i) => Number(labels[i] === k));
      const scores = Float64Array.from(own, (i) => probabilities[i * classes + k]);
      const counts = thresholdCounts(isClass, scores);
      const area = (metric === "roc-auc" ? rocArea : precisionArea)(counts, isClass, scores);
      values[f] += area.value / scored.length;
      // The mean over folds weighs a row of a small fold more.
      const weight = n / (folds * own.length * scored.length);
      own.forEach((i, at) => {
        influence[i] += weight * area.influence[at];
      });
    }
  }
  return { value: values.reduce((a, b) => a + b, 0) / folds, influence, folds: values };
}

function rocArea(counts: ThresholdCounts, isClass: Uint8Array, scores: Float64Array): Area {
  const { TP, FP, positives, negatives } = counts;
  const index = indexOf(counts);
  const placement = (at: number): number => {
    const t = index.get(scores[at]) as number;
    const [tp, fp] = t === 0 ? [0, 0] : [TP[t - 1], FP[t - 1]];
    return isClass[at] === 1 ? (negatives - (FP[t] + fp) / 2) / negatives : (TP[t] + tp) / 2 / positives;
  };
  const placements = Float64Array.from(scores, (_, at) => placement(at));
  let value = 0;
  for (const [at, v] of placements.entries()) if (isClass[at] === 1) value += v / positives;
  const n = scores.length;
  const influence = placements.map(
    (v, at) => (n / (isClass[at] === 1 ? positives : negatives)) * (v - value),
  );
  return { value: positives === 0 || negatives === 0 ? Number.NaN : value, influence };
}

function precisionArea(counts: ThresholdCounts, isClass: Uint8Array, scores: Float64Array): Area {
  const { TP, FP, positives, negatives } = counts;
  const index = indexOf(counts);
  /** The area without a positive or negative at threshold t; with all where there is no such row. */
  const without = (t: number, positive: number, negative: number): number => {
    let area = 0;
    let before = 0;
    for (let j = 0; j < TP.length; j++) {
      const tp = TP[j] - (j >= t ? positive : 0);
      const fp = FP[j] - (j >= t ? negative : 0);
      if (tp > before) area += ((tp - before) * tp) / (tp + fp);
      before = tp;
    }
    return area / (positives - positive);
  };
  const value = without(0, 0, 0);
  const n = scores.length;
  const known = new Map<number, number>();
  const influence = centred(n, (at) => {
    const t = index.get(scores[at]) as number;
    const key = 2 * t + isClass[at];
    const left = known.get(key) ?? without(t, isClass[at], 1 - isClass[at]);
    known.set(key, left);
    return positives === 1 && isClass[at] === 1 ? 0 : (n - 1) * (value - left);
  });
  return { value: positives === 0 || negatives === 0 ? Number.NaN : value, influence };
}

/** The place of each score among the thresholds. */
const indexOf = ({ thresholds }: ThresholdCounts): Map<number, number> =>
  new Map(Array.from(thresholds, (threshold, t) => [threshold, t]));
