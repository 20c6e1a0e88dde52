import type { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import type { ApplyOptions, Variables } from "../model.ts";
import { type AttentionParams, attention, attentionParams, checkHeads } from "./attend.ts";
import { checkFloats } from "./layer.ts";

/** Sizes of {@link crossAttention}. */
export interface CrossAttentionOptions {
  /** Numbers a position of the input. */
  size: number;
  heads: number;
  /** Numbers a place of the memory; default `size`. */
  memorySize?: number;
  /** Numbers a position of keys, queries and values of one head; default `size / heads`. */
  keySize?: number;
}

/** A layer that looks at a second sequence, the memory, in addition to its input. `apply` consumes what it is given. */
export interface CrossLayer {
  readonly name: string;
  init(key: np.Array): Variables;
  apply(variables: Variables, x: np.Array, memory: np.Array, options: ApplyOptions): [np.Array, Tree];
}

/**
 * Attention from one sequence to another: for each head, with a linear map `Q` of the input and `K`, `V` of the memory,
 *
 *     softmax(Q K^T / sqrt(keySize)) V
 *
 * and a linear map of all heads side by side. Every position sees all of the memory; with equal places of the memory, the output is
 * the same whatever the input is.
 *
 * Weights start normal with variance `1 / fan-in`, biases at 0, as those of {@link multiHeadAttention}.
 *
 * @returns a layer from `[batch, time, size]` and a memory `[batch, places, memorySize]` to `[batch, time, size]`
 * @throws RangeError for sizes that are no integers >= 1, a size that heads don't divide where no `keySize` is given, and from
 *   `apply` for other shapes; TypeError from `apply` for what aren't float arrays
 * @example
 * const layer = crossAttention({ size: 64, heads: 4, memorySize: 32 })
 * layer.name // "crossAttention(64, 4, 32)"
 * const variables = layer.init(random.key(0))
 * const [y] = layer.apply(variables, np.zeros([2, 8, 64]), np.ones([2, 20, 32]), { training: false })
 * y.shape // [2, 8, 64]
 * @see Vaswani et al. 2017, arXiv 1706.03762, sections 3.2.2 and 3.2.3
 */
export function crossAttention(options: CrossAttentionOptions): CrossLayer {
  const { size, heads, memorySize, keySize } = attentionOptions(options);
  const name = `crossAttention(${size}, ${heads}, ${memorySize})`;
  return {
    name,
    init: (key) => {
      const params = attentionParams(key, { size, memorySize, inner: heads * keySize });
      return { params: params as unknown as Tree, state: {} };
    },
    apply({ params, state }, x, memory, { key, weights }) {
      checkSequences(name, x, memory, size, memorySize);
      key?.dispose();
      weights?.dispose();
      return [attention(params as unknown as AttentionParams, x, memory, heads), state];
    },
  };
}

/** Throws unless the input is `[batch, time, size]`, and the memory `[batch, places, memorySize]` of the same batch. */
export function checkSequences(
  name: string,
  x: np.Array,
  memory: np.Array,
  size: number,
  memorySize: number,
): void {
  const axes = `[batch, time, ${size}]`;
  checkFloats(name, x, axes);
  if (x.ndim !== 3 || x.shape[2] !== size) throw rangeError(`x of ${name}`, `shape ${axes}`, x);
  const [batch] = x.shape;
  const places = `[${batch}, places, ${memorySize}]`;
  checkFloats(`${name}, memory`, memory, places);
  if (memory.ndim !== 3 || memory.shape[0] !== batch || memory.shape[2] !== memorySize)
    throw rangeError(`memory of ${name}`, `shape ${places}`, memory);
}

function attentionOptions(options: CrossAttentionOptions): Required<CrossAttentionOptions> {
  readOptions("crossAttention", options, { size: true, heads: true, memorySize: true, keySize: true });
  const sizes = checkHeads(options);
  const { memorySize = sizes.size } = options;
  checkNumber("memorySize", memorySize, { min: 1, integer: true });
  return { ...sizes, memorySize };
}
