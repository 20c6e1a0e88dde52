import { numpy as np } from "@jax-js/jax";
import { constantOf, type Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type WeightScheme, weightedBce } from "../binary/binary-cross-entropy.ts";
import { binaryExamples, factor, probabilities } from "../binary/binary-examples.ts";
import { type AnyLossOptions, anyLoss } from "./anyloss.ts";

/*
 * Variants from the authors' follow-up code (unpublished). "Pure", without amplification, is `scoreOrientedLoss` with
 * the uniform distribution; the G-mean without its root is the metric `gmeanSquared`.
 */

/**
 * A mixture of class-weighted cross-entropy, which has a gradient everywhere, and AnyLoss.
 *
 * `(1 - r) mean(weightedBce) + r (1 - score)`
 *
 * @param logits log-odds, float `[batch]`, or logits `[batch, 2]` with `z = f_1 - f_0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `ratio` r from 0 to 1, default 0.5; `scheme` of `weightedBce`, default `complement` as in the follow-up;
 * the others as in `anyLoss`
 * @returns a 0-d array, a loss of the whole batch
 * @throws TypeError, RangeError as `anyLoss`, for a ratio outside [0, 1]
 * @example
 * anyLossMixture(logits, labels, { metric: "gmean", ratio: 0.7 })
 * @see follow-up code of the authors of arXiv 2405.14745 (unpublished)
 */
export function anyLossMixture(
  logits: np.Array,
  labels: np.Array,
  options: Omit<AnyLossOptions, "fromLogits"> & { ratio?: Parameter; scheme?: WeightScheme },
): np.Array {
  const { ratio, scheme, weights, ...target } = readLossOptions("anyLossMixture", options, {
    metric: true,
    beta: true,
    eps: true,
    L: true,
    threshold: true,
    ratio: [0.5, { min: 0, max: 1 }],
    scheme: ["complement"],
  });
  const entropy = weightedBce(logits.ref, labels.ref, { scheme, weights: weights?.ref });
  const base = meanOf(entropy, weights && constantOf(weights.ref, logits.dtype));
  return mix(base, anyLoss(logits, labels, { ...target, weights, fromLogits: true }), ratio);
}

/**
 * A mixture of AnyLoss and a "splitter" that pushes probabilities away from 1/2, whatever the label.
 *
 * `(1 - w) mean(1/4 - (p - 1/2)^2) + w (1 - score)`
 *
 * @param p probabilities of the positive class, float `[batch]`; with `fromLogits` log-odds `[batch]` or logits `[batch, 2]`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `scoreWeight` w from 0 to 1, default 0.5; the others as in `anyLoss`
 * @returns a 0-d array, a loss of the whole batch
 * @throws TypeError, RangeError as `anyLoss`, for a `scoreWeight` outside [0, 1]
 * @example
 * anyLossSplitter(p, labels, { metric: "fbeta", scoreWeight: 0.9 })
 * @see follow-up code of the authors of arXiv 2405.14745 (unpublished)
 */
export function anyLossSplitter(
  p: np.Array,
  labels: np.Array,
  options: AnyLossOptions & { scoreWeight?: Parameter },
): np.Array {
  const { scoreWeight, ...target } = readLossOptions("anyLossSplitter", options, {
    metric: true,
    beta: true,
    eps: true,
    L: true,
    threshold: true,
    fromLogits: true,
    scoreWeight: [0.5, { min: 0, max: 1 }],
  });
  const kind = options.fromLogits ? "logits" : "probabilities";
  const name = options.fromLogits ? "logits" : "p";
  const examples = binaryExamples(name, kind, p.ref, labels.ref, options.weights?.ref);
  examples.positive.dispose();
  const q = probabilities(examples.scores, kind);
  // 1/4 - (p - 1/2)^2 = p (1 - p)
  const split = q.ref.mul(q.neg().add(1));
  const weights = examples.weights;
  const base = meanOf(weights === undefined ? split : split.mul(weights.ref), weights);
  return mix(base, anyLoss(p, labels, target), scoreWeight);
}

/** Mean of values that already carry their weights: their sum over the sum of the weights. */
function meanOf(values: np.Array, weights: np.Array | undefined): np.Array {
  if (weights === undefined) return values.mean();
  const total = np.maximum(weights.sum(), 1e-7);
  return values.sum().div(total);
}

/** `(1 - r) base + r score`. */
function mix(base: np.Array, score: np.Array, ratio: Parameter): np.Array {
  const r = factor(ratio, base);
  if (typeof r === "number") return base.mul(1 - r).add(score.mul(r));
  return base.ref.add(r.mul(score.sub(base)));
}
