import { thresholdCounts } from "minimand/metrics";
import type { MeanRoc, PredictedTrial } from "../../results.ts";
import { predictionKept } from "../../train/kept-predictions.ts";
import type { Truth } from "../decision/truth.ts";

/** Of the way along a curve, 2 in all: what is nearer than this to the point before is not kept. */
const step = 0.005;

/**
 * Returns the mean ROC curve of one candidate over its test parts. At each false positive rate it is the mean of the true positive rates
 * (vertical averaging), so that the area below it is the mean of the areas. With more than two classes the curves of each class against the
 * rest are averaged as well.
 *
 * @param trials of one candidate; those that diverged, or whose test part lacks a class, are left out, as they are from the area
 * @param labels what was to be predicted
 * @returns points from (0, 0) to (1, 1), thinned so that the area moves by less than 0.0005; null where there is no curve
 * @reference Fawcett 2006, Pattern Recognition Letters 27:861, section 8
 */
export function meanRoc(
  trials: readonly PredictedTrial[],
  { labels }: Pick<Truth, "labels">,
): MeanRoc | null {
  const curves = trials.flatMap((trial) => curvesOf(trial, labels));
  if (curves.length === 0) return null;
  return thinned(averaged(curves));
}

/** Corners of a curve, as rates. */
interface Corners {
  x: number[];
  y: number[];
}

/** The curve of each class against the rest, of two classes that of the second alone; none where a class has no rows. */
function curvesOf({ predictions }: PredictedTrial, labels: ArrayLike<number>): Corners[] {
  if (predictions === null) return [];
  const { ids, prediction } = predictionKept(predictions);
  const classes = prediction.probabilities.length / ids.length;
  const scored = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const curves = scored.map((k) => {
    const isClass = Uint8Array.from(ids, (id) => Number(labels[id] === k));
    const scores = Float64Array.from(ids, (_, i) => prediction.probabilities[i * classes + k]);
    return corners(isClass, scores);
  });
  return curves.includes(null) ? [] : curves.filter((curve) => curve !== null);
}

/** Where a curve turns: long runs of rows of one class are a single straight piece. */
function corners(isClass: Uint8Array, scores: Float64Array): Corners | null {
  const { TP, FP, positives, negatives } = thresholdCounts(isClass, scores);
  if (positives === 0 || negatives === 0) return null;
  const x = [0];
  const y = [0];
  for (let t = 0; t < TP.length; t++) {
    const [tp, fp] = t === 0 ? [0, 0] : [TP[t - 1], FP[t - 1]];
    const straight =
      t + 1 < TP.length && ((TP[t] === tp && TP[t + 1] === TP[t]) || (FP[t] === fp && FP[t + 1] === FP[t]));
    if (straight) continue;
    x.push(FP[t] / negatives);
    y.push(TP[t] / positives);
  }
  return { x, y };
}

/** A sweep over where any of the curves jumps or turns. */
function averaged(curves: readonly Corners[]): Corners {
  const events: { x: number; jump: number; slope: number }[] = [];
  for (const { x, y } of curves) {
    for (let i = 1; i < x.length; i++) {
      const [dx, dy] = [x[i] - x[i - 1], (y[i] - y[i - 1]) / curves.length];
      if (dx === 0) events.push({ x: x[i], jump: dy, slope: 0 });
      else if (dy > 0)
        events.push({ x: x[i - 1], jump: 0, slope: dy / dx }, { x: x[i], jump: 0, slope: -dy / dx });
    }
  }
  events.sort((a, b) => a.x - b.x);
  const mean: Corners = { x: [0], y: [0] };
  let [at, height, slope] = [0, 0, 0];
  for (const event of events) {
    if (event.x > at) {
      height += slope * (event.x - at);
      at = event.x;
      mean.x.push(at);
      mean.y.push(height);
    }
    if (event.jump > 0) {
      height += event.jump;
      mean.x.push(at);
      mean.y.push(height);
    }
    slope += event.slope;
  }
  // What rounding has left of the way to the upper corner.
  if (at < 1) mean.x.push(1);
  mean.y[mean.x.length - 1] = 1;
  return mean;
}

function thinned({ x, y }: Corners): MeanRoc {
  const kept = [0];
  let last = 0;
  for (let i = 1; i + 1 < x.length; i++) {
    if (x[i + 1] + y[i + 1] - last <= step) continue;
    kept.push(i);
    last = x[i] + y[i];
  }
  kept.push(x.length - 1);
  const of = (values: number[]): number[] => kept.map((i) => Number(values[i].toFixed(5)));
  return { falsePositive: of(x), truePositive: of(y) };
}
