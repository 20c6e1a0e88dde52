import { lax, numpy as np, random } from "@jax-js/jax";
import { checkFloatArray, checkNumber, rangeError } from "../../engine/checks.ts";
import { checkOptions } from "../../engine/options.ts";
import { affine, type DenseParams, normalWeight } from "../dense-weight.ts";

/** The linear maps of {@link noiseCrossAttention}, `[size, size]` and `[size]` each (rows as `weightRows` has them). */
export type NoiseAttentionParams = {
  query: DenseParams;
  key: DenseParams;
  value: DenseParams;
  output: DenseParams;
};

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
  checkOptions("noiseCrossAttention", options, { heads: true });
  const { heads } = options;
  checkFloatArray("features", features, 3, "[batch, time, size]");
  checkFloatArray("noise", noise, 3, "[batch, vectors, size]");
  const [batch, time, size] = features.shape;
  if (noise.shape[0] !== batch || noise.shape[2] !== size || noise.shape[1] === 0)
    throw rangeError("noise", `shape [${batch}, vectors, ${size}]`, noise);
  checkNumber("heads", heads, { min: 1, integer: true });
  if (size % heads !== 0) throw rangeError("heads", `a divisor of the size (${size})`, heads);
  const headsOf = (map: DenseParams, x: np.Array): np.Array =>
    np.transpose(affine(map, x).reshape([batch, -1, heads, size / heads]), [0, 2, 1, 3]);
  const q = headsOf(params.query, features).mul(Math.sqrt(heads / size));
  const scores = np.matmul(q, np.transpose(headsOf(params.key, noise.ref), [0, 1, 3, 2]));
  const e = np.exp(scores.ref.sub(np.max(lax.stopGradient(scores), -1, { keepdims: true })));
  const shares = e.ref.div(e.sum(-1, { keepdims: true }));
  const seen = np.matmul(shares, headsOf(params.value, noise));
  return affine(params.output, np.transpose(seen, [0, 2, 1, 3]).reshape([batch, time, size]));
}

/**
 * The linear maps that {@link noiseCrossAttention} starts from: normal of variance `1 / size`, biases 0.
 *
 * @param key consumed
 * @param size numbers a token
 * @throws RangeError for a size that is no integer >= 1
 * @example
 * initNoiseAttention(keyOf(1), 8).query.weight.shape // [8, 8]
 */
export function initNoiseAttention(key: np.Array, size: number): NoiseAttentionParams {
  checkNumber("size", size, { min: 1, integer: true });
  const [forQuery, forKey, forValue, forOutput] = [...random.split(key, 4)];
  const map = (key: np.Array): DenseParams => ({
    weight: normalWeight(key, [size, size], Math.sqrt(1 / size)),
    bias: np.zeros([size]),
  });
  return { query: map(forQuery), key: map(forKey), value: map(forValue), output: map(forOutput) };
}
