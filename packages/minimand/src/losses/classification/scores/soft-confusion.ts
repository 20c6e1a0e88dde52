import type { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../../engine/checks.ts";
import { sigmoid } from "../../../engine/numerics.ts";
import { readOptions } from "../../../engine/options.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import type { LossOptions } from "../../per-example.ts";
import { binaryExamples, factor, probabilities } from "../binary/binary-examples.ts";

/** The steep sigmoid that pushes a probability towards 0 or 1. */
export interface AmplifyOptions {
  /** Amplification, > 0, default 73 (the authors' choice among 30, 50, 73, 90, 110). */
  L?: Parameter;
  /** The probability that becomes 1/2, default 0.5. */
  threshold?: Parameter;
}

/** The four counts of a soft decision: arrays of one shape (0-d, or one value a class). */
export interface SoftCounts {
  TN: np.Array;
  FP: np.Array;
  FN: np.Array;
  TP: np.Array;
}

/**
 * Pushes probabilities towards 0 and 1 with a steep sigmoid, so that sums over them act like counts.
 *
 * `A(p) = 1 / (1 + exp(-L (p - threshold)))`, with derivative `L A (1 - A)`
 *
 * The derivative falls below 1e-10 where `|p - threshold| > 0.4` at `L = 73`: examples that are wrong with
 * confidence get no gradient, so start from small scores, or let `L` grow ({@link annealedL}).
 *
 * @param p probabilities, float, any shape
 * @param options `L > 0`, default 73; `threshold`, default 0.5
 * @returns the amplified probabilities, of the shape of `p`
 * @throws RangeError for `L <= 0` and a threshold outside [0, 1]
 * @example
 * amplify(np.array([0.4, 0.5, 0.6])) // [0.00068, 0.5, 0.99932]
 * @see Han, Moniz, Chawla 2024, arXiv 2405.14745, equation of the approximation function
 */
export function amplify(p: np.Array, options: AmplifyOptions = {}): np.Array {
  readOptions("amplify", options, { L: true, threshold: true });
  return sigmoid(amplified(p, options));
}

/** `L (p - threshold)`. */
export function amplified(p: np.Array, { L = 73, threshold = 0.5 }: AmplifyOptions): np.Array {
  checkParameter("L", L, { above: 0 });
  checkParameter("threshold", threshold, { min: 0, max: 1 });
  const steepness = factor(L, p);
  return p.sub(factor(threshold, p)).mul(steepness);
}

/**
 * The differentiable confusion matrix: counts in which every example takes part with its amplified probability.
 *
 * `TP = sum w y a`, `FN = sum w y (1 - a)`, `FP = sum w (1 - y) a`, `TN = sum w (1 - y) (1 - a)`, with
 * `a = A(p)` of {@link amplify}. `TP + FN` and `FP + TN` are the (weighted) numbers of positives and negatives of
 * this batch, whatever the scores are.
 *
 * @param p probabilities of the positive class, float `[batch]`; with `fromLogits` log-odds `[batch]` or logits
 * `[batch, 2]`, whose log-odds are `f_1 - f_0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `L`, `threshold` as in {@link amplify}; `fromLogits`; `weights`
 * @returns `{ TN, FP, FN, TP }`, 0-d arrays, all >= 0
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, probabilities outside [0, 1] and NaN (values are
 * checked outside of tracing only), `L <= 0`
 * @example
 * softConfusionMatrix(np.array([0.52, 0.48, 0.49, 0.4]), np.array([1, 1, 0, 0], { dtype: np.int32 }))
 * // { TN: 1.6741, FP: 0.3259, FN: 1, TP: 1 }
 * @see Han, Moniz, Chawla 2024, arXiv 2405.14745, section on the confusion matrix
 */
export function softConfusionMatrix(
  p: np.Array,
  labels: np.Array,
  options: LossOptions & AmplifyOptions & { fromLogits?: boolean } = {},
): SoftCounts {
  readLossOptions("softConfusionMatrix", options, {
    L: true,
    threshold: true,
    fromLogits: true,
  });
  const kind = options.fromLogits ? "logits" : "probabilities";
  const { scores, positive, weights } = binaryExamples(
    options.fromLogits ? "logits" : "p",
    kind,
    p,
    labels,
    options.weights,
  );
  const x = amplified(probabilities(scores, kind), options);
  // The complement is computed by itself: 1 - a is 0 in float32 long before it is small.
  const a = sigmoid(x.ref);
  return countsOf(a, sigmoid(x.neg()), positive, weights);
}

/**
 * Sums over the batch axis of decisions `a` and their complements, `[batch]` or `[batch, classes]`, against the
 * labels' shares of the same shape and weights `[batch]`.
 */
export function countsOf(
  a: np.Array,
  complement: np.Array,
  positive: np.Array,
  weights: np.Array | undefined,
): SoftCounts {
  const negative = positive.ref.neg().add(1);
  const column = weights?.reshape(a.ndim === 1 ? [-1] : [-1, 1]);
  const y = column === undefined ? positive : positive.mul(column.ref);
  const n = column === undefined ? negative : negative.mul(column);
  return {
    TP: y.ref.mul(a.ref).sum(0),
    FN: y.mul(complement.ref).sum(0),
    FP: n.ref.mul(a).sum(0),
    TN: n.mul(complement).sum(0),
  };
}
