import { rangeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import type { BinaryCounts } from "../metrics/confusion.ts";
import { thresholdCounts } from "../metrics/curves.ts";
import { type GivenScoreName, type ScoreOptions, scoreOf } from "../metrics/scores.ts";

/**
 * Moves the decision of a trained binary model to where a metric is best: the strongest cheap rival of losses that
 * aim at the metric. Use scores of rows the model was not trained on.
 *
 * `argmax_t metric(counts of [score > t])`, exactly, over all distinct decisions
 *
 * @param scores scores of the positive class, higher means more positive, `[rows]`; probabilities or logits
 * @param labels 1 for positive, 0 for negative, `[rows]`
 * @param metric a name of `scoreNames`, or a function of the counts, better the higher
 * @param options `beta` for `fbeta`
 * @returns `threshold`: predict positive where `score > threshold`, half way between two neighbouring scores, or
 * -Infinity (all positive) or Infinity (none); of equally good ones that in the widest gap. `value`: the metric there.
 * @throws RangeError for different lengths, no rows, labels other than 0 and 1, NaN scores, an unknown metric, a metric
 * that returns NaN
 * @example
 * tuneThreshold([0.1, 0.3, 0.4, 0.9], [0, 0, 1, 1], "fbeta") // { threshold: 0.35, value: 1 }
 */
export function tuneThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  metric: GivenScoreName | ((counts: BinaryCounts) => number),
  options: ScoreOptions = {},
): { threshold: number; value: number } {
  readOptions("tuneThreshold", options, { beta: true });
  const { thresholds, TP, FP, positives, negatives } = thresholdCounts(labels, scores);
  const score =
    typeof metric === "function" ? metric : (counts: BinaryCounts) => scoreOf(counts, metric, options);
  let best = { threshold: Infinity, value: -Infinity, gap: 0 };
  for (let i = -1; i < thresholds.length; i++) {
    // No threshold lies below it.
    if (thresholds[i] === -Infinity) continue;
    const tp = i < 0 ? 0 : TP[i];
    const fp = i < 0 ? 0 : FP[i];
    const value = score({ TP: tp, FP: fp, FN: positives - tp, TN: negatives - fp });
    if (Number.isNaN(value)) throw rangeError("metric", "a number for every decision", value);
    const { threshold, gap } = between(thresholds[i + 1], thresholds[i]);
    if (value > best.value || (value === best.value && gap > best.gap)) best = { threshold, value, gap };
  }
  return { threshold: best.threshold, value: best.value };
}

/** A threshold above `low` and not above `high`'s decision, for neighbouring scores `low < high`. */
function between(low: number | undefined, high: number | undefined): { threshold: number; gap: number } {
  if (high === undefined) return { threshold: Infinity, gap: 0 };
  if (low === undefined) return { threshold: -Infinity, gap: 0 };
  const middle = low + (high - low) / 2;
  // Rounding (or an infinite score) may put the middle on `high`, which must stay above the threshold.
  return { threshold: middle < high ? middle : low, gap: high - low };
}
