import { numpy as np } from "@jax-js/jax";
import { readLossOptions } from "../loss-options.ts";
import { type DependenceOptions, gramsOf } from "./cs-qmi.ts";

/**
 * The Hilbert-Schmidt independence criterion (the biased estimate): how far two samples of the same rows are from being independent.
 *
 * `tr(K H Q H) / (batch - 1)^2`, `H = I - 1 1' / batch`, with the Gaussian Gram matrices K of x and Q of t. Never negative (up to
 * rounding), 0 for a constant t. With weights, whose sum takes the place of the batch, means are weighted ones.
 *
 * @param x float `[batch, width]`
 * @param t float `[batch, features]`
 * @param options `sigmaX`, `sigmaT` > 0, default 1; `weights` multiply the terms of the sums
 * @returns a scalar; O(batch^2) memory
 * @throws TypeError, RangeError as `gaussianGram`
 * @example
 * hsic(np.array([[0], [1], [2]]), np.array([[0], [1], [2]])) // 0.2009
 * hsic(np.array([[0], [1], [2]]), np.array([[5], [5], [5]])) // 0
 * @see Gretton et al. 2005, Measuring statistical dependence with Hilbert-Schmidt norms, equation (9); Wang et al. 2021, arXiv 2106.02734
 */
export function hsic(x: np.Array, t: np.Array, options: DependenceOptions = {}): np.Array {
  readLossOptions("hsic", options, { sigmaX: true, sigmaT: true });
  const { K, Q, w } = gramsOf(x, t, options);
  const total = w.ref.sum();
  const ofColumns = w.ref.reshape([1, -1]);
  const means = Q.ref.mul(ofColumns.ref).sum(-1).div(total.ref);
  const mean = means.ref.mul(w.ref).sum().div(total.ref);
  const centered = Q.sub(means.ref.reshape([-1, 1]))
    .sub(means.reshape([1, -1]))
    .add(mean);
  const trace = K.mul(centered).mul(ofColumns).sum(-1).mul(w).sum();
  // A single row that counts depends on nothing, and 0 / 0 is no number.
  const others = np.where(total.ref.greater(1), total.sub(1), 1);
  return trace.div(np.square(others));
}
