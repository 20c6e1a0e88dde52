import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  compileWithJit,
  derive,
  normal,
  randomSource,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import { checkText } from "../../language/next-logits.ts";
import type { PromptTokenizer, RefinerModels, RefinerParams } from "./prompt-models.ts";
import { mostTokens } from "./prompt-sizes.ts";
import { checkTokenizer } from "./prompt-tokens.ts";

/** What {@link promptRefiner} is made of. */
export interface PromptRefinerOptions extends RefinerModels {
  /** Of a refiner that is trained, e.g. by `trainPromptRefiner`; kept. */
  params: RefinerParams;
  tokenizer: PromptTokenizer;
  /** Tokens of a prompt with its start and end, as encoder and decoder take them; at most 1024. */
  length: number;
  /** Prompts that are continued at once; default 8. */
  rows?: number;
  compile?: Compile;
}

/** A loaded refiner of prompts, for `refinePrompt`. */
export interface PromptRefiner {
  readonly tokenizer: PromptTokenizer;
  readonly length: number;
  /** Whether another draw gives another memory. */
  readonly draws: boolean;
  /**
   * What the decoder is given of a prompt, a memory a draw.
   *
   * @param row ids of the prompt, `length` of them
   * @param seeds of the noise of each draw
   */
  memories(row: Int32Array, seeds: readonly number[]): Promise<Float32Array[]>;
  /** The logits of what comes after each text, with a memory each. */
  next(texts: readonly (readonly number[])[], memories: readonly Float32Array[]): Promise<Float32Array[]>;
  /** Frees the programs; parameters stay the caller's. */
  dispose(): void;
}

/**
 * Makes a refiner of prompts, ready for use: encoder, adapter and decoder as two compiled programs.
 *
 * @param options the models and their `params`, `tokenizer`, `length`; `rows`, `compile`
 * @returns a refiner, to be disposed of by `dispose()`
 * @throws TypeError, RangeError for invalid models, sizes out of range
 * @example
 * const refiner = promptRefiner({ encoder, adapter, decoder, params, tokenizer, length: 20 })
 * const rewrites = await refinePrompt(refiner, "a red moon", { count: 3 })
 * refiner.dispose()
 */
export function promptRefiner(options: PromptRefinerOptions): PromptRefiner {
  const { encoder, adapter, decoder, params, tokenizer, length, rows, compile } = readOptions(
    "promptRefiner",
    options,
    {
      encoder: true,
      adapter: true,
      decoder: true,
      params: true,
      tokenizer: true,
      length: { min: 3, max: mostTokens, integer: true },
      rows: [8, { min: 1, integer: true }],
      compile: [compileWithJit],
    },
  );
  checkRefinerModels({ encoder, adapter, decoder });
  checkTokenizer(tokenizer);
  const noiseSize = adapter.noiseShape[0] * adapter.noiseShape[1];

  const encode: Compiled<[Tree, Tree, np.Array, np.Array], np.Array> = compile(
    (ofEncoder: Tree, ofAdapter: Tree, x: np.Array, noise: np.Array) => {
      const features = encoder.encode(ofEncoder, x);
      // There is no array of 0 vectors.
      const drawn = noiseSize === 0 ? noise : noise.reshape([rows, ...adapter.noiseShape]);
      return adapter.apply(ofAdapter, features, drawn);
    },
  );
  const decode: Compiled<[Tree, np.Array, np.Array, np.Array], np.Array> = compile(
    (ofDecoder: Tree, memory: np.Array, x: np.Array, last: np.Array) => {
      const logits = decoder.logits(ofDecoder, memory, x);
      const isLast = last.reshape([rows, 1]).equal(np.arange(length).astype(np.int32).reshape([1, length]));
      return np.where(isLast.reshape([rows, length, 1]), logits, 0).sum(1);
    },
  );

  const someMemories = async (row: Int32Array, seeds: readonly number[]): Promise<Float32Array[]> => {
    const x = new Int32Array(rows * length);
    for (let i = 0; i < rows; i++) x.set(row, i * length);
    const noise = new Float32Array(Math.max(rows * noiseSize, 1));
    for (const [i, seed] of seeds.entries()) noise.set(noiseOf(seed, noiseSize), i * noiseSize);
    const memory = encode(
      refTree(params.encoder),
      refTree(params.adapter),
      np.array(x, { shape: [rows, length] }),
      np.array(noise),
    );
    return rowsOf(await memory.data(), rows, seeds.length);
  };
  const someLogits = async (
    texts: readonly (readonly number[])[],
    memories: readonly Float32Array[],
  ): Promise<Float32Array[]> => {
    const [x, last] = [new Int32Array(rows * length), new Int32Array(rows)];
    const size = memories[0].length;
    const memory = new Float32Array(rows * size);
    for (const [i, text] of texts.entries()) {
      x.set(text, i * length);
      last[i] = text.length - 1;
      memory.set(memories[i], i * size);
    }
    const logits = decode(
      refTree(params.decoder),
      np.array(memory, { shape: [rows, length, size / length] }),
      np.array(x, { shape: [rows, length] }),
      np.array(last),
    );
    return rowsOf(await logits.data(), rows, texts.length);
  };
  return {
    tokenizer,
    length,
    draws: noiseSize > 0,
    memories: (row, seeds) =>
      inParts(seeds.length, rows, (from, to) => someMemories(row, seeds.slice(from, to))),
    async next(texts, memories) {
      for (const [i, text] of texts.entries()) checkText(`texts[${i}]`, text, length);
      return inParts(texts.length, rows, (from, to) =>
        someLogits(texts.slice(from, to), memories.slice(from, to)),
      );
    },
    dispose() {
      encode.dispose();
      decode.dispose();
    },
  };
}

/** Throws unless these are the parts of a refiner. */
export function checkRefinerModels({ encoder, adapter, decoder }: RefinerModels): void {
  if (typeof encoder?.encode !== "function") throw typeError("encoder", "an object with encode()", encoder);
  if (typeof adapter?.apply !== "function" || !Array.isArray(adapter.noiseShape))
    throw typeError("adapter", "an adapter, e.g. noiseAdapter(...)", adapter);
  if (typeof decoder?.logits !== "function") throw typeError("decoder", "an object with logits()", decoder);
}

/** Returns the noise of a draw on the host, standard normal. */
export function noiseOf(seed: number, size: number): Float32Array {
  const next = randomSource(derive(seed));
  return Float32Array.from({ length: size }, () => normal(next));
}

function rowsOf(values: ArrayLike<number>, rows: number, count: number): Float32Array[] {
  const size = values.length / rows;
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: size }, (_, j) => values[i * size + j]),
  );
}

/** What comes of at most `size` at once, one after the other. */
async function inParts<T>(
  count: number,
  size: number,
  some: (from: number, to: number) => Promise<T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < count; from += size)
    all.push(...(await some(from, Math.min(from + size, count))));
  return all;
}
