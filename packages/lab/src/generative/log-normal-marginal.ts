import type { numpy as np } from "@jax-js/jax";
import { checkNumber, log, readOptions } from "minimand/engine";
import { type BrownianMotion, checkPositive } from "./brownian-motion.ts";

/** Log-normal data at a time of a geometric Brownian motion, where everything is known. */
export interface LogNormalMarginal {
  /** Mean and variance of the logarithm at that time. */
  mean: number;
  variance: number;
  /** Hyvarinen scores, `-1 - (log x - mean) / variance`. Consumes x. */
  score(x: np.Array): np.Array;
  /** `log p(x)`. Consumes x. */
  logDensity(x: np.Array): np.Array;
}

/**
 * Returns what geometric Brownian motion makes of log-normal data `exp(N(mean, deviation^2))` by time t: the one case with exact scores, to
 * test samplers and models against.
 *
 * @param options `motion`; `mean` and `deviation` > 0 of the logarithm at time 0; `t` >= 0
 * @returns mean and variance at t, and functions of x > 0, `[batch, ...]`
 * @throws TypeError, RangeError for numbers out of range
 * @example
 * const data = logNormalMarginal({ motion: geometricBrownianMotion(), mean: 0.3, deviation: 0.4, t: 0.5 })
 * data.variance // 0.4800
 * data.score(np.array([[Math.exp(0.3)]])) // [[-1]]
 */
export function logNormalMarginal(options: {
  motion: BrownianMotion;
  mean: number;
  deviation: number;
  t: number;
}): LogNormalMarginal {
  const { motion, deviation, t } = readOptions("logNormalMarginal", options, {
    motion: true,
    mean: true,
    deviation: { above: 0 },
    t: { min: 0 },
  });
  checkNumber("mean", options.mean);
  const mean = options.mean + motion.logMean(t);
  const variance = deviation ** 2 + motion.logVariance(t);
  const logOf = (x: np.Array): np.Array => {
    checkPositive("x", x);
    return log(x);
  };
  return {
    mean,
    variance,
    score: (x) => logOf(x).sub(mean).div(variance).add(1).neg(),
    logDensity(x) {
      const y = logOf(x);
      const exponent = y.ref.sub(mean);
      return exponent.ref
        .mul(exponent)
        .div(-2 * variance)
        .sub(y)
        .sub(0.5 * Math.log(2 * Math.PI * variance));
    },
  };
}
