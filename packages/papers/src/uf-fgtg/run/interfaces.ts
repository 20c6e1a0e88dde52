import type { numpy as np } from "@jax-js/jax";
import type { WordTokenizer } from "@minimand/lab/language";
import type { promptDecoder, promptEncoder } from "@minimand/lab/prompts";
import type { Tree } from "minimand/engine";

/** What can be drawn. */
export type ShapeName = "ball" | "box" | "cone" | "tree" | "house" | "star" | "ring" | "moon";

/** RGB, each 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** All that decides a picture. Lengths are shares of half the picture's side, whose centre is (0, 0); y points down. */
export interface Scene {
  shape: ShapeName;
  colour: Rgb;
  x: number;
  y: number;
  /** Radius of the shape. */
  size: number;
  /** Colours of the background at the top and at the bottom. */
  sky: Rgb;
  ground: Rgb;
  /** Slope `k` of the soft mask `sigmoid(-k distance)`. */
  edge: number;
  /** Amplitude of a sinusoid on the shape, and its waves over the picture. */
  texture: number;
  waves: number;
  /** Strength of Lambert's shading, and the angle of the light in the picture's plane. */
  light: number;
  lightAngle: number;
  /** Strength of a bright vertical beam through the shape. */
  beam: number;
  /** 1 leaves colours and contrast as they are; 0 is grey, flat. */
  saturation: number;
  contrast: number;
  /** How much darker the corners are. */
  vignette: number;
  /** Shift from blue to red. */
  warmth: number;
}

/** A picture: 16 x 16 pixels, row by row, of three numbers in [0, 1] each; 768 numbers. */
export type Picture = Float32Array<ArrayBuffer>;

/** A row of CFP-mini. */
export interface Triplet {
  /** Noun; colour and noun; colour, noun and place. Where the fine prompt has no place, the last two are equal. */
  coarse: readonly [short: string, middle: string, long: string];
  fine: string;
  scene: Scene;
  picture: Picture;
}

/** The world's data set of one seed: 6,000 triplets to learn from and 500 to test on. */
export interface World {
  seed: number;
  train: Triplet[];
  test: Triplet[];
}

/** Prompts as rows of `promptLength` = 20 ids: start, words, end, then ends; longer ones are cut. */
export interface PromptTokenizer {
  words: WordTokenizer;
  /** Ids of some prompts, cleaned first, `[prompts, 20]` row by row; how many were cut. */
  encode(prompts: readonly string[]): { ids: Int32Array<ArrayBuffer>; cut: number };
  /** What stands between start and the first end. */
  decode(ids: Iterable<number>): string;
}

/** From int32 ids `[batch, 20]` to features `[batch, 20, 32]`. */
export type TextEncoder = ReturnType<typeof promptEncoder>;

/** Traced; consumes its arrays. */
export interface Denoiser {
  init(key: np.Array): Tree;
  /**
   * The noise in `zt` (eps-prediction).
   *
   * @param zt `[batch, latentSize]`
   * @param t float32 `[batch]`, 0 to 199
   * @param condition of the text encoder, `[batch, 20, 32]`
   */
  predict(params: Tree, zt: np.Array, t: np.Array, condition: np.Array): np.Array;
}

/** From a memory `[batch, 20, 32]` and int32 tokens `[batch, time <= 20]` to logits of the next ones. */
export type TextDecoder = ReturnType<typeof promptDecoder>;

/** PCA of pictures, on the host: whitened, so that latents have variance 1. */
export interface Latents {
  size: number;
  explainedVariance: number;
  /** `[pictures * size]`, row by row. */
  encode(pictures: readonly Picture[]): Float32Array<ArrayBuffer>;
  /** Pictures cut to [0, 1]. */
  decode(latents: Float32Array): Picture[];
}

/** The frozen models of the world, architectures and their parameters, as `loadFrozen` reads them by `host.asset`. */
export interface Frozen {
  tokenizer: PromptTokenizer;
  latents: Latents;
  encoder: TextEncoder;
  denoiser: Denoiser;
  decoder: TextDecoder;
  params: { encoder: Tree; denoiser: Tree; decoder: Tree; classifier: Tree; contrastive: Tree };
}

/** DDIM with classifier-free guidance, conditioned by the original text encoder. */
export interface PictureGenerator {
  /**
   * A picture for each prompt. The noise of place `i` is that of `(seed, i)` whatever the prompts are: the same place of two calls
   * can be compared.
   */
  generate(
    prompts: readonly string[],
    seed: number,
    options?: { steps?: number; guidance?: number },
  ): Promise<Picture[]>;
  dispose(): void;
}

/** The small picture classifier, and the contrastive embedding (trained with a seed of its own on fine prompts). */
export interface PictureJudge {
  /** Probabilities of the 8 shapes and of the 12 colours, in the order of `shapes` and `colours`. */
  classify(pictures: readonly Picture[]): Promise<{ shape: Float32Array[]; colour: Float32Array[] }>;
  /** Vectors of length 1. */
  embedTexts(prompts: readonly string[]): Promise<Float32Array[]>;
  embedPictures(pictures: readonly Picture[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** Betas .0001 to .05, linear. */
export const diffusionSteps = 200;
/** Tokens of a prompt. */
export const promptLength = 20;
/** Numbers of a token's features. */
export const featureSize = 32;
