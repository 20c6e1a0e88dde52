import { lax, numpy as np, random } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { checkOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { affine, type DenseParams, normalWeight } from "../dense-weight.ts";
import type { Incremental } from "./incremental.ts";
import { checkInput, type Layer, plainLayer } from "./layer.ts";
import { rotaryAt, rotaryPositions } from "./positions.ts";

/** Sizes of {@link multiHeadAttention}, and what a position sees. */
export interface AttentionOptions {
  /** Numbers a position. */
  size: number;
  heads: number;
  /** Numbers a position of keys, queries and values of one head; default `size / heads`. */
  keySize?: number;
  /** Whether a position sees only itself and those before it; default false: it sees all. */
  causal?: boolean;
  /** Whether queries and keys are turned by their positions, see {@link rotaryPositions}; default false. */
  rotary?: boolean;
}

interface AttentionParams {
  query: DenseParams;
  key: DenseParams;
  value: DenseParams;
  output: DenseParams;
}

/** Keys and values of all places, `[rows, heads, length, keySize]` each. */
type AttentionCache = { keys: np.Array; values: np.Array };

/**
 * Self-attention of several heads: for each head, with linear maps `Q`, `K`, `V` of the input,
 *
 *     softmax(Q K^T / sqrt(keySize)) V
 *
 * and a linear map of all heads side by side. A causal one leaves later positions out of the softmax.
 *
 * Weights start normal with variance `1 / fan-in`, biases at 0.
 *
 * @returns a layer from `[batch, time, size]` to the same
 * @throws RangeError for sizes that are no integers >= 1, a size that heads don't divide where no `keySize` is given, an odd
 *   `keySize` with rotary positions, and from `apply` for another shape
 * @example
 * const layer = multiHeadAttention({ size: 64, heads: 4, causal: true, rotary: true })
 * layer.name // "multiHeadAttention(64, 4)"
 * @see Vaswani et al. 2017, arXiv 1706.03762, section 3.2
 */
export function multiHeadAttention(options: AttentionOptions): Layer & Incremental {
  const { size, heads, keySize, causal, rotary } = readOptions(options);
  const name = `multiHeadAttention(${size}, ${heads})`;
  const inner = heads * keySize;
  /** Linear maps of an input `[batch, time, size]`, by heads: `[batch, heads, time, keySize]`. */
  const headsOf = (params: DenseParams, x: np.Array): np.Array => {
    const [batch, time] = x.shape;
    return np.transpose(affine(params, x).reshape([batch, time, heads, keySize]), [0, 2, 1, 3]);
  };
  const together = (params: DenseParams, seen: np.Array): np.Array => {
    const [batch, , time] = seen.shape;
    return affine(params, np.transpose(seen, [0, 2, 1, 3]).reshape([batch, time, inner]));
  };
  const layer = plainLayer<AttentionParams>(name, {
    init(key) {
      const [forQuery, forKey, forValue, forOutput] = [...random.split(key, 4)];
      const linear = (key: np.Array, inputs: number, outputs: number): DenseParams => ({
        weight: normalWeight(key, [inputs, outputs], Math.sqrt(1 / inputs)),
        bias: np.zeros([outputs]),
      });
      return {
        query: linear(forQuery, size, inner),
        key: linear(forKey, size, inner),
        value: linear(forValue, size, inner),
        output: linear(forOutput, inner, size),
      };
    },
    apply({ query, key, value, output }, x) {
      checkInput(name, x, [null, null, size], `[batch, time, ${size}]`);
      const turn = rotary ? rotaryPositions : (x: np.Array) => x;
      const q = turn(headsOf(query, x.ref));
      const k = turn(headsOf(key, x.ref));
      const v = headsOf(value, x);
      const before = causal ? np.tri(q.shape[2]).greater(0) : null;
      return together(output, attend(q.mul(1 / Math.sqrt(keySize)), k, v, before));
    },
  });
  return {
    ...layer,
    cache(rows, length) {
      if (!causal) throw rangeError("causal", "true: else later tokens change what came before", causal);
      const empty = (): np.Array => np.zeros([rows, heads, length, keySize]);
      return { keys: empty(), values: empty() };
    },
    extend(params, cache, x, place) {
      const { query, key, value, output } = params as unknown as AttentionParams;
      const { keys, values } = cache as AttentionCache;
      const [rows, , length] = keys.shape;
      const turn = (x: np.Array): np.Array => (rotary ? rotaryAt(x, place.ref) : x);
      const q = turn(headsOf(query, x.ref));
      const k = turn(headsOf(key, x.ref));
      const v = headsOf(value, x);
      const places = np.arange(length).astype(np.int32);
      const isHere = places.ref.reshape([1, 1, length, 1]).equal(place.ref.reshape([rows, 1, 1, 1]));
      const isBefore = places.reshape([1, 1, 1, length]).lessEqual(place.reshape([rows, 1, 1, 1]));
      const next: AttentionCache = {
        keys: np.where(isHere.ref, k, keys),
        values: np.where(isHere, v, values),
      };
      const seen = attend(q.mul(1 / Math.sqrt(keySize)), next.keys.ref, next.values.ref, isBefore);
      return [together(output, seen), next as Tree];
    },
  };
}

/** `softmax(q k^T) v` over the last two axes of arrays `[batch, heads, time, keySize]`; where `seen` is false nothing is looked at. */
function attend(q: np.Array, k: np.Array, v: np.Array, seen: np.Array | null): np.Array {
  const scores = np.matmul(q, np.transpose(k, [0, 1, 3, 2]));
  const allowed = seen === null ? scores : np.where(seen, scores, -Infinity);
  const largest = np.max(lax.stopGradient(allowed.ref), -1, { keepdims: true });
  const e = np.exp(allowed.sub(largest));
  const shares = e.ref.div(e.sum(-1, { keepdims: true }));
  return np.matmul(shares, v);
}

function readOptions(options: AttentionOptions): Required<AttentionOptions> {
  checkOptions("multiHeadAttention", options, {
    ...{ size: true, heads: true, keySize: true, causal: true, rotary: true },
  });
  const { size, heads, causal = false, rotary = false } = options;
  checkNumber("size", size, { min: 1, integer: true });
  checkNumber("heads", heads, { min: 1, integer: true });
  const { keySize = size / heads } = options;
  if (!Number.isInteger(keySize) && options.keySize === undefined)
    throw rangeError("size", `a multiple of heads (${heads})`, size);
  checkNumber("keySize", keySize, { min: 1, integer: true });
  if (rotary && keySize % 2 !== 0)
    throw rangeError("keySize", "an even integer with rotary positions", keySize);
  return { size, heads, keySize, causal, rotary };
}
