import { numpy as np, random } from "@jax-js/jax";
import { oneOf, peek, rangeError, readOptions } from "minimand/engine";
import { type BrownianMotion, checkPositive } from "./brownian-motion.ts";

const modes = ["pooled", "perPixel"] as const;

/** A log-normal distribution of independent numbers. */
export interface LogNormalPrior {
  /** Mean of the logarithm: one number for all, or one per column, row-major. */
  mean: Float64Array;
  /** Its standard deviation. */
  deviation: Float64Array;
  /** Draws `count` samples of the data's shape. Consumes the key. */
  sample(key: np.Array, count: number): np.Array;
}

/**
 * Returns the log-normal distribution that data diffused to time 1 have: what a sampler starts from.
 *
 * `log x_1 ~ N(mean(log x_0) + (mu - sigma^2 / 2), var(log x_0) + sigma^2)`
 *
 * @param x data > 0, float `[samples, ...]`, at least 2 samples; consumed
 * @param options `motion`; `mode`: `pooled` (default), one mean and one variance for all numbers, as in the authors' code; `perPixel`, of
 *   each its own, which fits data of which the noise leaves the means
 * @returns mean and deviation, and draws
 * @throws TypeError, RangeError for data that aren't positive or can't be read at once (WebGPU), and fewer than 2 samples
 * @example
 * const motion = geometricBrownianMotion({ sigma: 1 })
 * const prior = logNormalPrior(np.array([[1], [1]]), { motion })
 * prior.mean // [0]
 * prior.deviation // [1]
 */
export function logNormalPrior(
  x: np.Array,
  options: { motion: BrownianMotion; mode?: (typeof modes)[number] },
): LogNormalPrior {
  const { motion, mode } = readOptions("logNormalPrior", options, {
    motion: true,
    mode: ["pooled", oneOf(modes)],
  });
  checkPositive("x", x);
  const [samples, ...shape] = x.shape;
  if (samples < 2) throw rangeError("x", "at least 2 samples", x);
  const values = peek(x);
  if (values === null) throw rangeError("x", "an array that can be read at once", x.device);
  x.dispose();
  const size = values.length / samples;
  const groups = mode === "pooled" ? 1 : size;
  const mean = new Float64Array(groups);
  const deviation = new Float64Array(groups);
  const count = values.length / groups;
  for (let i = 0; i < values.length; i++) mean[i % groups] += Math.log(values[i]) / count;
  for (let i = 0; i < values.length; i++)
    deviation[i % groups] += (Math.log(values[i]) - mean[i % groups]) ** 2 / count;
  for (let g = 0; g < groups; g++) {
    mean[g] += motion.logMean(1);
    deviation[g] = Math.sqrt(deviation[g] + motion.logVariance(1));
  }
  const of = (numbers: Float64Array): np.Array =>
    groups === 1 ? np.array(numbers[0]) : np.array(Float32Array.from(numbers)).reshape([1, ...shape]);
  return {
    mean,
    deviation,
    sample: (key, count) =>
      np.exp(
        random
          .normal(key, [count, ...shape])
          .mul(of(deviation))
          .add(of(mean)),
      ),
  };
}
