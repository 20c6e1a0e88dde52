import type { numpy as np } from "@jax-js/jax";
import { checkShape } from "../../engine/checks.ts";
import { logSumExp } from "../../engine/numerics.ts";
import { oneOf } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again } from "../operand.ts";
import { type LossOptions, maskRows } from "../per-example.ts";
import { checkWidth, logGram } from "./gaussian-gram.ts";
import { checkLog, inBase, type LogBase } from "./log-base.ts";
import { checkPaired, logRowWeights } from "./samples.ts";

/** Options of {@link csConditional}. */
export interface CsConditionalOptions extends LossOptions {
  /** Width of the kernel of the inputs, `> 0`, default 1. */
  sigmaX?: Parameter;
  /** Width of the kernel of targets and predictions, `> 0`, default 1. */
  sigmaY?: Parameter;
  /** What the sums of a row are divided by, see {@link csConditional}; default `squareOfSum`. */
  denominator?: (typeof denominators)[number];
  /** Base of the logarithms, default `natural`; `base2` divides by log 2. */
  log?: LogBase;
}

const denominators = ["squareOfSum", "sumOfSquares"] as const;

/**
 * The conditional Cauchy-Schwarz divergence between targets and predictions given the inputs: a regression loss that assumes nothing of
 * the errors' distribution.
 *
 * `log S(y, y) + log S(f, f) - 2 log S(f, y)`, `S(a, b) = sum_j r_j sum_i K_ji k(a_j, b_i)`, `K` the inputs' Gram matrix, both kernels
 * Gaussian, and `r_j = 1 / (sum_i K_ji)^2` (`squareOfSum`, the paper) or `1 / sum_i K_ji^2` (`sumOfSquares`, the authors' code)
 *
 * It is 0 where predictions are the targets, and may be a little below 0 elsewhere: where the r_j differ, S is no inner product, so that
 * the predictions that are best need not be the targets exactly. With inputs far apart (sigmaX small) it is the Welsch loss of the
 * batch, `-2 log mean_j exp(-(f_j - y_j)^2 / (2 sigmaY^2))`; with sigmaX large it compares the marginals of targets and predictions.
 * Finite, with a slope, for outliers however far. One number of the whole batch: half batches give another one.
 *
 * @param x the inputs, standardised, float `[batch, width]`
 * @param y the targets, float `[batch, outputs]`
 * @param predictions float `[batch, outputs]`
 * @param options `sigmaX`, `sigmaY` > 0, default 1; `denominator`; `log`; `weights` multiply the terms of the sums
 * @returns a scalar; O(batch^2) memory
 * @throws TypeError, RangeError as `gaussianGram`; one-dimensional targets are refused
 * @example
 * const [x, y, f] = [np.array([[0], [50]]), np.array([[0], [1]]), np.array([[1], [0]])]
 * csConditional(x, y, f) // 1
 * @see Yu et al. 2024, arXiv 2404.17951, proposition 1
 */
export function csConditional(
  x: np.Array,
  y: np.Array,
  predictions: np.Array,
  options: CsConditionalOptions = {},
): np.Array {
  const { sigmaX, sigmaY, denominator, log, weights } = readLossOptions("csConditional", options, {
    sigmaX: [1],
    sigmaY: [1],
    denominator: ["squareOfSum", oneOf(denominators)],
    log: ["natural"],
  });
  checkWidth("sigmaX", sigmaX);
  checkWidth("sigmaY", sigmaY);
  checkLog(log);
  checkPaired({ x, y, predictions }, options);
  checkShape("predictions", predictions, y.shape);
  const logW = logRowWeights(weights?.ref, x);
  const inputs = maskRows(x, weights);
  const targets = maskRows(y, weights);
  const f = maskRows(predictions, weights);
  weights?.dispose();

  const logK = logGram(inputs.ref, inputs, sigmaX);
  const ofColumns = logW.ref.reshape([1, -1]);
  const logRows =
    denominator === "squareOfSum"
      ? logSumExp(logK.ref.add(ofColumns.ref)).mul(-2)
      : logSumExp(logK.ref.mul(2).add(ofColumns.ref)).neg();
  const terms = logK.add(ofColumns).add(logRows.add(logW).reshape([-1, 1]));
  const logS = (a: np.Array, b: np.Array, width: Parameter): np.Array =>
    logSumExp(logSumExp(terms.ref.add(logGram(a, b, width))));
  const own = logS(targets.ref, targets.ref, again(sigmaY));
  const predicted = logS(f.ref, f.ref, again(sigmaY));
  const between = logS(f, targets, sigmaY);
  terms.dispose();
  return inBase(log, own.add(predicted).sub(between.mul(2)));
}
