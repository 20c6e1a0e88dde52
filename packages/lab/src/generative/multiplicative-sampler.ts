import { numpy as np, random } from "@jax-js/jax";
import { checkFloatArray, checkShape, keyOf, readOptions, seedOf } from "minimand/engine";
import { type BrownianMotion, type Times, timesOf } from "./brownian-motion.ts";

/** One step back in time, see {@link daleLangevinStep}. */
export interface ReverseStepOptions {
  motion: BrownianMotion;
  /** Length of the step, > 0. */
  delta: number;
  /** Standard normal numbers of the shape of x; default none: the denoiser. */
  noise?: np.Array;
  /** What the noise is multiplied by, >= 0; default 1, that of the equation. */
  anneal?: number;
}

type Step = (x: np.Array, scores: np.Array, options: ReverseStepOptions) => np.Array;

const checkStep = (of: string, x: np.Array, scores: np.Array, options: ReverseStepOptions) => {
  const { motion, delta, noise, anneal } = readOptions(of, options, {
    motion: true,
    delta: { above: 0 },
    noise: true,
    anneal: [1, { min: 0 }],
  });
  checkFloatArray("x", x, Math.max(1, x?.ndim ?? 1), "[batch, ...]");
  checkShape("scores", scores, x.shape);
  if (noise !== undefined) checkShape("noise", noise, x.shape);
  const { mu, sigma } = motion;
  return { mu, variance: sigma ** 2, delta, noise: noise?.mul(anneal * Math.sqrt(delta) * sigma) };
};

/** A factor beyond `e^20` either way in one step is no step of a sampler, but a score that went wrong. */
const mostExponent = 20;

/**
 * Makes one step of Dale and Langevin's sampler: backwards along geometric Brownian motion in the logarithm. Signs never change.
 *
 * `x exp( delta sigma^2 h - delta (mu - 1.5 sigma^2) + anneal sqrt(delta) sigma z )`; exponents are cut at 20.
 *
 * @param x `[batch, ...]`; consumed, as all arrays
 * @param scores its Hyvarinen scores h, of the same shape
 * @param options `motion`; `delta` > 0; `noise` z, without which it is the denoiser; `anneal` >= 0, default 1
 * @returns the next x
 * @throws TypeError, RangeError for shapes that differ and numbers out of range
 * @example
 * const motion = geometricBrownianMotion()
 * daleLangevinStep(np.array([[2, -2]]), np.array([[-1, -1]]), { motion, delta: 0.1 }) // [[2, -2]]
 * @see Shetty, Madhava Prasath, Seelamantula 2025, arXiv 2510.02730, the Dale-Langevin sampler
 */
export const daleLangevinStep: Step = (x, scores, options) => {
  const { mu, variance, delta, noise } = checkStep("daleLangevinStep", x, scores, options);
  const drift = scores.mul(delta * variance).add(delta * (1.5 * variance - mu));
  const exponent = noise === undefined ? drift : drift.add(noise);
  return x.mul(np.exp(np.clip(exponent, -mostExponent, mostExponent)));
};

/**
 * Makes one step of the unconstrained multiplicative sampler: backwards along geometric Brownian motion in x itself. Equal to {@link
 * daleLangevinStep} for small steps; a factor of a large one may be negative.
 *
 * `x ( 1 + 2 delta sigma^2 - delta mu + delta sigma^2 h + anneal sqrt(delta) sigma z )`
 *
 * @param x `[batch, ...]`; consumed, as all arrays
 * @param scores its Hyvarinen scores h, of the same shape
 * @param options as for {@link daleLangevinStep}
 * @returns the next x
 * @throws TypeError, RangeError as {@link daleLangevinStep}
 * @example
 * const motion = geometricBrownianMotion()
 * unconstrainedStep(np.array([[2]]), np.array([[-30]]), { motion, delta: 0.1 }) // [[-1.6480]]
 * @see Shetty, Madhava Prasath, Seelamantula 2025, arXiv 2510.02730, the unconstrained sampler
 */
export const unconstrainedStep: Step = (x, scores, options) => {
  const { mu, variance, delta, noise } = checkStep("unconstrainedStep", x, scores, options);
  const factor = scores.mul(delta * variance).add(1 + delta * (2 * variance - mu));
  return x.mul(noise === undefined ? factor : factor.add(noise));
};

/**
 * Makes one step of the probability flow: without noise, with the same distributions at all times.
 *
 * `x exp( -delta [ (mu - sigma^2 / 2) - sigma^2 (1 + h) / 2 ] )`; exponents are cut at 20.
 *
 * @param x `[batch, ...]`; consumed, as all arrays
 * @param scores its Hyvarinen scores h, of the same shape
 * @param options `motion`, `delta` > 0; a flow takes no `noise`, and what is given is not used
 * @returns the next x
 * @throws TypeError, RangeError as {@link daleLangevinStep}
 * @example
 * const motion = geometricBrownianMotion()
 * flowStep(np.array([[2]]), np.array([[-1]]), { motion, delta: 0.1 }) // [[2]]
 */
export const flowStep: Step = (x, scores, options) => {
  const { mu, variance, delta, noise } = checkStep("flowStep", x, scores, options);
  noise?.dispose();
  const exponent = scores
    .add(1)
    .mul((delta * variance) / 2)
    .sub(delta * (mu - variance / 2));
  return x.mul(np.exp(np.clip(exponent, -mostExponent, mostExponent)));
};

