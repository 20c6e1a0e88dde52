import { random } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { gelu } from "./activations.ts";
import { type AttentionOptions, multiHeadAttention } from "./attention.ts";
import {
  type CrossAttentionOptions,
  type CrossLayer,
  checkSequences,
  crossAttention,
} from "./cross-attention.ts";
import { dense } from "./dense.ts";
import { layerNorm } from "./normalization.ts";
import { residual } from "./residual.ts";

/** Sizes of a {@link decoderBlock}; `causal` and `rotary` are those of its self-attention. */
export interface DecoderBlockOptions
  extends CrossAttentionOptions,
    Pick<AttentionOptions, "causal" | "rotary"> {
  /** Width of the network at each position; default `4 size`. */
  hidden?: number;
}

/**
 * A transformer block that looks at a memory, with normalisation before each part:
 *
 *     g = x + attention(layerNorm(x))
 *     h = g + crossAttention(layerNorm(g), memory)
 *     y = h + W_2 gelu(W_1 layerNorm(h))
 *
 * The block of decoders (`causal: true`), and, without it, of denoisers that a text conditions.
 *
 * @returns a layer from `[batch, time, size]` and a memory `[batch, places, memorySize]` to `[batch, time, size]`
 * @throws RangeError and TypeError as {@link multiHeadAttention} and {@link crossAttention}
 * @example
 * const block = decoderBlock({ size: 64, heads: 4, memorySize: 32, causal: true, rotary: true })
 * block.name // "decoderBlock(64, 4, 32)"
 * @see Vaswani et al. 2017, arXiv 1706.03762, figure 1; the normalisation as in Xiong et al. 2020, arXiv 2002.04745, figure 1 (b)
 */
export function decoderBlock(options: DecoderBlockOptions): CrossLayer {
  const { hidden, causal, rotary, ...cross } = readOptions("decoderBlock", options, {
    size: true,
    heads: true,
    memorySize: true,
    keySize: true,
    causal: true,
    rotary: true,
    hidden: [4 * options.size],
  });
  const { size, heads, memorySize = size, keySize } = cross;
  const seeing = residual([layerNorm(size), multiHeadAttention({ size, heads, keySize, causal, rotary })]);
  checkNumber("hidden", hidden, { min: 1, integer: true });
  const [before, reading] = [layerNorm(size), crossAttention(cross)];
  const thinking = residual([
    layerNorm(size),
    dense({ inputs: size, outputs: hidden }),
    (x) => gelu(x, { approximate: "tanh" }),
    dense({ inputs: hidden, outputs: size }),
  ]);
  const name = `decoderBlock(${size}, ${heads}, ${memorySize})`;
  const parts = { seeing, before, reading, thinking };
  const names = Object.keys(parts) as (keyof typeof parts)[];
  return {
    name,
    init(key) {
      const keys = [...random.split(key, names.length)];
      const started = names.map((part, i) => [part, parts[part].init(keys[i])] as const);
      return {
        params: Object.fromEntries(started.map(([part, { params }]) => [part, params])),
        state: Object.fromEntries(started.map(([part, { state }]) => [part, state])),
      };
    },
    apply({ params, state }, x, memory, { training, key, weights }) {
      checkSequences(name, x, memory, size, memorySize);
      // No part draws or looks at weights.
      key?.dispose();
      weights?.dispose();
      const of = (part: keyof typeof parts) => ({
        params: (params as Record<string, never>)[part],
        state: (state as Record<string, never>)[part],
      });
      const [seen] = seeing.apply(of("seeing"), x, { training });
      const [normed] = before.apply(of("before"), seen.ref, { training });
      const [read] = reading.apply(of("reading"), normed, memory, { training });
      const [y] = thinking.apply(of("thinking"), seen.add(read), { training });
      return [y, state];
    },
  };
}
