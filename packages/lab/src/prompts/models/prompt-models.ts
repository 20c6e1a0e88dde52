import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";

/*
 * What a refiner of prompts is made of. Bring your own: each is a traced function of its parameters that consumes its arrays.
 */

/** Features of a prompt's tokens, e.g. the text encoder of an image model. */
export interface PromptEncoder {
  /** Int32 ids `[batch, length]` to float `[batch, length, size]`. */
  encode(params: Tree, tokens: np.Array): np.Array;
}

/** The layer between encoder and decoder, see `noiseAdapter`. */
export interface PromptAdapter {
  /** Shape of the noise of one draw, `[vectors, size]`; `[0, size]` for one that draws nothing. */
  readonly noiseShape: readonly [vectors: number, size: number];
  init(key: np.Array): Tree;
  /**
   * Features `[batch, length, size]` and noise `[batch, ...noiseShape]` to the decoder's memory `[batch, length, outputs]`. One that draws
   * nothing gives its noise, which is of any shape, up.
   */
  apply(params: Tree, features: np.Array, noise: np.Array): np.Array;
}

/** A causal language model that looks at a memory. */
export interface PromptDecoder {
  /** Memory `[batch, length, outputs]` and int32 ids `[batch, time]` to the logits of the next ones, `[batch, time, vocabulary]`. */
  logits(params: Tree, memory: np.Array, tokens: np.Array): np.Array;
}

/** What an image model says of noisy latents. */
export interface Denoiser {
  /** Latents `[batch, ...]`, float times `[batch]` and the encoder's features to noise or velocities of the latents' shape. */
  predict(params: Tree, zt: np.Array, times: np.Array, condition: np.Array): np.Array;
}

/** The three parts of a refiner. */
export interface RefinerModels {
  encoder: PromptEncoder;
  adapter: PromptAdapter;
  decoder: PromptDecoder;
}

/** Parameters of the three parts of a refiner. */
export type RefinerParams = { encoder: Tree; adapter: Tree; decoder: Tree };

/** Words as ids and back, as `wordTokenizer` makes it. */
export interface PromptTokenizer {
  readonly unknown: number;
  readonly start: number;
  readonly end: number;
  encode(text: string): number[];
  decode(ids: Iterable<number>): string;
}
