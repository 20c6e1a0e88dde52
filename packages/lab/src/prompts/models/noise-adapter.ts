import { numpy as np, random } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { checkNumber, rangeError, readOptions } from "minimand/engine";
import {
  initNoiseAttention,
  type NoiseAttentionParams,
  noiseCrossAttention,
} from "./noise-cross-attention.ts";
import type { PromptAdapter } from "./prompt-models.ts";
import { type TokenAdapterOptions, tokenAdapter } from "./token-adapter.ts";

/** A {@link tokenAdapter}, and how noise comes into it. */
export interface NoiseAdapterOptions extends TokenAdapterOptions {
  /** Of the attention, divisors of `inputs`; default 2. */
  heads?: number;
  /** Vectors of noise a draw, at most 1024, default 4; 0 leaves the noise out, and with it the attention. */
  vectors?: number;
  /** What the attention counts at the start; learned. Default 0.1. */
  scale?: number;
}

/** The size of no parameter depends on the number of vectors, so that a file would not bound it. */
const mostVectors = 1024;

type NoiseAdapterParams = { adapter: Tree; attention: NoiseAttentionParams; scale: np.Array };

/**
 * Returns a {@link tokenAdapter} that reads a text in as many ways as noise is drawn.
 *
 * `N(c, u) = N(c + s A(c, u))`, `u ~ N(0, I)` of `vectors` vectors, `A` the {@link noiseCrossAttention}, `s` a learned number. Without
 * noise (`vectors: 0`, or `s = 0`) it is the adapter alone. The attention to normal noise is this library's reading of the paper's module
 * for diversity, whose text says less.
 *
 * @returns the adapter, for `promptRefiner` and `trainPromptRefiner`
 * @throws RangeError for sizes that are no integers or out of range, heads that don't divide the inputs, a scale that isn't finite
 * @example
 * noiseAdapter({ inputs: 32, outputs: 32 }).noiseShape // [4, 32]
 * @see Hei et al. 2024, arXiv 2402.12760, "adaptive feature extraction module"
 */
export function noiseAdapter(options: NoiseAdapterOptions): PromptAdapter {
  const { heads, vectors, scale, ...sizes } = readOptions("noiseAdapter", options, {
    inputs: true,
    hidden: true,
    outputs: true,
    finalActivation: true,
    heads: [2],
    vectors: [4],
    scale: [0.1],
  });
  const layer = tokenAdapter(sizes);
  const { inputs } = sizes;
  checkNumber("vectors", vectors, { min: 0, max: mostVectors, integer: true });
  checkNumber("heads", heads, { min: 1, integer: true });
  if (inputs % heads !== 0) throw rangeError("heads", `a divisor of inputs (${inputs})`, heads);
  checkNumber("scale", scale);
  const adapt = (params: Tree, x: np.Array): np.Array =>
    layer.apply({ params, state: {} }, x, { training: false })[0];
  if (vectors === 0)
    return {
      noiseShape: [0, inputs],
      init: (key) => layer.init(key).params,
      apply(params, features, noise) {
        noise.dispose();
        return adapt(params, features);
      },
    };
  return {
    noiseShape: [vectors, inputs],
    init(key): NoiseAdapterParams {
      const [forAdapter, forAttention] = [...random.split(key, 2)];
      return {
        adapter: layer.init(forAdapter).params,
        attention: initNoiseAttention(forAttention, inputs),
        scale: np.array(scale),
      };
    },
    apply(params, features, noise) {
      const { adapter, attention, scale } = params as NoiseAdapterParams;
      const heard = noiseCrossAttention(attention, features.ref, noise, { heads });
      return adapt(adapter, features.add(heard.mul(scale)));
    },
  };
}
