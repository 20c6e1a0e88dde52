import { numpy as np, random } from "@jax-js/jax";
import { checkNumber, checkShape, keyOf, readOptions, seedOf } from "minimand/engine";
import { type Times, timesOf } from "./brownian-motion.ts";
import { checkRowsOf } from "./score-matching.ts";

/** Noise that is added: `x_t = x_0 + sigma sqrt(t) z`, the variance-exploding diffusion with the variances of the multiplicative one. */
export interface AdditiveOptions {
  /** Standard deviation of the noise at time 1, > 0; default 0.8. */
  sigma?: number;
}

function sigmaOf(of: string, options: AdditiveOptions): number {
  const { sigma } = readOptions(of, options, { sigma: [0.8, { above: 0 }] });
  return sigma;
}

/**
 * Adds noise: `x_0 + sigma sqrt(t) z`. A network that is to find z in the result is trained by `denoisingLoss`.
 *
 * @param x0 float `[batch, ...]`; consumed, as all arrays
 * @param t times >= 0: a number, or `[batch]`
 * @param z standard normal numbers of the shape of x0
 * @param options `sigma` > 0, default 0.8
 * @throws TypeError, RangeError for shapes that differ and numbers out of range
 * @example
 * addNoise(np.array([[1.5]]), 0.25, np.array([[1]])) // [[1.9000]]
 */
export function addNoise(x0: np.Array, t: Times, z: np.Array, options: AdditiveOptions = {}): np.Array {
  const sigma = sigmaOf("addNoise", options);
  checkRowsOf("x0", x0);
  checkShape("z", z, x0.shape);
  return x0.add(
    np
      .sqrt(timesOf(t, x0, { min: 0 }))
      .mul(sigma)
      .mul(z),
  );
}

/** Options of {@link sampleAdditive}. */
export interface AdditiveSamplingOptions extends AdditiveOptions {
  /** Steps from time 1 to 0, default 100. */
  steps?: number;
  /** Called after each step; may return a promise, which is awaited. */
  onStep?: (done: number, steps: number) => void | Promise<void>;
}

/**
 * Samples by going backwards in time along a diffusion whose noise is added: the rival of `sampleMultiplicative`.
 *
 * `x <- x - (sigma sqrt(delta) / sqrt(k)) z_network + sigma sqrt(delta) z` at `t = k delta`, and at last the expected data,
 * `x - sigma sqrt(delta) z_network`.
 *
 * @param noise the network, `(xt, t) => z`; consumes its array
 * @param key a random key; consumed
 * @param xT samples at time 1; consumed
 * @returns samples of the shape of `xT`
 * @throws TypeError, RangeError for unknown options and numbers out of range
 * @example
 * // Data N(1, 0.25): the noise that is expected in x_t is known.
 * const noise = (x: np.Array, t: number) => x.sub(1).mul((0.8 * Math.sqrt(t)) / (0.25 + 0.64 * t))
 * const samples = await sampleAdditive(noise, random.key(0), np.array([[1], [2]]), { steps: 10 })
 * samples.shape // [2, 1]
 * @see Song et al. 2021, arXiv 2011.13456, appendix F, the variance-exploding equation
 */
export async function sampleAdditive(
  noise: (xt: np.Array, t: number) => np.Array,
  key: np.Array,
  xT: np.Array,
  options: AdditiveSamplingOptions = {},
): Promise<np.Array> {
  const { steps, onStep, ...rest } = readOptions("sampleAdditive", options, {
    sigma: true,
    steps: [100],
    onStep: true,
  });
  const sigma = sigmaOf("sampleAdditive", rest);
  checkNumber("steps", steps, { min: 1, integer: true });
  const seed = seedOf(key);
  key.dispose();
  const size = sigma / Math.sqrt(steps);
  let x = xT;
  for (let k = steps; k >= 1; k--) {
    const back = noise(x.ref, k / steps).mul(size / Math.sqrt(k));
    const drawn = random.normal(keyOf(seed, k), x.shape).mul(size);
    // At time delta the whole of what is left goes.
    x = k > 1 ? x.sub(back).add(drawn) : x.sub(back);
    if (k === 1) drawn.dispose();
    // What isn't read piles up.
    await x.ref.data();
    await onStep?.(steps - k + 1, steps);
  }
  return x;
}
