import { lax, numpy as np } from "@jax-js/jax";
import { isArrayLike, rangeError, typeError } from "../../engine/checks.ts";
import { logSoftmax, softmax } from "../../engine/numerics.ts";
import { oneOf } from "../../engine/options.ts";
import { readLossOptions } from "../loss-options.ts";
import { atLabel, checkWeights, type LossOptions, labelMask, maskRows, weighted } from "../per-example.ts";

/** Options of {@link alignLoss}. */
export interface AlignOptions extends LossOptions {
  /** `logits`: the attention is a vector of logits; `official`: its softmax is one, as published code has it. Default `logits`. */
  mode?: "logits" | "official";
}

/**
 * Aligns an attention over noise with what the image model says: the place of the largest number of its prediction is a class, which the
 * attention has to find.
 *
 * `-log softmax(a)_j`, `j = argmax_k prediction_k`, `a` the attention as one vector of D numbers (`logits`). In `official` mode it is
 * `-log softmax(softmax(a))_j`, a softmax too many: it lies between `log D - 1` and `log(D - 1 + e)` whatever the attention is, and for
 * large D it is constant, without a gradient that would move anything. It is there to compare with.
 *
 * @param attention float `[batch, ...]`, D numbers a row
 * @param prediction float `[batch, ...]`, at most D numbers a row, better as many; a constant for differentiation
 * @param options `mode`; `weights`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, a mode that is none
 * @example
 * const prediction = () => np.array([[0, 5, 1]])
 * alignLoss(np.array([[0, 2, 0]]), prediction()) // [0.2395]
 * alignLoss(np.array([[0, 2, 0]]), prediction(), { mode: "official" }) // [0.6995]
 */
export function alignLoss(attention: np.Array, prediction: np.Array, options: AlignOptions = {}): np.Array {
  const { mode, weights } = readLossOptions("alignLoss", options, {
    mode: ["logits", oneOf(["logits", "official"])],
  });
  for (const [name, x] of Object.entries({ attention, prediction })) {
    if (!isArrayLike(x) || !/^float/.test(x.dtype)) throw typeError(name, "a float array [batch, ...]", x);
    if (x.ndim < 2) throw rangeError(name, "a float array [batch, ...]", x);
  }
  const [batch] = attention.shape;
  const sizeOf = (x: np.Array): number => x.shape.slice(1).reduce((a, b) => a * b, 1);
  const [classes, values] = [sizeOf(attention), sizeOf(prediction)];
  if (prediction.shape[0] !== batch || values > classes)
    throw rangeError("prediction", `${batch} rows of at most ${classes} numbers`, prediction);
  checkWeights(weights, batch);
  const flat = maskRows(attention.reshape([batch, classes]), weights);
  const target = np.argmax(maskRows(lax.stopGradient(prediction).reshape([batch, values]), weights), -1);
  const logits = mode === "logits" ? flat : softmax(flat);
  const isTarget = labelMask(target.astype(np.int32), classes);
  return weighted(atLabel(logSoftmax(logits), isTarget).neg(), weights);
}
