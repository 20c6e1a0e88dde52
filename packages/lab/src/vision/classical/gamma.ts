import { numpy as np } from "@jax-js/jax";
import { checkParameter, log, type Parameter, parameter, readOptions } from "minimand/engine";
import { checkPictures } from "./checks.ts";

/** Means are kept so far from 0 and 1, where the exponent would be 0 or infinite. */
const farthestMean = 1e-4;

/**
 * Gamma correction: `y = x^gamma`, below 1 it brightens. What isn't above 0 becomes 0, with derivative 0 there.
 *
 * @param x pictures in [0, 1], float `[batch, height, width, channels]`, consumed
 * @param gamma the exponent > 0: a number or a 0-d array
 * @returns an array of the shape of x, differentiable in x and gamma
 * @throws TypeError, RangeError for another dtype or rank, and a gamma that isn't > 0
 * @example
 * gammaCorrection(np.array([0.25, 0, 1, 0.09]).reshape([1, 2, 2, 1]), 0.5) // [0.5, 0, 1, 0.3]
 * @see Poynton 1998, The rehabilitation of gamma, Proc. SPIE 3299
 */
export function gammaCorrection(x: np.Array, gamma: Parameter): np.Array {
  checkPictures("x", x);
  checkParameter("gamma", gamma, { above: 0 });
  return power(x, parameter(gamma, x));
}

/** Options of {@link adaptiveGamma}. */
export interface AdaptiveGammaOptions {
  /** The mean that a flat picture would come to; default 0.5. */
  target?: number;
}

/**
 * Gamma correction by an exponent for each picture that takes its mean `m` to a target: `y = x^g`, `g = log(target) / log(m)`.
 *
 * It brightens what is darker than the target and darkens what is brighter. Means are kept within [1e-4, 1 - 1e-4].
 *
 * @param x pictures in [0, 1], float `[batch, height, width, channels]`, consumed
 * @param options `target` in (0, 1), default 0.5
 * @returns an array of the shape of x, differentiable in x, through the mean as well
 * @throws TypeError, RangeError for another dtype or rank, unknown options, and a target out of range
 * @example
 * adaptiveGamma(np.array([0.2, 0.3]).reshape([1, 1, 2, 1])) // [0.4472, 0.5477]
 * @see Babakhani, Zarei 2015, Automatic gamma correction based on average of brightness, ACSIJ 4(6)
 */
export function adaptiveGamma(x: np.Array, options: AdaptiveGammaOptions = {}): np.Array {
  const { target } = readOptions("adaptiveGamma", options, { target: [0.5, { above: 0, below: 1 }] });
  checkPictures("x", x);
  const mean = np.clip(x.ref.mean([1, 2, 3], { keepdims: true }), farthestMean, 1 - farthestMean);
  return power(x, np.reciprocal(log(mean)).mul(Math.log(target)));
}

/** `x^g` with 0 and derivative 0 where x isn't above 0; NaN stays NaN. Consumes both. */
function power(x: np.Array, g: np.Array): np.Array {
  const none = x.ref.lessEqual(0);
  const y = np.exp(log(np.where(none.ref, 1, x)).mul(g));
  return np.where(none, 0, y);
}
