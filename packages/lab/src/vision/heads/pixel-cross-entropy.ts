import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape, typeError } from "minimand/engine";
import { checkWeights, readLossOptions } from "minimand/internals";
import { crossEntropy, type LossOptions } from "minimand/losses";

/**
 * Cross-entropy of a segmentation: of each image the mean over its pixels.
 *
 * `mean_{i,j} -log softmax(f_{n,i,j})[y_{n,i,j}]`
 *
 * @param logits float `[batch, height, width, classes]`
 * @param labels int32 `[batch, height, width]`, the class of each pixel
 * @param options `weights` `[batch]` multiply the images; those of weight 0 are left out whatever they hold
 * @returns one value >= 0 per image, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes and labels (values are checked outside of tracing only)
 * @example
 * const logits = np.array([2, 0, 0, 0]).reshape([1, 1, 2, 2])
 * pixelCrossEntropy(logits, np.array([[[0, 1]]], { dtype: np.int32 })) // [0.4100]
 * @see Long, Shelhamer, Darrell 2015, arXiv 1411.4038, section 4
 */
export function pixelCrossEntropy(logits: np.Array, labels: np.Array, options: LossOptions = {}): np.Array {
  const { weights } = readLossOptions("pixelCrossEntropy", options, {});
  checkFloatArray("logits", logits, 4, "[batch, height, width, classes]");
  const [batch, height, width, classes] = logits.shape;
  const pixels = height * width;
  if (labels?.dtype !== np.int32) throw typeError("labels", `int32[${batch}, ${height}, ${width}]`, labels);
  checkShape("labels", labels, [batch, height, width]);
  checkWeights(weights, batch);
  const each =
    weights && np.broadcastTo(weights.reshape([batch, 1]), [batch, pixels]).reshape([batch * pixels]);
  const values = crossEntropy(
    logits.reshape([batch * pixels, classes]),
    labels.reshape([batch * pixels]),
    each === undefined ? {} : { weights: each },
  );
  return values.reshape([batch, pixels]).mean(1);
}
