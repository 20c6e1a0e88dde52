import { numpy as np } from "@jax-js/jax";
import { checkShape } from "../../engine/checks.ts";
import { logSumExp } from "../../engine/numerics.ts";
import { readOptions } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { refTree } from "../../engine/tree.ts";
import { again } from "../operand.ts";
import { maskRows } from "../per-example.ts";
import { checkWidth, logGram } from "./gaussian-gram.ts";
import { checkGramSize, checkSample, logRowWeights } from "./samples.ts";

/** Options of {@link csDivergence} and {@link mmd}. */
export interface TwoSampleOptions {
  /** Width of the kernel, `> 0`, default 1. */
  sigma?: Parameter;
  /** How often each row of the first sample counts, `[n]`; rows of weight 0 are left out whatever they hold. */
  pWeights?: np.Array;
  /** The same of the second sample, `[m]`. */
  qWeights?: np.Array;
}

/**
 * The Cauchy-Schwarz divergence of the distributions that two samples come from, by kernel density estimates.
 *
 * `log mean_ij k(p_i, p_j) + log mean_ij k(q_i, q_j) - 2 log mean_ij k(p_i, q_j)`, `k` Gaussian: -2 times the logarithm of the cosine
 * of the angle between the samples' kernel means. Never negative; 0 for equal samples. Finite with a slope however far apart they are.
 *
 * @param p float `[n, width]`
 * @param q float `[m, width]`
 * @param options `sigma` > 0, default 1; weights of the rows
 * @returns a scalar; O((n + m)^2) memory
 * @throws TypeError, RangeError as `gaussianGram`, and for weights that don't fit
 * @example
 * csDivergence(np.array([[0], [1]]), np.array([[0], [1]])) // 0
 * csDivergence(np.array([[0], [1]]), np.array([[2], [3]])) // 2.5713
 * @see Yu et al. 2024, arXiv 2404.17951, equation (3)
 */
export function csDivergence(p: np.Array, q: np.Array, options: TwoSampleOptions = {}): np.Array {
  const [pp, qq, pq] = logMeans("csDivergence", p, q, options);
  return pp.add(qq).sub(pq.mul(2));
}

/**
 * The squared maximum mean discrepancy of two samples (the biased estimate): the squared distance between their kernel means.
 *
 * `mean_ij k(p_i, p_j) + mean_ij k(q_i, q_j) - 2 mean_ij k(p_i, q_j)`, in [0, 2]; 0 for equal samples
 *
 * @param p float `[n, width]`
 * @param q float `[m, width]`
 * @param options as of {@link csDivergence}
 * @returns a scalar; O((n + m)^2) memory
 * @throws TypeError, RangeError as {@link csDivergence}
 * @example
 * mmd(np.array([[0], [1]]), np.array([[2], [3]])) // 1.1624
 * @see Gretton et al. 2012, A kernel two-sample test, equation (5)
 */
export function mmd(p: np.Array, q: np.Array, options: TwoSampleOptions = {}): np.Array {
  const [pp, qq, pq] = logMeans("mmd", p, q, options);
  return np.exp(pp).add(np.exp(qq)).sub(np.exp(pq).mul(2));
}

/** Logarithms of the mean kernel within the samples and between them. */
function logMeans(of: string, p: np.Array, q: np.Array, options: TwoSampleOptions): np.Array[] {
  const { sigma, pWeights, qWeights } = readOptions(of, options, {
    sigma: [1],
    pWeights: true,
    qWeights: true,
  });
  checkWidth("sigma", sigma);
  checkSample("p", p, pWeights);
  checkSample("q", q, qWeights);
  checkShape("q", q, [q.shape[0], p.shape[1]]);
  for (const rows of [p.shape[0], q.shape[0]]) checkGramSize("p and q", p, rows);
  const [first, second] = [sampleOf(p, pWeights), sampleOf(q, qWeights)];
  return [
    logMean(refTree(first), refTree(first), again(sigma)),
    logMean(refTree(second), refTree(second), again(sigma)),
    logMean(first, second, sigma),
  ];
}

type Sample = { x: np.Array; logW: np.Array };

const sampleOf = (x: np.Array, weights: np.Array | undefined): Sample => ({
  x: maskRows(x, weights),
  logW: logRowWeights(weights, x),
});

/** `log (sum_ij v_i w_j k(a_i, b_j) / sum_ij v_i w_j)` by sums of exponentials, which no distance makes 0. */
function logMean(a: Sample, b: Sample, sigma: Parameter): np.Array {
  const total = logSumExp(a.logW.ref).add(logSumExp(b.logW.ref));
  const terms = logGram(a.x, b.x, sigma)
    .add(a.logW.reshape([-1, 1]))
    .add(b.logW.reshape([1, -1]));
  return logSumExp(logSumExp(terms)).sub(total);
}
