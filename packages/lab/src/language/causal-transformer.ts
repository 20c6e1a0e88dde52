import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { readOptions } from "minimand/engine";
import type { Incremental, Layer } from "minimand/models";
import { dense, embedding, layerNorm, sequential, transformerBlock } from "minimand/models";
import { checkTokens } from "./neural-ngram.ts";
import { checkNever, withoutTokens } from "./never.ts";

/** Sizes of a {@link causalTransformer}. */
export interface CausalTransformerOptions {
  vocabulary: number;
  /** The longest text, in tokens. */
  length: number;
  /** Numbers a token; default 48. */
  size?: number;
  /** Default 4. */
  heads?: number;
  /** Blocks one after the other; default 1. */
  blocks?: number;
  /** Rate of the dropout in each block; default 0. */
  dropout?: number;
  /** Ids that never come next, as those of unknown words and of the start. */
  never?: readonly number[];
}

/**
 * Returns a small causal transformer: at each place, what comes next from all that was before.
 *
 * {@link embedding}, {@link transformerBlock}s with rotary positions, {@link layerNorm}, {@link dense} to the logits.
 *
 * @returns a layer from int32 ids `[batch, time <= length]` to logits of the next ones, `[batch, time, vocabulary]`
 * @throws RangeError for sizes that are no integers >= 1 or don't fit, ids outside the vocabulary, and from `apply` for longer texts;
 * TypeError from `apply` for ids that aren't int32
 * @example
 * causalTransformer({ vocabulary: 500, length: 32, size: 64, blocks: 2 }).name // "causalTransformer(500, 32)"
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3
 */
export function causalTransformer(options: CausalTransformerOptions): Layer & Incremental {
  const { vocabulary, length, size, heads, blocks, dropout, never } = readOptions(
    "causalTransformer",
    options,
    {
      vocabulary: true,
      length: { min: 1, integer: true },
      size: [48],
      heads: [4],
      blocks: [1, { min: 1, integer: true }],
      dropout: [0],
      never: [[]],
    },
  );
  const [embed, norm, say] = [
    embedding({ vocabulary, size }),
    layerNorm(size),
    dense({ inputs: size, outputs: vocabulary }),
  ];
  const middle = Array.from({ length: blocks }, () =>
    transformerBlock({ size, heads, causal: true, rotary: true, dropout }),
  );
  const net = sequential([embed, ...middle, norm, say]);
  checkNever(never, vocabulary);
  const name = `causalTransformer(${vocabulary}, ${length})`;
  return {
    name,
    vocabulary,
    init: net.init,
    apply(variables, x, applyOptions) {
      checkTokens(name, x, length);
      const [logits, state] = net.apply(variables, x, applyOptions);
      return [withoutTokens(logits, never), state];
    },
    cache: (rows, longest) => middle.map((block) => block.cache(rows, longest)),
    extend(params, cache, x, place) {
      const own = params as Tree[];
      const of = (layer: Layer, i: number, x: np.Array): np.Array =>
        layer.apply({ params: own[i], state: {} }, x, { training: false })[0];
      let h = of(embed, 0, x);
      const next = middle.map((block, i) => {
        const [output, left] = block.extend(own[1 + i], (cache as Tree[])[i], h, place.ref);
        h = output;
        return left;
      });
      place.dispose();
      const logits = of(say, blocks + 2, of(norm, blocks + 1, h));
      return [withoutTokens(logits, never), next];
    },
  };
}
