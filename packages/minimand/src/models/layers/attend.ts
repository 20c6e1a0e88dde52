import { lax, numpy as np, random } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { affine, type DenseParams, normalWeight } from "../dense-weight.ts";

/** Linear maps of attention. */
export type AttentionParams = {
  query: DenseParams;
  key: DenseParams;
  value: DenseParams;
  output: DenseParams;
};

/** Sizes of heads with their defaults. Throws RangeError for what is no integer >= 1, and where heads don't divide the size without a `keySize`. */
export function checkHeads(options: { size: number; heads: number; keySize?: number }): {
  size: number;
  heads: number;
  keySize: number;
} {
  const { size, heads } = options;
  checkNumber("size", size, { min: 1, integer: true });
  checkNumber("heads", heads, { min: 1, integer: true });
  const { keySize = size / heads } = options;
  if (!Number.isInteger(keySize) && options.keySize === undefined)
    throw rangeError("size", `a multiple of heads (${heads})`, size);
  checkNumber("keySize", keySize, { min: 1, integer: true });
  return { size, heads, keySize };
}

/** Maps from inputs of `size` and memories of `memorySize` to `inner` numbers of all heads: normal with variance `1 / fan-in`, biases 0. */
export function attentionParams(
  key: np.Array,
  { size, memorySize, inner }: { size: number; memorySize: number; inner: number },
): AttentionParams {
  const [forQuery, forKey, forValue, forOutput] = [...random.split(key, 4)];
  const linear = (key: np.Array, inputs: number, outputs: number): DenseParams => ({
    weight: normalWeight(key, [inputs, outputs], Math.sqrt(1 / inputs)),
    bias: np.zeros([outputs]),
  });
  return {
    query: linear(forQuery, size, inner),
    key: linear(forKey, memorySize, inner),
    value: linear(forValue, memorySize, inner),
    output: linear(forOutput, inner, size),
  };
}

/** Linear maps of an input `[batch, time, size]`, by heads: `[batch, heads, time, keySize]`. */
export function byHeads(params: DenseParams, x: np.Array, heads: number): np.Array {
  const [batch, time] = x.shape;
  return np.transpose(affine(params, x).reshape([batch, time, heads, -1]), [0, 2, 1, 3]);
}

/** A linear map of what all heads have seen, `[batch, heads, time, keySize]` to `[batch, time, size]`. */
export function together(params: DenseParams, seen: np.Array): np.Array {
  const [batch, heads, time, keySize] = seen.shape;
  return affine(params, np.transpose(seen, [0, 2, 1, 3]).reshape([batch, time, heads * keySize]));
}

/**
 * `softmax(q k^T / sqrt(keySize)) v` over the last two axes of arrays `[batch, heads, time, keySize]`; where `seen` is false nothing is
 * looked at.
 */
export function attend(q: np.Array, k: np.Array, v: np.Array, seen: np.Array | null): np.Array {
  const scaled = q.mul(1 / Math.sqrt(q.shape[3]));
  const scores = np.matmul(scaled, np.transpose(k, [0, 1, 3, 2]));
  const allowed = seen === null ? scores : np.where(seen, scores, -Infinity);
  const largest = np.max(lax.stopGradient(allowed.ref), -1, { keepdims: true });
  const e = np.exp(allowed.sub(largest));
  const shares = e.ref.div(e.sum(-1, { keepdims: true }));
  return np.matmul(shares, v);
}

/** What positions of `x` `[batch, time, size]` see in all of a memory `[batch, places, memorySize]`. Consumes all. */
export function attention(
  { query, key, value, output }: AttentionParams,
  x: np.Array,
  memory: np.Array,
  heads: number,
): np.Array {
  const keys = byHeads(key, memory.ref, heads);
  const values = byHeads(value, memory, heads);
  return together(output, attend(byHeads(query, x, heads), keys, values, null));
}
