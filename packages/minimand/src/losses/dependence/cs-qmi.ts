import { lax, numpy as np } from "@jax-js/jax";
import { log as logarithm } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { type LossOptions, maskRows } from "../per-example.ts";
import { checkWidth, gramOf } from "./gaussian-gram.ts";
import { checkLog, inBase, type LogBase } from "./log-base.ts";
import { checkPaired, rowWeights } from "./samples.ts";

/** Widths of the kernels of inputs and representation. */
export interface DependenceOptions extends LossOptions {
  /** Width of the kernel of the inputs, `> 0`, default 1. */
  sigmaX?: Parameter;
  /** Width of the kernel of the representation, `> 0`, default 1. */
  sigmaT?: Parameter;
}

/** Options of {@link csQmi}. */
export interface CsQmiOptions extends DependenceOptions {
  /** Divided by the root of I(x; x) I(t; t), so that it is 1 for t = x; default false. */
  normalize?: boolean;
  /** Base of the logarithms, default `natural`; of no effect where normalised. */
  log?: LogBase;
}

/**
 * The Cauchy-Schwarz quadratic mutual information of inputs and a representation: how much information one has about the other.
 *
 * `log mean_ij K_ij Q_ij + log (mean_ij K_ij mean_ij Q_ij) - 2 log mean_i (mean_j K_ij mean_j Q_ij)` with the Gram matrices K of x and Q
 * of t: the Cauchy-Schwarz divergence of the joint density from the product of the marginals. Never negative (up to rounding), 0 for a
 * constant t. Normalised it is `I(x; t) / sqrt(I(x; x) I(t; t))`, 1 for t = x and 0 for a constant t; rarely more than 1, but no
 * inequality forbids it.
 *
 * @param x float `[batch, width]`
 * @param t float `[batch, features]`
 * @param options `sigmaX`, `sigmaT` > 0, default 1; `normalize`; `log`; `weights` multiply the terms of the means
 * @returns a scalar; O(batch^2) memory
 * @throws TypeError, RangeError as `gaussianGram`
 * @example
 * const x = np.array([[0], [1], [2]])
 * csQmi(x.ref, np.array([[3], [3], [3]])) // 0.0000
 * csQmi(x.ref, x, { normalize: true }) // 1.0000
 * @see Yu et al. 2024, arXiv 2404.17951, proposition 2 (normalised: the authors' code)
 */
export function csQmi(x: np.Array, t: np.Array, options: CsQmiOptions = {}): np.Array {
  const { normalize, log } = readLossOptions("csQmi", options, {
    sigmaX: true,
    sigmaT: true,
    normalize: [false],
    log: ["natural"],
  });
  checkLog(log);
  const { K, Q, w } = gramsOf(x, t, options);
  if (!normalize) return inBase(log, information(K, Q, w));
  const between = information(K.ref, Q.ref, w.ref);
  const own = information(K.ref, K, w.ref);
  const ofT = information(Q.ref, Q, w);
  // Rounding leaves about this much of the information of a constant.
  const nothing = between.dtype === np.float64 ? 1e-12 : 1e-6;
  const some = lax.stopGradient(own.ref).greater(nothing).mul(lax.stopGradient(ofT.ref).greater(nothing));
  const product = np.where(some.ref, own.mul(ofT), 1);
  return np.where(some, between.div(np.sqrt(product.add(1e-12))), 0);
}

/** The information of two Gram matrices; the scale of the weights cancels. Consumes all. */
function information(K: np.Array, Q: np.Array, w: np.Array): np.Array {
  const ofColumns = w.ref.reshape([1, -1]);
  const s = K.ref.mul(ofColumns.ref).sum(-1);
  const u = Q.ref.mul(ofColumns.ref).sum(-1);
  const joint = K.mul(Q).mul(ofColumns).sum(-1).mul(w.ref).sum();
  const ofX = s.ref.mul(w.ref).sum();
  const ofT = u.ref.mul(w.ref).sum();
  const cross = s.mul(u).mul(w).sum();
  return logarithm(joint).add(logarithm(ofX)).add(logarithm(ofT)).sub(logarithm(cross).mul(2));
}

/** Checked Gram matrices of inputs and representation, and the weights of the rows. */
export function gramsOf(
  x: np.Array,
  t: np.Array,
  options: DependenceOptions,
): { K: np.Array; Q: np.Array; w: np.Array } {
  const { sigmaX = 1, sigmaT = 1, weights } = options;
  checkWidth("sigmaX", sigmaX);
  checkWidth("sigmaT", sigmaT);
  checkPaired({ x, t }, options);
  const K = gramOf(maskRows(x, weights), sigmaX);
  const Q = gramOf(maskRows(t, weights), sigmaT);
  return { K, Q, w: rowWeights(weights, x) };
}
