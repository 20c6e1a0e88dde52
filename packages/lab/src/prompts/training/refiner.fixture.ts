import { type DType, numpy as np } from "@jax-js/jax";
import { wordTokenizer } from "@minimand/lab/language";
import {
  type Denoiser,
  type NoiseAdapterOptions,
  noiseAdapter,
  type PromptDecoder,
  type PromptEncoder,
  promptExamples,
  type RefinerParams,
} from "@minimand/lab/prompts";
import { dense, layerNorm, sequential } from "minimand";
import { constantOf, keyOf, mapTree, type Tree } from "minimand/engine";
import { decoderBlock, embedding, transformerBlock } from "minimand/models";
import { diffusionSchedule } from "minimand/training";

/* A refiner of nine words, and a denoiser of three latents that the words of a prompt decide. */

const [size, latents] = [8, 3];
export const length = 8;
const colours = ["red", "blue", "green"];
const nouns = ["moon", "house"];
const ends: { [noun: string]: string } = { moon: ", sharp focus", house: ", smooth" };
export const fine = colours.flatMap((colour) => nouns.map((noun) => `a ${colour} ${noun}${ends[noun]}`));
export const coarse = colours.flatMap((colour) => nouns.map((noun) => `${colour} ${noun}`));
export const tokenizer = wordTokenizer(fine);
const vocabulary = tokenizer.tokens.length;

const plain = { training: false };
const text = sequential([
  embedding({ vocabulary, size }),
  transformerBlock({ size, heads: 2, rotary: true }),
]);
const [words, block, last] = [
  embedding({ vocabulary, size }),
  decoderBlock({ size, heads: 2, causal: true, rotary: true }),
  sequential([layerNorm(size), dense({ inputs: size, outputs: vocabulary })]),
];
const net = dense({ inputs: 2 * latents + size, outputs: latents });
const stateOf = (layer: { init(key: np.Array): { state: Tree } }): Tree => layer.init(keyOf(0)).state;
const [textState, blockState, lastState] = [text, block, last].map(stateOf);

export const encoder: PromptEncoder = {
  encode: (params, tokens) => text.apply({ params, state: textState }, tokens, plain)[0],
};

export const decoder: PromptDecoder = {
  logits(params, memory, tokens) {
    const parts = params as { words: Tree; block: Tree; last: Tree };
    const [x] = words.apply({ params: parts.words, state: {} }, tokens, plain);
    const [h] = block.apply({ params: parts.block, state: blockState }, x, memory, plain);
    return last.apply({ params: parts.last, state: lastState }, h, plain)[0];
  },
};

export const schedule = diffusionSchedule({ steps: 20, betaStart: 0.01, betaEnd: 0.3 });

export const denoiser: Denoiser = {
  predict(params, zt, times, condition) {
    const time = times
      .div(20)
      .reshape([-1, 1])
      .astype(zt.dtype)
      .mul(np.ones([1, latents], { dtype: zt.dtype }));
    const x = np.concatenate([zt, time, condition.mean(1)], 1);
    return net.apply({ params, state: {} }, x, plain)[0];
  },
};

export const adapterOf = (options: Partial<NoiseAdapterOptions> = {}) =>
  noiseAdapter({ inputs: size, outputs: size, finalActivation: "none", ...options });

const castTo =
  (dtype: DType) =>
  (x: np.Array): np.Array =>
    constantOf(x, dtype);

/** Parameters to start from. */
export function startOf(adapter = adapterOf(), dtype: DType = np.float32): RefinerParams {
  const start = {
    encoder: text.init(keyOf(1)).params,
    adapter: adapter.init(keyOf(2)),
    decoder: {
      words: words.init(keyOf(3)).params,
      block: block.init(keyOf(4)).params,
      last: last.init(keyOf(5)).params,
    },
  };
  return mapTree(castTo(dtype), start);
}

export const denoiserParams = (dtype: DType = np.float32): Tree =>
  mapTree(castTo(dtype), net.init(keyOf(6)).params);

/** The pairs, each with a picture of its own. */
export const { examples } = promptExamples({
  tokenizer,
  length,
  coarse,
  fine,
  latentShape: [latents],
  latents: Float32Array.from({ length: coarse.length * latents }, (_, i) => 1.3 * Math.sin(5 * i + 1)),
});

export const models = (adapter = adapterOf()) => ({ encoder, adapter, decoder, end: tokenizer.end });
export const imageModel = { denoiser, schedule };
