import { numpy as np } from "@jax-js/jax";
import { log1p, relu } from "../../../engine/numerics.ts";
import { oneOf } from "../../../engine/options.ts";
import { type Parameter, parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, weighted } from "../../per-example.ts";
import { binaryExamples } from "./binary-examples.ts";

/**
 * Binary cross-entropy of log-odds (logistic loss).
 *
 * `-y log p - (1 - y) log(1 - p) = y softplus(-z) + (1 - y) softplus(z)` with `p = 1 / (1 + exp(-z))`
 *
 * @param logits log-odds `z`, float `[batch]`, or logits `[batch, 2]` with `z = f_1 - f_0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits (values are checked outside of tracing only)
 * @example
 * binaryCrossEntropy(np.array([2, 0]), np.array([1, 0], { dtype: np.int32 })) // [0.1269, 0.6931]
 */
export function binaryCrossEntropy(logits: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("binaryCrossEntropy", options, {});
  const { scores, positive, weights } = binaryExamples("logits", "logits", logits, labels, options.weights);
  const negative = positive.ref.neg().add(1);
  return weighted(logistic(scores, positive, negative), weights);
}

/**
 * `a softplus(-z) + b softplus(z)` for factors `a` of the positive and `b` of the negative class, with one logarithm:
 * `softplus(z) = max(z, 0) + log(1 + exp(-|z|))`.
 */
export function logistic(z: np.Array, a: np.Array, b: np.Array): np.Array {
  const common = log1p(np.exp(np.abs(z.ref).neg()));
  // At z = 0 the engine's derivatives of |z| and of maximum(z, 0) are 1, that of relu is 0: -1/2 and 1/2 in all.
  const wrongSide = a.ref.mul(relu(z.ref.neg())).add(b.ref.mul(np.maximum(z, 0)));
  return a.add(b).mul(common).add(wrongSide);
}

/** How the two classes are weighted, for a share `r` of positives. */
export type WeightScheme =
  /** `w_1 = 1 / (2 r)`, `w_0 = 1 / (2 (1 - r))`: both classes count the same, the mean weight is 1. */
  | "balanced"
  /** `w_1 = 1 - r`, `w_0 = r`: the same ratio, as in the follow-up code of the authors of AnyLoss. */
  | "complement";

/** Options of {@link weightedBce}. */
export interface WeightedBceOptions extends LossOptions {
  /** Default `balanced`. */
  scheme?: WeightScheme;
  /** Share of positives that the weights are made of, in (0, 1); default: the (weighted) share in this batch. */
  positiveRate?: Parameter;
}

/**
 * Class-weighted binary cross-entropy.
 *
 * `w_1 y softplus(-z) + w_0 (1 - y) softplus(z)`, with `w_1 = N / (2 N_1)`, `w_0 = N / (2 N_0)` (`balanced`) or
 * `w_1 = N_0 / N`, `w_0 = N_1 / N` (`complement`)
 *
 * For mini-batches give the training set's `positiveRate`, so that the weights don't change from batch to batch. In a
 * batch of one class without `positiveRate`, the absent class has no rows to be weighted and the other has its
 * formula's weight (1/2, or 0 for `complement`).
 *
 * @param logits log-odds, float `[batch]`, or logits `[batch, 2]` with `z = f_1 - f_0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `scheme`, `positiveRate`, `weights` (of examples, on top of those of the classes)
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link binaryCrossEntropy}, for an unknown scheme, a rate outside (0, 1)
 * @example
 * weightedBce(np.array([0, 0, 0, 0]), np.array([1, 0, 0, 0], { dtype: np.int32 })) // [1.3863, 0.4621, 0.4621, 0.4621]
 */
export function weightedBce(logits: np.Array, labels: np.Array, options: WeightedBceOptions = {}): np.Array {
  const { scheme, positiveRate } = readLossOptions("weightedBce", options, {
    scheme: ["balanced", oneOf(["balanced", "complement"])],
    positiveRate: [undefined, { above: 0, below: 1 }],
  });
  const { scores, positive, weights } = binaryExamples("logits", "logits", logits, labels, options.weights);
  const rate =
    positiveRate === undefined ? shareOf(positive.ref, weights?.ref) : parameter(positiveRate, scores);
  const [w0, w1] = classWeights(rate, scheme);
  const negative = positive.ref.neg().add(1).mul(w0);
  return weighted(logistic(scores, positive.mul(w1), negative), weights);
}

function shareOf(positive: np.Array, weights: np.Array | undefined): np.Array {
  if (weights === undefined) return positive.mean();
  const total = np.maximum(weights.ref.sum(), 1e-7);
  return positive.mul(weights).sum().div(total);
}

function classWeights(rate: np.Array, scheme: WeightScheme): [np.Array, np.Array] {
  const rest = rate.ref.neg().add(1);
  if (scheme === "complement") return [rate, rest];
  const inverse = (share: np.Array) => np.reciprocal(np.maximum(share, 1e-7).mul(2));
  return [inverse(rest), inverse(rate)];
}

/**
 * Delta rule: squared error of a linear output against targets +1 and -1, the loss of the single-layer perceptron
 * before there were logistic ones.
 *
 * `(t - z)^2 / 2` with `t = 2 y - 1`
 *
 * @param scores linear outputs `z`, float `[batch]`, or `[batch, 2]` with `z = f_1 - f_0`; the decision is `z > 0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link binaryCrossEntropy}
 * @example
 * deltaRule(np.array([0.5, 0.5]), np.array([1, 0], { dtype: np.int32 })) // [0.125, 1.125]
 * @see Widrow, Hoff 1960; a baseline of arXiv 2405.14745
 */
export function deltaRule(scores: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("deltaRule", options, {});
  const examples = binaryExamples("scores", "logits", scores, labels, options.weights);
  const { positive, weights } = examples;
  const z = examples.scores;
  // Expectation over the label: y (1 - z)^2 + (1 - y) (1 + z)^2.
  const ofPositive = positive.ref.mul(np.square(z.ref.sub(1)));
  const ofNegative = positive
    .neg()
    .add(1)
    .mul(np.square(z.add(1)));
  return weighted(ofPositive.add(ofNegative).mul(0.5), weights);
}
