import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { type AttentionParams, attend, attentionParams, byHeads, checkHeads, together } from "./attend.ts";
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
  const { size, heads, keySize, causal, rotary } = attentionOptions(options);
  const name = `multiHeadAttention(${size}, ${heads})`;
  const layer = plainLayer<AttentionParams>(name, {
    init: (key) => attentionParams(key, { size, memorySize: size, inner: heads * keySize }),
    apply({ query, key, value, output }, x) {
      checkInput(name, x, [null, null, size], `[batch, time, ${size}]`);
      const turn = rotary ? rotaryPositions : (x: np.Array) => x;
      const q = turn(byHeads(query, x.ref, heads));
      const k = turn(byHeads(key, x.ref, heads));
      const v = byHeads(value, x, heads);
      const before = causal ? np.tri(q.shape[2]).greater(0) : null;
      return together(output, attend(q, k, v, before));
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
      const q = turn(byHeads(query, x.ref, heads));
      const k = turn(byHeads(key, x.ref, heads));
      const v = byHeads(value, x, heads);
      const places = np.arange(length).astype(np.int32);
      const isHere = places.ref.reshape([1, 1, length, 1]).equal(place.ref.reshape([rows, 1, 1, 1]));
      const isBefore = places.reshape([1, 1, 1, length]).lessEqual(place.reshape([rows, 1, 1, 1]));
      const next: AttentionCache = {
        keys: np.where(isHere.ref, k, keys),
        values: np.where(isHere, v, values),
      };
      const seen = attend(q, next.keys.ref, next.values.ref, isBefore);
      return [together(output, seen), next as Tree];
    },
  };
}

function attentionOptions(options: AttentionOptions): Required<AttentionOptions> {
  const { causal, rotary } = readOptions("multiHeadAttention", options, {
    size: true,
    heads: true,
    keySize: true,
    causal: [false],
    rotary: [false],
  });
  const { size, heads, keySize } = checkHeads(options);
  if (rotary && keySize % 2 !== 0)
    throw rangeError("keySize", "an even integer with rotary positions", keySize);
  return { size, heads, keySize, causal, rotary };
}
