import { oneOf, randomSource, readOptions } from "minimand/engine";
import type { Precision } from "./matmul-kernel.ts";
import type { Floats } from "./matrix-space.ts";

/**
 * Initial weights of an output layer: normal with variance `1 / features`, the mean of every column removed.
 *
 * With columns of mean 0 the scores of an example have mean 0, and under the Z-loss they keep it: the variance of the
 * scores, `q/D - (s/D)^2`, then loses no digits. Smaller weights make the Z-loss, whose gradient grows as they shrink,
 * explode at first.
 *
 * @param options `classes`, `features` integers >= 1; `seed` an integer; `precision` `"float64"` (default) or `"float32"`
 * @returns `[classes, features]`, row after row
 * @throws RangeError outside those ranges
 * @example
 * initialOutputWeights({ classes: 1000, features: 64, seed: 0 }).length // 64000
 */
export function initialOutputWeights(options: {
  classes: number;
  features: number;
  seed: number;
  precision?: Precision;
}): Floats {
  const { classes, features, seed, precision } = readOptions("initialOutputWeights", options, {
    classes: { min: 1, integer: true },
    features: { min: 1, integer: true },
    seed: { integer: true },
    precision: ["float64", oneOf(["float64", "float32"])],
  });
  const size = classes * features;
  const weights = precision === "float64" ? new Float64Array(size) : new Float32Array(size);
  const next = randomSource(seed);
  const deviation = 1 / Math.sqrt(features);
  for (let i = 0; i < size; i += 2) {
    // Box and Muller; 1 - next() is never 0.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    weights[i] = radius * Math.cos(angle);
    if (i + 1 < size) weights[i + 1] = radius * Math.sin(angle);
  }
  const sums = new Float64Array(features);
  for (let c = 0; c < classes; c++) for (let j = 0; j < features; j++) sums[j] += weights[c * features + j];
  for (let c = 0; c < classes; c++)
    for (let j = 0; j < features; j++) weights[c * features + j] -= sums[j] / classes;
  return weights;
}
