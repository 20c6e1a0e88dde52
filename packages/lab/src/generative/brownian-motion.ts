import { numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNumber,
  checkShape,
  constantOf,
  log,
  peek,
  rangeError,
  readOptions,
} from "minimand/engine";

/** Drift and volatility of a geometric Brownian motion. */
export interface BrownianOptions {
  /** Volatility, > 0; default 0.8. */
  sigma?: number;
  /** Drift; default `sigma^2 / 2`, with which the logarithm has none. */
  mu?: number;
}

/** Times of the rows: one for all, or a float array `[batch]`. */
export type Times = number | np.Array;

/** Noise that multiplies: `dX = mu X dt + sigma X dW`, see {@link geometricBrownianMotion}. */
export interface BrownianMotion {
  readonly mu: number;
  readonly sigma: number;
  /** `(mu - sigma^2 / 2) t`: what the mean of the logarithm has moved by. */
  logMean(t: number): number;
  /** `sigma^2 t`: what its variance has grown by. */
  logVariance(t: number): number;
  /**
   * `x_0 exp((mu - sigma^2 / 2) t + sigma sqrt(t) z)`.
   *
   * @param x0 > 0, `[batch, ...]`
   * @param t >= 0
   * @param z standard normal numbers of the shape of x0
   */
  sample(x0: np.Array, t: Times, z: np.Array): np.Array;
  /** `-1 - (log x_t - log x_0 - (mu - sigma^2 / 2) t) / (sigma^2 t)`, the Hyvarinen score of x_t where x_0 is known; t > 0. */
  conditionalScore(xt: np.Array, x0: np.Array, t: Times): np.Array;
}

/**
 * Geometric Brownian motion, whose noise multiplies: positive data stay positive, and `log X_t` given `x_0` is normal with mean
 * `log x_0 + (mu - sigma^2 / 2) t` and variance `sigma^2 t`.
 *
 * Scores here are Hyvarinen scores `h(x) = x grad log p(x)`, elementwise: that of `y = log x` is `1 + h`.
 *
 * @returns functions that consume their arrays and throw RangeError for data that aren't positive, times that are negative (0 for the
 *   score), and shapes that don't fit
 * @throws TypeError, RangeError for a sigma that isn't positive, a mu that isn't finite
 * @example
 * const motion = geometricBrownianMotion()
 * motion.sample(np.array([[1.5]]), 0.25, np.array([[1]])) // [[2.2377]]
 * motion.conditionalScore(np.array([[2.237737]]), np.array([[1.5]]), 0.25) // [[-3.5000]]
 * @see Shetty, Madhava Prasath, Seelamantula 2025, arXiv 2510.02730, section on the forward equation
 */
export function geometricBrownianMotion(options: BrownianOptions = {}): BrownianMotion {
  const { sigma, mu = sigma ** 2 / 2 } = readOptions("geometricBrownianMotion", options, {
    sigma: [0.8, { above: 0 }],
    mu: [undefined, {}],
  });
  const drift = mu - sigma ** 2 / 2;
  return {
    mu,
    sigma,
    logMean: (t) => drift * t,
    logVariance: (t) => sigma ** 2 * t,
    sample(x0, t, z) {
      checkPositive("x0", x0);
      checkShape("z", z, x0.shape);
      const at = timesOf(t, x0, { min: 0 });
      const exponent = at.ref.mul(drift).add(np.sqrt(at).mul(sigma).mul(z));
      return x0.mul(np.exp(exponent));
    },
    conditionalScore(xt, x0, t) {
      checkPositive("xt", xt);
      checkPositive("x0", x0);
      checkShape("x0", x0, xt.shape);
      const at = timesOf(t, xt, { above: 0 });
      const moved = log(xt).sub(log(x0)).sub(at.ref.mul(drift));
      return moved
        .div(at.mul(sigma ** 2))
        .add(1)
        .neg();
    },
  };
}

/**
 * Times as an array that multiplies rows of `like`, `[batch, 1, ...]` or 0-d; values are checked where they can be seen.
 * Consumes the times and only looks at `like`.
 */
export function timesOf(
  t: Times,
  { shape, dtype }: np.Array,
  bounds: { min: number } | { above: number },
): np.Array {
  if (typeof t === "number") {
    checkNumber("t", t, bounds);
    return np.array(t, { dtype });
  }
  checkFloatArray("t", t, 1, "[batch]");
  checkShape("t", t, [shape[0]]);
  const values = peek(t);
  for (let i = 0; values !== null && i < values.length; i++) checkNumber(`t[${i}]`, values[i], bounds);
  return constantOf(t, dtype).reshape([shape[0], ...shape.slice(1).map(() => 1)]);
}

/** Throws for an array `[batch, ...]` that can be looked at and holds anything but positive numbers. */
export function checkPositive(argument: string, x: np.Array): void {
  checkFloatArray(argument, x, Math.max(2, x?.ndim ?? 2), "[batch, ...]");
  const values = peek(x);
  for (let i = 0; values !== null && i < values.length; i++) {
    if (!(values[i] > 0 && values[i] < Infinity))
      throw rangeError(
        argument,
        "finite numbers > 0 (an offset makes data that may be 0 positive)",
        values[i],
      );
  }
}