/**
 * Estimates the data before the noise: the exponential of the expected logarithm.
 *
 * `x_t exp( sigma^2 t (1 + h) - (mu - sigma^2 / 2) t )`, the formula of Tweedie for noise that multiplies.
 *
 * @param xt `[batch, ...]`; consumed, as all arrays
 * @param scores its Hyvarinen scores at t, of the same shape
 * @param t times >= 0: a number, or `[batch]`
 * @param options `motion`
 * @returns an array of the same shape
 * @throws TypeError, RangeError for shapes that differ and negative times
 * @example
 * const motion = geometricBrownianMotion()
 * multiplicativeTweedie(np.array([[2.237737]]), np.array([[-3.5]]), 0.25, { motion }) // [[1.5000]]
 * @see Efron 2011, Tweedie's formula and selection bias; in the logarithm of the data
 */
export function multiplicativeTweedie(
  xt: np.Array,
  scores: np.Array,
  t: Times,
  options: { motion: BrownianMotion },
): np.Array {
  readOptions("multiplicativeTweedie", options, { motion: true });
  const { mu, sigma } = options.motion;
  checkShape("scores", scores, xt.shape);
  const at = timesOf(t, xt, { min: 0 });
  const exponent = scores
    .add(1)
    .mul(at.ref.mul(sigma ** 2))
    .sub(at.mul(mu - sigma ** 2 / 2));
  return xt.mul(np.exp(np.clip(exponent, -mostExponent, mostExponent)));
}

const samplers = { daleLangevin: daleLangevinStep, unconstrained: unconstrainedStep, flow: flowStep };

/** Options of {@link sampleMultiplicative}. */
export interface MultiplicativeSamplingOptions {
  motion: BrownianMotion;
  /** Which steps are made; default `daleLangevin`. */
  sampler?: keyof typeof samplers;
  /** Steps from time 1 to 0, default 100. */
  steps?: number;
  /** Length of each step, default `1 / steps`: another one isn't the equation any more. */
  delta?: number;
  /** Steps at each time, default 1: more of them aren't the equation any more. */
  inner?: number;
  /** What the factor of the noise is multiplied by after each time, in (0, 1]; default 1, the equation. Less sharpens. */
  anneal?: number;
  /** The last step is {@link multiplicativeTweedie} at the first time; default true. */
  denoise?: boolean;
  /** Called after each time that is done; may return a promise, which is awaited. */
  onStep?: (done: number, steps: number) => void | Promise<void>;
}

/**
 * Samples by going backwards in time along geometric Brownian motion, from the prior at time 1 to data at time 0.
 *
 * @param score the model's Hyvarinen scores `(xt, t) => h`, see `hyvarinenScore`; consumes its array. Compiled by the caller, if at all
 * @param key a random key; consumed
 * @param xT samples of the prior at time 1, `[batch, ...]`; consumed
 * @returns samples of the shape of `xT`; with `daleLangevin` and `flow` their signs are those of `xT`
 * @throws TypeError, RangeError for unknown options, and numbers out of range
 * @example
 * const motion = geometricBrownianMotion()
 * // Data exp(N(0.3, 0.16)), whose scores are known at all times.
 * const score = (x: np.Array, t: number) => np.log(x).sub(0.3).div(0.16 + motion.logVariance(t)).add(1).neg()
 * const samples = await sampleMultiplicative(score, random.key(0), np.array([[1], [2]]), { motion, steps: 10 })
 * samples.shape // [2, 1]
 * @see Shetty, Madhava Prasath, Seelamantula 2025, arXiv 2510.02730; anneal and inner as in the authors' code
 */
export async function sampleMultiplicative(
  score: (xt: np.Array, t: number) => np.Array,
  key: np.Array,
  xT: np.Array,
  options: MultiplicativeSamplingOptions,
): Promise<np.Array> {
  const { motion, sampler, steps, inner, anneal } = readOptions("sampleMultiplicative", options, {
    motion: true,
    sampler: ["daleLangevin"],
    steps: [100, { min: 1, integer: true }],
    delta: true,
    inner: [1, { min: 1, integer: true }],
    anneal: [1, { above: 0, max: 1 }],
    denoise: true,
    onStep: true,
  });
  const { delta = 1 / steps, denoise = true, onStep } = options;
  const seed = seedOf(key);
  key.dispose();
  const last = denoise ? 1 : 0;
  let x = xT;
  let factor = 1;
  for (let k = steps; k > last; k--) {
    for (let i = 0; i < inner; i++) {
      const h = score(x.ref, k / steps);
      const noise = sampler === "flow" ? {} : { noise: random.normal(keyOf(seed, k, i), x.shape) };
      x = samplers[sampler](x, h, { motion, delta, anneal: factor, ...noise });
      // What isn't read piles up.
      await x.ref.data();
    }
    factor *= anneal;
    await onStep?.(steps - k + 1, steps);
  }
  if (denoise) {
    const t = 1 / steps;
    x = multiplicativeTweedie(x.ref, score(x, t), t, { motion });
    await onStep?.(steps, steps);
  }
  return x;
}
