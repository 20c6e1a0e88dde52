import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, typeError } from "../../../engine/checks.ts";
import { constantOf } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { checkLabels, checkWeights, type LossOptions, maskRows, weighted } from "../../per-example.ts";

const shapes = "[batch], [batch, 1], or logits [batch, 2] whose score is f_1 - f_0";

/** Scores of the positive class as `[batch]`, from `[batch]`, `[batch, 1]` or two logits an example. */
function binaryScores(scores: np.Array): np.Array {
  if (scores?.ndim !== 2 || scores.shape[1] > 2) {
    checkFloatArray("scores", scores, 1, shapes);
    return scores;
  }
  checkFloatArray("scores", scores, 2, shapes);
  if (scores.shape[1] === 1) return scores.reshape([-1]);
  // A product and a sum, since the compiled gradient of a slice can't be trusted.
  const sign = np.array([-1, 1], { dtype: scores.dtype });
  return scores.mul(sign).sum(-1);
}

/** Checks and reads scores `[batch]` and labels of two classes; rows of weight 0 come out as zeros. */
function examples(scores: np.Array, labels: np.Array, weights: np.Array | undefined): np.Array {
  const f = binaryScores(scores);
  const batch = f.shape[0];
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("scores", f);
  checkLabels(labels, batch, 2, weights);
  return maskRows(f, weights);
}

/** `f` where the label is 1, `-f` where it is 0. */
function signed(f: np.Array, ids: np.Array): np.Array {
  return np.where(ids.equal(1), f.ref, f.neg());
}

/**
 * Margins of binary classification.
 *
 * `z = t f`, `t = 2 y - 1`
 *
 * @param scores float `[batch]` or `[batch, 1]`; or logits `[batch, 2]`, whose score is `f_1 - f_0`
 * @param labels int32 `[batch]`, 0 or 1. A distribution has no single margin: see {@link marginLoss}
 * @param options `weights`: rows of weight 0 get margin 0, whatever they hold
 * @returns margins `[batch]`
 * @throws TypeError for distributions; TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores (values are
 * checked outside of tracing only)
 * @example
 * binaryMargins(np.array([2, -3]), np.array([1, 0], { dtype: np.int32 })) // [2, 3]
 */
export function binaryMargins(scores: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("binaryMargins", options, {});
  if (labels?.dtype !== np.int32)
    throw typeError("labels", "int32[batch] class ids, 0 or 1 (marginLoss takes distributions)", labels);
  const { weights } = options;
  const margins = signed(examples(scores, labels, weights), labels);
  weights?.dispose();
  return margins;
}

/**
 * A loss of margins as a loss of scores and labels.
 *
 * `phi(t f)`, `t = 2 y - 1`; with distributions q the expectation `q_1 phi(f) + q_0 phi(-f)`.
 *
 * @param scores float `[batch]` or `[batch, 1]`; or logits `[batch, 2]`, whose score is `f_1 - f_0`
 * @param labels int32 `[batch]`, 0 or 1; or distributions `[batch, 2]`
 * @param phi a loss of margins, `[batch] -> [batch]`, such as {@link hinge}
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores (values are checked outside of tracing only)
 * @example
 * marginLoss(np.array([2, -3]), np.array([0, 0], { dtype: np.int32 }), hinge) // [3, 0]
 */
export function marginLoss(
  scores: np.Array,
  labels: np.Array,
  phi: (margins: np.Array) => np.Array,
  options: LossOptions = {},
): np.Array {
  const { weights } = readLossOptions("marginLoss", options, {});
  const f = examples(scores, labels, weights);
  if (labels.dtype === np.int32) return weighted(phi(signed(f, labels)), weights);
  const q = constantOf(maskRows(labels, weights), f.dtype);
  // One term a class; a class without mass must not reach phi, whose value may be infinite.
  const term = (column: number, z: np.Array): np.Array => {
    const pick = np.array([1 - column, column], { dtype: f.dtype });
    const mass = q.ref.mul(pick).sum(-1);
    const some = mass.ref.greater(0);
    return np.where(some.ref, phi(np.where(some, z, 0)).mul(mass), 0);
  };
  const positive = term(1, f.ref);
  const value = positive.add(term(0, f.neg()));
  q.dispose();
  return weighted(value, weights);
}
