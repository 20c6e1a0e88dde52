import { numpy as np } from "@jax-js/jax";
import { checkShape } from "../../engine/checks.ts";
import { exp, log, logSumExp } from "../../engine/numerics.ts";
import { oneOf } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, maskRows } from "../per-example.ts";
import { checkWidth, logGram } from "./gaussian-gram.ts";
import { checkGramSize, checkSample, logRowWeights, rowWeights } from "./samples.ts";

/**
 * The rate of a variational information bottleneck: the mean divergence of normal codes from the standard normal distribution, a bound on
 * their information about the inputs.
 *
 * `mean_i sum_k (s^2 + m^2 - 1 - log s^2) / 2`, code `N(m_i, diag s_i^2)`; >= 0, and 0 only for m = 0, s = 1
 *
 * @param mean float `[batch, features]`
 * @param logVar logarithms of the variances, float `[batch, features]`
 * @param options `weights`: the mean is a weighted one
 * @returns a scalar
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN (values are checked outside of tracing only)
 * @example
 * vibKl(np.array([[1, 0], [0, 0]]), np.array([[0, 0], [0, 0]])) // 0.25
 * @see Alemi et al. 2017, arXiv 1612.00410, equation (17)
 */
export function vibKl(mean: np.Array, logVar: np.Array, options: LossOptions = {}): np.Array {
  const { weights } = readLossOptions("vibKl", options, {});
  checkSample("mean", mean, weights);
  checkSample("logVar", logVar, weights);
  checkShape("logVar", logVar, mean.shape);
  const m = maskRows(mean, weights);
  const s = maskRows(logVar, weights);
  const values = exp(s.ref).sub(s).sub(1).add(np.square(m)).sum(-1).mul(0.5);
  const w = rowWeights(weights, mean);
  return values.mul(w.ref).sum().div(w.sum());
}

/** Options of {@link nibBound}. */
export interface NibBoundOptions extends LossOptions {
  /** Standard deviation of the noise, `> 0`, default `e^-0.5`, the authors' constant log-variance of -1. */
  noiseStd?: Parameter;
  /** The bound itself, its square or its exponential, which reach the whole curve of trade-offs; default `plain`. */
  form?: (typeof forms)[number];
}

const forms = ["plain", "squared", "exponential"] as const;

/** The usual deviation of the noise of a nonlinear information bottleneck: log-variance -1. */
export const usualNoise: number = Math.exp(-0.5);

/**
 * The bound of a nonlinear information bottleneck on the information of a noisy representation `t = m + noiseStd e` about the inputs.
 *
 * `I = -mean_i log mean_j exp(-|m_i - m_j|^2 / (2 noiseStd^2))`, in [0, log batch]: 0 where all means are equal, log batch where they are far
 * apart. `squared` is I^2, `exponential` is e^I.
 *
 * @param mean the means of the representation, float `[batch, features]`
 * @param options `noiseStd` > 0; `form`; `weights` multiply the terms of the means
 * @returns a scalar; O(batch^2) memory
 * @throws TypeError, RangeError as `gaussianGram`, and for an unknown form
 * @example
 * nibBound(np.array([[0], [100]])) // 0.6931
 * nibBound(np.array([[0], [100]]), { form: "exponential" }) // 2.0000
 * @see Kolchinsky et al. 2019, arXiv 1705.02436, equation (12); squared and exponential: Rodriguez Galvez et al. 2020, arXiv 1911.11000
 */
export function nibBound(mean: np.Array, options: NibBoundOptions = {}): np.Array {
  const { noiseStd, form, weights } = readLossOptions("nibBound", options, {
    noiseStd: [usualNoise],
    form: ["plain", oneOf(forms)],
  });
  checkWidth("noiseStd", noiseStd);
  checkSample("mean", mean, weights);
  checkGramSize("mean", mean);
  const logW = logRowWeights(weights?.ref, mean);
  const w = rowWeights(weights?.ref, mean);
  const m = maskRows(mean, weights);
  weights?.dispose();
  const sums = logSumExp(logGram(m.ref, m, noiseStd).add(logW.reshape([1, -1])));
  const total = w.ref.sum();
  const bound = log(total.ref).sub(sums.mul(w).sum().div(total));
  return form === "plain" ? bound : form === "squared" ? np.square(bound) : np.exp(bound);
}
