import type { numpy as np } from "@jax-js/jax";
import { checkNumber, typeError } from "../engine/checks.ts";
import { crossEntropy } from "../losses/classification/cross-entropy.ts";
import { kdLoss } from "../losses/distillation/kd.ts";
import { readLossOptions } from "../losses/loss-options.ts";
import type { LossOptions } from "../losses/per-example.ts";

/** Logits `[batch, classes]` of one network at several widths of its codes. */
export interface ProgressiveLogits {
  /** At the most bits. */
  high: np.Array;
  /** At bits that are drawn, none or several times: each is taught by the one before. */
  random: readonly np.Array[];
  /** At the fewest bits. */
  low: np.Array;
}

/** Of {@link gpgLoss}. */
export interface GpgOptions extends LossOptions {
  /** Share of the teacher beside that of the labels, in [0, 1]; default 0.5. 0: labels alone. */
  lambda?: number;
  /** Both logits of a divergence are divided by it, and it is multiplied by its square; default 1. */
  temperature?: number;
}

/** The terms of {@link gpgLoss}, `[batch]` each. */
export interface GpgTerms {
  high: np.Array;
  random: np.Array[];
  low: np.Array;
}

/**
 * The terms of {@link gpgLoss}: the network at its most bits learns from the labels, and every other one from the labels and the one before.
 *
 * `L_1 = CE(Y_1, y)`, `L_i = lambda KL(Y_{i-1} || Y_i) + (1 - lambda) CE(Y_i, y)` for `i > 1`; teachers are constants of the gradient.
 *
 * @param logits float `[batch, classes]` each
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `lambda`, `temperature`, `weights`
 * @returns values `[batch]` for each; consumes all
 * @throws TypeError, RangeError for wrong dtypes and shapes, wrong labels, a lambda outside [0, 1], a temperature <= 0
 * @example
 * const [f, g] = [np.array([[2, 0]]), np.array([[0, 0]])]
 * gpgTerms({ high: f, random: [], low: g }, np.array([0], { dtype: np.int32 })).low // [0.5105]
 * @see Xu et al. 2023, arXiv 2308.07650, equations (9) to (12)
 */
export function gpgTerms(logits: ProgressiveLogits, labels: np.Array, options: GpgOptions = {}): GpgTerms {
  const { lambda, temperature, weights } = readLossOptions("gpgTerms", options, {
    lambda: [0.5],
    temperature: [1],
  });
  checkNumber("lambda", lambda, { min: 0, max: 1 });
  checkNumber("temperature", temperature, { above: 0 });
  if (!Array.isArray(logits?.random))
    throw typeError("logits", "an object of logits { high, random: [], low }", logits);
  const { high, random, low } = logits;
  const own = () => weights?.ref;
  const students = [...random, low].map((student, i) => {
    const teacher = i === 0 ? high : random[i - 1];
    const taught = kdLoss(student.ref, teacher.ref, { temperature, weights: own() }).mul(lambda);
    return taught.add(crossEntropy(student.ref, labels.ref, { weights: own() }).mul(1 - lambda));
  });
  const first = crossEntropy(high.ref, labels, { weights: own() });
  for (const x of [high, ...random, low]) x.dispose();
  weights?.dispose();
  return { high: first, random: students.slice(0, -1), low: students[students.length - 1] };
}

/**
 * Group progressive guidance: the sum of the {@link gpgTerms}, by which the most bits teach the fewest over those between.
 *
 * `L_H + sum_R L_R + L_L`
 *
 * @param logits float `[batch, classes]` each
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `lambda` in [0, 1], default 0.5; `temperature` > 0, default 1; `weights` multiply the rows
 * @returns one value per example, `[batch]`; consumes all
 * @throws TypeError, RangeError as {@link gpgTerms}
 * @example
 * const [f, g] = [np.array([[2, 0]]), np.array([[0, 0]])]
 * gpgLoss({ high: f, random: [], low: g }, np.array([0], { dtype: np.int32 })) // [0.6374]
 * @see Xu et al. 2023, arXiv 2308.07650, equation (12)
 */
export function gpgLoss(logits: ProgressiveLogits, labels: np.Array, options: GpgOptions = {}): np.Array {
  readLossOptions("gpgLoss", options, { lambda: true, temperature: true });
  const { high, random, low } = gpgTerms(logits, labels, options);
  return [high, ...random, low].reduce((a, b) => a.add(b));
}
