import { numpy as np } from "@jax-js/jax";
import { checkShape, isArrayLike, peek, rangeError, typeError } from "../../engine/checks.ts";
import { logSoftmax } from "../../engine/numerics.ts";
import { readLossOptions } from "../loss-options.ts";

/**
 * Cross-entropy of the tokens of texts: the mean over all tokens of the batch that count. A long text counts more than a short one.
 *
 * `mean_{(i, t): y_it != ignoreIndex} -log softmax(logits_it)[y_it]`
 *
 * @param logits float `[batch, time, vocabulary]`, each of the token that stands at the same place in `labels`; no shift happens here
 * @param labels int32 `[batch, time]`; what is `ignoreIndex` counts for nothing: neither in value nor in gradient
 * @param options `ignoreIndex`, default -100
 * @returns a scalar >= 0. In a program, where labels have no values yet, a batch without any token that counts gives 0
 * @throws TypeError, RangeError for wrong dtypes and shapes, labels outside the vocabulary, and where all are ignored (values are checked
 * outside of tracing only)
 * @example
 * const logits = np.array([[[2, 0], [0, 0], [9, 9]]])
 * tokenCrossEntropy(logits, np.array([[0, 1, -100]], { dtype: np.int32 })) // 0.4100
 * @see torch.nn.CrossEntropyLoss
 */
export function tokenCrossEntropy(
  logits: np.Array,
  labels: np.Array,
  options: { ignoreIndex?: number } = {},
): np.Array {
  const { ignoreIndex } = readLossOptions("tokenCrossEntropy", options, {
    ignoreIndex: [-100, { integer: true }],
  });
  checkTokenLabels(logits, labels, ignoreIndex);
  const vocabulary = logits.shape[2];
  const column = labels.reshape([...labels.shape, 1]);
  const counts = column.ref.notEqual(ignoreIndex);
  const isToken = column.equal(np.arange(vocabulary).astype(np.int32).reshape([1, 1, vocabulary]));
  const logps = logSoftmax(np.where(counts.ref, logits, 0));
  const total = counts.ref.astype(logps.dtype).sum();
  const nll = np.where(isToken.mul(counts), logps, 0).sum().neg();
  return nll.div(np.maximum(total, 1));
}

function checkTokenLabels(logits: np.Array, labels: np.Array, ignoreIndex: number): void {
  if (!isArrayLike(logits) || !/^float/.test(logits.dtype))
    throw typeError("logits", "a float array [batch, time, vocabulary]", logits);
  if (logits.ndim !== 3) throw rangeError("logits", "a float array [batch, time, vocabulary]", logits);
  const [batch, time, vocabulary] = logits.shape;
  if (!isArrayLike(labels) || labels.dtype !== np.int32)
    throw typeError("labels", `int32[${batch}, ${time}]`, labels);
  checkShape("labels", labels, [batch, time]);
  const ids = peek(labels);
  if (ids === null) return;
  const counted = Array.from(ids).filter((id) => id !== ignoreIndex);
  if (counted.length === 0) throw rangeError("labels", "at least one token that isn't ignored", "none");
  const wrong = counted.find((id) => id < 0 || id >= vocabulary);
  if (wrong !== undefined)
    throw rangeError("labels", `ids from 0 to ${vocabulary - 1}, or ${ignoreIndex}`, wrong);
}
