import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, rangeError, readOptions } from "minimand/engine";
import { type AttentionParams, attention, attentionParams } from "minimand/internals";

/** The linear maps of {@link noiseCrossAttention}, `[size, size]` and `[size]` each (rows as `weightRows` has them). */
export type NoiseAttentionParams = AttentionParams;

/**
 * Attention of a text's features to noise: each token asks, the vectors of noise answer. Another noise gives another reading of the text.
 *
 * For each head `softmax(Q K^T / sqrt(size / heads)) V` with queries of the features, keys and values of the noise, and a linear map of all
 * heads side by side. Where all rows of noise are equal, each token gets the map of that row, whatever it asks.
 *
 * @param params of {@link initNoiseAttention}
 * @param features float `[batch, time, size]`
 * @param noise float `[batch, vectors, size]`
 * @param options `heads`, which divide the size
 * @returns float `[batch, time, size]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, heads that don't divide the size
 * @example
 * const eye = () => ({ weight: np.eye(4), bias: np.zeros([4]) })
 * const params = { query: eye(), key: eye(), value: eye(), output: eye() }
 * const noise = np.array([[[1, 2, 3, 4], [1, 2, 3, 4]]])
 * noiseCrossAttention(params, np.array([[[5, 0, 0, 1]]]), noise, { heads: 2 }) // [1, 2, 3, 4]
 * @see Vaswani et al. 2017, arXiv 1706.03762, section 3.2
 */
export function noiseCrossAttention(
  params: NoiseAttentionParams,
  features: np.Array,
  noise: np.Array,
  options: { heads: number },
): np.Array {
  const { heads } = readOptions("noiseCrossAttention", options, { heads: true });
  checkFloatArray("features", features, 3, "[batch, time, size]");
  checkFloatArray("noise", noise, 3, "[batch, vectors, size]");
  const [batch, , size] = features.shape;
  if (noise.shape[0] !== batch || noise.shape[2] !== size || noise.shape[1] === 0)
    throw rangeError("noise", `shape [${batch}, vectors, ${size}]`, noise);
  checkNumber("heads", heads, { min: 1, integer: true });
  if (size % heads !== 0) throw rangeError("heads", `a divisor of the size (${size})`, heads);
  return attention(params, features, noise, heads);
}

/**
 * Returns the linear maps that {@link noiseCrossAttention} starts from: normal of variance `1 / size`, biases 0.
 *
 * @param key consumed
 * @param size numbers per token
 * @throws RangeError for a size that is no integer >= 1
 * @example
 * initNoiseAttention(keyOf(1), 8).query.weight.shape // [8, 8]
 */
export function initNoiseAttention(key: np.Array, size: number): NoiseAttentionParams {
  checkNumber("size", size, { min: 1, integer: true });
  return attentionParams(key, { size, memorySize: size, inner: size });
}
