import { lax, numpy as np, random } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNoNaN,
  checkNumber,
  checkShape,
  peek,
  rangeError,
  typeError,
} from "../../../engine/checks.ts";
import { log, log1p } from "../../../engine/numerics.ts";
import { constantOf } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import {
  checkIdsOnly,
  checkLabels,
  checkWeights,
  type LossOptions,
  maskRows,
  weighted,
} from "../../per-example.ts";

/** An output layer, one row a class. */
export interface SampledSoftmaxWeights {
  /** `[classes, features]` */
  w: np.Array;
  /** `[classes]` */
  b: np.Array;
}

/** Where the negatives of a batch come from: a key to draw them with, or the classes themselves, int32 `[samples]`. */
export type SampledSoftmaxDraws =
  | { key: np.Array; samples: number; negatives?: undefined }
  | { negatives: np.Array; key?: undefined };

/**
 * Sampled softmax: cross-entropy against a sample of classes instead of all, corrected for how likely each was drawn.
 *
 * `log(1 + sum_{j != y} exp(f_j - log(samples P(j)) - f_y))` over the sampled classes j, with `f_k = w_k . h + b_k` and the
 * log-uniform proposal P of {@link logUniformProbability}. The sum estimates that of cross-entropy over all other classes
 * without bias, since an example's label is always there and doesn't count when it is drawn as well; so value and gradient
 * tend to those of cross-entropy as samples are added. One sample of classes serves the whole batch.
 *
 * Number the classes by falling frequency: the proposal draws low ones more often. Inside a compiled function the key
 * must be an argument.
 *
 * @param hidden float `[batch, features]`
 * @param labels int32 `[batch]`
 * @param layer the output layer
 * @param options `key` and `samples`, or `negatives`; `weights`
 * @returns one value >= 0 per example, `[batch]`; on average below cross-entropy over all classes (Jensen)
 * @throws TypeError for distributions, or key and negatives together; TypeError, RangeError for wrong dtypes, shapes,
 * labels, NaN in `hidden`
 * @example
 * sampledSoftmaxLoss(hidden, labels, { w, b }, { key: random.key(1), samples: 100 })
 * @see Bengio, Senécal 2003, "Quick training of probabilistic neural nets by importance sampling"; Jean, Cho, Memisevic,
 * Bengio 2015, arXiv 1412.2007, section 3
 */
export function sampledSoftmaxLoss(
  hidden: np.Array,
  labels: np.Array,
  layer: SampledSoftmaxWeights,
  options: SampledSoftmaxDraws & LossOptions,
): np.Array {
  readLossOptions("sampledSoftmaxLoss", options, {
    key: true,
    samples: true,
    negatives: true,
  });
  const { w, b } = layer;
  const { weights } = options;
  checkFloatArray("hidden", hidden, 2, "[batch, features]");
  const [batch, features] = hidden.shape;
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("hidden", hidden);
  checkFloatArray("w", w, 2, "[classes, features]");
  const classes = w.shape[0];
  checkShape("w", w, [classes, features]);
  checkShape("b", b, [classes]);
  checkIdsOnly("sampledSoftmaxLoss", labels);
  checkLabels(labels, batch, classes, weights);
  const negatives = negativesOf(options, classes);
  const samples = negatives.shape[0];
  const h = maskRows(hidden, weights);
  const own = rows(w.ref, labels.ref).mul(h.ref).sum(-1);
  const target = own.add(rows(b.ref, labels.ref));
  const expected = log(logUniformProbability(negatives.ref, classes).mul(samples));
  const others = np
    .matmul(h, np.transpose(rows(w, negatives.ref)))
    .add(rows(b, negatives.ref))
    .sub(constantOf(expected, own.dtype));
  const gap = others.sub(target.reshape([batch, 1]));
  const isLabel = negatives.reshape([1, samples]).equal(labels.reshape([batch, 1]));
  const largest = np.max(lax.stopGradient(np.where(isLabel.ref, 0, gap.ref)), -1, { keepdims: true });
  const shift = np.maximum(largest, 0);
  const sum = np.where(isLabel, 0, np.exp(gap.sub(shift.ref))).sum(-1);
  const flat = shift.reshape([batch]);
  return weighted(log(sum.add(np.exp(flat.ref.neg()))).add(flat), weights);
}

/**
 * Probability of a class under the log-uniform (Zipf-like) proposal, `log(1 + 1 / (k + 1)) / log(classes + 1)`.
 *
 * @param ids int32 `[n]`, from 0
 * @returns float32 `[n]`
 * @example
 * logUniformProbability(np.array([0], { dtype: np.int32 }), 3) // [0.5]
 */
export function logUniformProbability(ids: np.Array, classes: number): np.Array {
  const k = constantOf(ids, np.float32);
  return log1p(np.reciprocal(k.add(1))).div(Math.log(classes + 1));
}

/**
 * Classes drawn, with replacement, from the log-uniform proposal: `floor(exp(u log(classes + 1))) - 1`, u uniform.
 *
 * @param key of random numbers
 * @returns int32 `[samples]`
 * @throws RangeError for a number of samples or classes below 1
 * @example
 * logUniformSample(random.key(1), 100, 50_000)
 */
export function logUniformSample(key: np.Array, samples: number, classes: number): np.Array {
  checkNumber("samples", samples, { min: 1, integer: true });
  checkNumber("classes", classes, { min: 1, integer: true });
  const u = random.uniform(key, [samples]);
  const drawn = np.floor(np.exp(u.mul(Math.log(classes + 1)))).sub(1);
  return np.clip(drawn, 0, classes - 1).astype(np.int32);
}

/** Rows by number. The maximum changes nothing but lets the compiled gradient, which fails on a plain gather, through. */
function rows(x: np.Array, ids: np.Array): np.Array {
  return np.maximum(np.take(x, ids, 0), Number.NEGATIVE_INFINITY);
}

function negativesOf(options: SampledSoftmaxDraws, classes: number): np.Array {
  const { key, negatives } = options;
  if ((key === undefined) === (negatives === undefined))
    throw typeError("options", "either key or negatives", key === undefined ? "neither" : "both");
  if (options.negatives === undefined) return logUniformSample(options.key, options.samples, classes);
  const given = options.negatives;
  if (given.dtype !== np.int32 || given.ndim !== 1)
    throw typeError("negatives", "int32[samples] class ids", given);
  const ids = peek(given);
  for (let j = 0; ids !== null && j < ids.length; j++) {
    if (!(ids[j] >= 0 && ids[j] < classes))
      throw rangeError("negatives", `class ids from 0 to ${classes - 1}`, ids[j]);
  }
  return given;
}
