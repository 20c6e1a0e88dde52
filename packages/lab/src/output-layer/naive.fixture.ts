import { randomSource } from "minimand/engine";
import type { BackwardResult } from "./factored-output-layer.ts";
import type { GradientOptions } from "./gradient.ts";
import type { Floats } from "./matrix-space.ts";
import type { UpdateOptions } from "./update.ts";

/** The dense step as a textbook has it, in float64: every score, every gradient, every weight. W is changed in place. */
export function naiveStep(
  w: Float64Array,
  hidden: Floats,
  labels: Int32Array,
  shape: { classes: number; features: number },
  options: GradientOptions & UpdateOptions,
): BackwardResult {
  const { classes: D, features: d } = shape;
  const { loss, reduction = "mean", learningRate, weightDecay = 0, clipNorm = Infinity } = options;
  const m = hidden.length / d;
  const K = labels.length / m;
  const weights = Array.from({ length: m }, (_, i) => options.weights?.[i] ?? 1);
  const factor = reduction === "mean" ? 1 / weights.reduce((a, b) => a + b) : 1;
  const losses = new Float64Array(m);
  const gradHidden = new Float64Array(m * d);
  const gradW = new Float64Array(D * d);
  for (let i = 0; i < m; i++) {
    const scores = new Float64Array(D);
    for (let c = 0; c < D; c++) for (let j = 0; j < d; j++) scores[c] += w[c * d + j] * hidden[i * d + j];
    const s = scores.reduce((a, b) => a + b);
    const q = scores.reduce((a, b) => a + b * b, 0);
    const byScore = new Float64Array(D);
    for (let k = 0; k < K; k++) {
      const label = labels[i * K + k];
      const weight = weights[i] * (options.targetWeights?.[i * K + k] ?? 1 / K);
      losses[i] += weight * loss.value(q, s, scores[label], D);
      const [gq, gs, ga] = loss.partials(q, s, scores[label], D);
      for (let c = 0; c < D; c++) byScore[c] += factor * weight * (2 * gq * scores[c] + gs);
      byScore[label] += factor * weight * ga;
    }
    for (let c = 0; c < D; c++) {
      for (let j = 0; j < d; j++) {
        gradHidden[i * d + j] += byScore[c] * w[c * d + j];
        gradW[c * d + j] += byScore[c] * hidden[i * d + j];
      }
    }
  }
  const gradNorm = Math.sqrt(gradW.reduce((a, b) => a + b * b, 0));
  const clip = gradNorm > clipNorm ? clipNorm / gradNorm : 1;
  for (let k = 0; k < w.length; k++) w[k] -= learningRate * (clip * gradW[k] + weightDecay * w[k]);
  return { losses, gradHidden, gradNorm };
}

/** Numbers of mean 0 and variance 1/3 times `scale^2`, uniform. */
export function uniform(count: number, seed: number, scale = 1): Float64Array {
  const next = randomSource(seed);
  return Float64Array.from({ length: count }, () => scale * (2 * next() - 1));
}

/** Class ids, `repeats` of which are the same class in each call. */
export function randomLabels(count: number, classes: number, seed: number): Int32Array {
  const next = randomSource(seed);
  return Int32Array.from({ length: count }, () => Math.floor(next() * classes));
}

/** The largest absolute difference of two lists of numbers. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i] - b[i]);
    if (!(gap <= largest)) largest = gap;
  }
  return largest;
}
