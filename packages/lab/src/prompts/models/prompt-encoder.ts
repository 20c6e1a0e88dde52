import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import type { Variables } from "minimand/models";
import { embedding, layerNorm, learnedPositions, sequential, transformerBlock } from "minimand/models";
import type { PromptEncoder } from "./prompt-models.ts";
import { checkPromptSizes, type PromptSizes } from "./prompt-sizes.ts";

/**
 * Returns an encoder of prompts for refiners: a transformer that sees the whole prompt.
 *
 * @param options `vocabulary`, `length`; `size`, default 32; `heads` and `blocks`, default 2
 * @returns `init(key)` and `encode`, from int32 ids `[batch, length]` to `[batch, length, size]`
 * @throws RangeError for sizes that are no integers >= 1, a length over 1024, heads that don't divide the size
 * @example
 * const encoder = promptEncoder({ vocabulary: 9, length: 5, size: 4 })
 * encoder.encode(encoder.init(keyOf(0)), np.array([[1, 5, 3, 2, 2]], { dtype: np.int32 })).shape // [1, 5, 4]
 * @see Vaswani et al. 2017, arXiv 1706.03762
 */
export function promptEncoder(options: PromptSizes): PromptEncoder & { init(key: np.Array): Tree } {
  const { vocabulary, length, size, heads, blocks } = checkPromptSizes("promptEncoder", options);
  const net = sequential([
    embedding({ vocabulary, size }),
    learnedPositions({ length, size }),
    ...Array.from({ length: blocks }, () => transformerBlock({ size, heads, hidden: 2 * size })),
    layerNorm(size),
  ]);
  return {
    // The state has no arrays: only the places where there are none.
    init: (key) => net.init(key) as unknown as Tree,
    encode: (params, tokens) => net.apply(params as unknown as Variables, tokens, { training: false })[0],
  };
}
