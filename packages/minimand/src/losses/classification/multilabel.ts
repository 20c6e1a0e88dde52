import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, peek, rangeError, typeError } from "../../engine/checks.ts";
import { constantOf } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { logistic } from "./binary/binary-cross-entropy.ts";

/** Options of {@link multilabelBinaryCrossEntropy}. */
export interface MultilabelOptions extends LossOptions {
  /** What a label that is there counts against one that isn't, float `[labels]`, > 0; default all 1. */
  positiveWeights?: np.Array;
}

/**
 * Binary cross-entropy of several labels that may hold together: the mean over them.
 *
 * `mean_k (w_k y_k softplus(-z_k) + (1 - y_k) softplus(z_k))`
 *
 * @param logits log-odds `z`, float `[batch, labels]`
 * @param targets `[batch, labels]`: 0 and 1, true and false, or probabilities (`targetShape: [labels]` of `minibatches`)
 * @param options `positiveWeights`, `weights`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN logits, targets outside of [0, 1] (values are checked outside of tracing
 *   only)
 * @example
 * multilabelBinaryCrossEntropy(np.array([[2, 0]]), np.array([[1, 0]])) // [0.4100]
 * @see torch.nn.BCEWithLogitsLoss, torch.nn.MultiLabelSoftMarginLoss
 */
export function multilabelBinaryCrossEntropy(
  logits: np.Array,
  targets: np.Array,
  options: MultilabelOptions = {},
): np.Array {
  const { weights, positiveWeights } = readLossOptions("multilabelBinaryCrossEntropy", options, {
    positiveWeights: true,
  });
  checkFloatArray("logits", logits, 2, "[batch, labels]");
  const [batch, labels] = logits.shape;
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("logits", logits);
  checkTargets(targets, logits.shape, weights);
  if (positiveWeights !== undefined) {
    checkFloatArray("positiveWeights", positiveWeights, 1, "[labels]");
    checkShape("positiveWeights", positiveWeights, [labels]);
  }
  const z = maskRows(logits, weights);
  const positive = maskRows(constantOf(targets, z.dtype), weights);
  const negative = positive.ref.neg().add(1);
  const counted =
    positiveWeights === undefined
      ? positive
      : positive.mul(constantOf(positiveWeights, z.dtype).reshape([1, labels]));
  return weighted(logistic(z, counted, negative).sum(-1).div(labels), weights);
}

function checkTargets(targets: np.Array, shape: readonly number[], weights: np.Array | undefined): void {
  const kinds: readonly string[] = [np.float32, np.float64, np.int32, np.bool];
  if (!kinds.includes(targets?.dtype))
    throw typeError("targets", "numbers or booleans [batch, labels]", targets);
  checkShape("targets", targets, shape);
  const values = peek(targets);
  const counts = weights === undefined ? null : peek(weights);
  if (values === null || (weights !== undefined && counts === null)) return;
  for (let i = 0; i < values.length; i++) {
    if (counts !== null && Number(counts[Math.floor(i / shape[1])]) === 0) continue;
    const value = Number(values[i]);
    if (!(value >= 0 && value <= 1)) throw rangeError("targets", "numbers from 0 to 1", value);
  }
}
