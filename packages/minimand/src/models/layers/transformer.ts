import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { gelu } from "./activations.ts";
import { type AttentionOptions, multiHeadAttention } from "./attention.ts";
import { dense } from "./dense.ts";
import { dropout as dropoutLayer } from "./dropout.ts";
import type { Incremental } from "./incremental.ts";
import { checkInput, type Layer } from "./layer.ts";
import { layerNorm } from "./normalization.ts";
import { residual } from "./residual.ts";
import { sequential } from "./sequential.ts";

/** Options of a {@link transformerBlock}: its attention, and what is added to it. */
export interface TransformerBlockOptions extends AttentionOptions {
  /** Width of the network at each position; default `4 size`. */
  hidden?: number;
  /** Rate of {@link dropout} at the end of both parts; default 0. */
  dropout?: number;
}

/**
 * A transformer block with normalisation before each part:
 *
 *     h = x + dropout(attention(layerNorm(x)))
 *     y = h + dropout(W_2 gelu(W_1 layerNorm(h)))
 *
 * with the attention of {@link multiHeadAttention} and biases beside both weights.
 *
 * @returns a layer from `[batch, time, size]` to the same
 * @throws RangeError and TypeError as {@link multiHeadAttention} and {@link dropout}
 * @example
 * transformerBlock({ size: 64, heads: 4, causal: true, rotary: true, dropout: 0.1 })
 * @see Xiong et al. 2020, arXiv 2002.04745, figure 1 (b); gelu as in Radford et al. 2019
 */
export function transformerBlock(options: TransformerBlockOptions): Layer & Incremental {
  const { hidden, dropout, ...attention } = readOptions("transformerBlock", options, {
    size: true,
    heads: true,
    keySize: true,
    causal: true,
    rotary: true,
    hidden: [4 * options.size],
    dropout: [0],
  });
  const { size, heads } = attention;
  const seeing = multiHeadAttention(attention);
  checkNumber("hidden", hidden, { min: 1, integer: true });
  const end = dropoutLayer(dropout);
  const norm = layerNorm(size);
  const thinking = residual([
    layerNorm(size),
    dense({ inputs: size, outputs: hidden }),
    (x) => gelu(x, { approximate: "tanh" }),
    dense({ inputs: hidden, outputs: size }),
    end,
  ]);
  const block = sequential([residual([norm, seeing, end]), thinking]);
  const name = `transformerBlock(${size}, ${heads})`;
  return {
    name,
    init: block.init,
    apply(variables, x, applyOptions) {
      checkInput(name, x, [null, null, size], `[batch, time, ${size}]`);
      return block.apply(variables, x, applyOptions);
    },
    cache: seeing.cache,
    extend(params, cache, x, place) {
      const [[forNorm, forSeeing], forThinking] = params as [Tree[], Tree[]];
      const inUse = { training: false };
      const [normed] = norm.apply({ params: forNorm, state: {} }, x.ref, inUse);
      const [seen, next] = seeing.extend(forSeeing, cache, normed, place);
      const h = x.add(seen);
      // None of its pieces has a state.
      const state = forThinking.map(() => ({}));
      return [thinking.apply({ params: forThinking, state }, h, inUse)[0], next];
    },
  };
}
