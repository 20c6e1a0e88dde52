import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, peek, rangeError, typeError } from "../engine/checks.ts";
import { logSoftmax } from "../engine/numerics.ts";
import { constantOf } from "../engine/parameter.ts";
import { knownOf } from "./label-classes.ts";

/** Options that every per-example loss takes. */
export interface LossOptions {
  /**
   * One weight (number or boolean) per example, `[batch]`: each value is multiplied by its weight. Rows of weight 0
   * are left out altogether: whatever their logits and labels hold, their value and gradient are 0.
   */
  weights?: np.Array;
}

/**
 * The body shared by all classification losses: checks the arguments, masks rows of weight 0, and takes the
 * expectation over the labels, `sum_y q_y loss(f, y)`.
 *
 * `body(logits, isLabel)` computes the loss of a known class from logits `[..., classes]` and a boolean mask of the
 * same number of axes that is true at that class; it reduces the last axis. For class ids it runs once on
 * `[batch, classes]`; for distributions it runs on `[batch, 1, classes]` against `[1, classes, classes]`.
 */
export function overLabels(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions,
  body: (logits: np.Array, isLabel: np.Array) => np.Array,
): np.Array {
  const { weights } = options;
  checkExamples(logits, labels, weights);
  const [batch, classes] = logits.shape;
  const scores = maskRows(logits, weights);
  if (labels.ndim === 1) return weighted(body(scores, labelMask(labels, classes)), weights);
  const values = body(
    scores.reshape([batch, 1, classes]),
    np.eye(classes, classes, { dtype: np.bool }).reshape([1, classes, classes]),
  );
  return weighted(expectation(values, maskRows(labels, weights)), weights);
}

/**
 * As {@link overLabels} for a loss that depends on one statistic of the label's class only: `loss(f, y) =
 * phi(statistic(f)_y)` with `statistic: [batch, classes] -> [batch, classes]` and `phi` elementwise (by default the
 * identity). Distributions then cost no more than class ids.
 */
export function overLabelStatistic(
  logits: np.Array,
  labels: np.Array,
  options: LossOptions,
  statistic: (logits: np.Array) => np.Array,
  phi: (statistic: np.Array) => np.Array = (s) => s,
): np.Array {
  const { weights } = options;
  checkExamples(logits, labels, weights);
  const classes = logits.shape[1];
  const s = statistic(maskRows(logits, weights));
  if (labels.ndim === 1) return weighted(phi(atLabel(s, labelMask(labels, classes))), weights);
  const q = maskRows(labels, weights);
  // Classes without mass must not reach phi: their value may be infinite and its derivative NaN.
  const values = phi(np.where(q.ref.greater(0), s, 0));
  return weighted(expectation(values, q), weights);
}

/** The statistic of cross-entropy and its kin: `-log p_k` for `p = softmax(f)`, `[batch, classes]`. */
export function negativeLogSoftmax(logits: np.Array): np.Array {
  return logSoftmax(logits).neg();
}

/** The entry at the label's class: `[..., classes]` and a mask of one true entry a row -> `[...]`. */
export function atLabel(x: np.Array, isLabel: np.Array): np.Array {
  return np.where(isLabel, x, 0).sum(-1);
}

/** Boolean `[batch, classes]`, true at the class of each id. A gather would fail inside a compiled gradient. */
export function labelMask(ids: np.Array, classes: number): np.Array {
  return ids.reshape([-1, 1]).equal(np.arange(classes).astype(np.int32).reshape([1, classes]));
}

function expectation(values: np.Array, q: np.Array): np.Array {
  const p = constantOf(q, values.dtype);
  return np.where(p.ref.greater(0), values.mul(p), 0).sum(-1);
}

/** Rows of weight 0 replaced by zeros, so that nothing they hold can reach a value or a gradient. */
export function maskRows(x: np.Array, weights: np.Array | undefined): np.Array {
  if (weights === undefined) return x;
  const kept = weights.ref.notEqual(0);
  return np.where(x.ndim === 1 ? kept : kept.reshape([-1, 1]), x, 0);
}

/** Values times weights. Consumes both. */
export function weighted(values: np.Array, weights: np.Array | undefined): np.Array {
  return weights === undefined ? values : values.mul(constantOf(weights, values.dtype));
}

/** Shapes and dtypes of logits, labels and weights; their values too where they can be looked at. */
export function checkExamples(logits: np.Array, labels: np.Array, weights: np.Array | undefined): void {
  checkFloatArray("logits", logits, 2, "[batch, classes]");
  const [batch, classes] = logits.shape;
  if (classes < 2) throw rangeError("logits", "at least 2 classes", logits);
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("logits", logits);
  checkLabels(labels, batch, classes, weights);
}

/** Checks `weights: [batch]`, numbers or booleans, non-negative. */
export function checkWeights(weights: np.Array | undefined, batch: number): void {
  if (weights === undefined) return;
  checkShape("weights", weights, [batch]);
  const values = peek(weights);
  for (let i = 0; values !== null && i < batch; i++) {
    if (!(Number(values[i]) >= 0)) throw rangeError("weights", "non-negative numbers", Number(values[i]));
  }
}

/** Checks class ids `int32[batch]` in `0..classes-1`, or distributions `float[batch, classes]` that sum to 1. */
export function checkLabels(labels: np.Array, batch: number, classes: number, weights?: np.Array): void {
  const counts = weights === undefined ? null : peek(weights);
  const skip = (row: number): boolean => counts !== null && Number(counts[row]) === 0;
  if (labels?.dtype === np.int32) {
    checkShape("labels", labels, [batch]);
    const known = knownOf(labels, weights);
    if (known?.classes !== undefined && known.classes > classes)
      throw rangeError("logits", `at least ${known.classes} columns, one a class of the labels`, classes);
    const checkId = (id: number): void => {
      if (id < 0 || id >= classes) throw rangeError("labels", `class ids from 0 to ${classes - 1}`, id);
    };
    known?.range?.forEach(checkId);
    const ids = peek(labels);
    for (let i = 0; ids !== null && i < batch; i++) if (!skip(i)) checkId(ids[i]);
    return;
  }
  const expected = `int32[${batch}] class ids or a float array [${batch}, ${classes}] of distributions`;
  if (labels?.dtype !== np.float32 && labels?.dtype !== np.float64)
    throw typeError("labels", expected, labels);
  if (labels.ndim !== 2) throw rangeError("labels", expected, labels);
  checkShape("labels", labels, [batch, classes]);
  const q = peek(labels);
  for (let i = 0; q !== null && i < batch; i++) {
    if (skip(i)) continue;
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const value = q[i * classes + k];
      if (!(value >= 0)) throw rangeError("labels", "probabilities >= 0", value);
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= 1e-6 * Math.max(1, classes / 8)))
      throw rangeError("labels", "rows that sum to 1", sum);
  }
}

/** For losses that are defined for class ids only. */
export function checkIdsOnly(loss: string, labels: np.Array): void {
  if (labels?.dtype !== np.int32)
    throw typeError(`${loss} labels`, "int32[batch] class ids (this loss takes no distributions)", labels);
}
