import { type WordTokenizer, wordTokenizerFrom } from "@minimand/lab/language";
import {
  noiseAdapter,
  type PromptRefiner,
  promptDecoder,
  promptEncoder,
  promptRefiner,
  type RefinerParams,
} from "@minimand/lab/prompts";
import { tensorsOf, writeSafetensors } from "minimand";
import {
  type Compile,
  checkNumber,
  disposeTree,
  keyOf,
  parseJson,
  received,
  type Tree,
} from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import { UsageError } from "../../failure.ts";

/** Sizes and words of a refiner: all that its parameters don't say. */
export interface RefinerShape {
  /** Words by id, as `wordTokenizer` has them. */
  tokens: readonly string[];
  /** Tokens of a prompt with its start and end. */
  length: number;
  size: number;
  /** Vectors of noise a draw. */
  vectors: number;
}

/** A refiner of prompts: parameters are the owner's to dispose of. */
export interface Refiner extends RefinerShape {
  params: RefinerParams;
}

/** The models of a shape. */
export function modelsOf({ tokens, length, size, vectors }: RefinerShape) {
  const sizes = { vocabulary: tokens.length, length, size };
  const tokenizer: WordTokenizer = wordTokenizerFrom(tokens);
  return {
    tokenizer,
    encoder: promptEncoder(sizes),
    adapter: noiseAdapter({ inputs: size, outputs: size, finalActivation: "none", vectors }),
    decoder: promptDecoder(sizes),
  };
}

/** Parameters to start from. */
export function startOf(shape: RefinerShape, seed: number): RefinerParams {
  const { encoder, adapter, decoder } = modelsOf(shape);
  return {
    encoder: encoder.init(keyOf(seed, 1)),
    adapter: adapter.init(keyOf(seed, 2)),
    decoder: decoder.init(keyOf(seed, 3)),
  };
}

/** Most numbers of one array of a rewrite, and of all rewrites that are computed at once: 16 MiB and 1 GiB. */
const [mostOfOne, mostOfAll] = [2 ** 22, 2 ** 28];

/** Returns how many numbers the largest array of a rewrite has: logits, attention, hidden layers, or noise. */
function numbersOf({ tokens, length, size, vectors }: RefinerShape): number {
  return Math.max(length * Math.max(tokens.length, 2 * length, 2 * size, 2 * vectors), vectors * size);
}

/**
 * Ready for `refinePrompt`; computes as many of `count` rewrites at once as memory allows.
 *
 * @param name for the error
 * @returns a refiner whose `next` throws UsageError where logits aren't finite: large weights overflow
 */
export function readyRefiner(
  { params, ...shape }: Refiner,
  count: number,
  compile: Compile | undefined,
  name: string,
): PromptRefiner {
  const { tokenizer, encoder, adapter, decoder } = modelsOf(shape);
  const rows = Math.max(2, Math.min(count, Math.floor(mostOfAll / numbersOf(shape))));
  const ready = promptRefiner({
    encoder,
    adapter,
    decoder,
    params,
    tokenizer,
    length: shape.length,
    rows,
    ...(compile !== undefined && { compile }),
  });
  return {
    ...ready,
    async next(texts, memories) {
      const logits = await ready.next(texts, memories);
      for (const own of logits) {
        const wrong = own.find((value) => !Number.isFinite(value));
        if (wrong !== undefined)
          throw new UsageError(`${name}: expected a refiner whose output is finite, got ${wrong}`);
      }
      return logits;
    },
  };
}

const format = "minimand.refiner/1";

/** A refiner as one file: its arrays as safetensors, its words and sizes in the header. */
export async function refinerBytes({ params, ...shape }: Refiner): Promise<Uint8Array> {
  return writeSafetensors(await tensorsOf(params), { format, refiner: JSON.stringify(shape) });
}

/**
 * The refiner of a file.
 *
 * @param name for the error
 * @throws UsageError in one line for what is none
 */
export function readRefiner(bytes: Uint8Array, name: string): Refiner {
  const refused = (what: string): UsageError =>
    new UsageError(`${name}: expected a refiner that minimand refine has written, got ${what}`);
  try {
    const { tensors, metadata } = readSafetensors(bytes, { finite: true });
    if (metadata.format !== format) throw refused(`format ${received(metadata.format)}`);
    const shape = parseJson(metadata.refiner) as RefinerShape;
    const numbers = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
    // A small file may claim a model that fills the memory.
    if (!(shape.size * Math.max(shape.tokens.length, shape.length, shape.size) <= numbers))
      throw refused(`sizes that its ${numbers} numbers don't fill`);
    checkNumber("length", shape.length, { min: 3, integer: true });
    // Refuses other sizes than integers, and too many tokens or vectors.
    modelsOf(shape);
    if (numbersOf(shape) > mostOfOne)
      throw refused(
        `${shape.tokens.length} words and ${shape.length} tokens, which need more than ${mostOfOne} numbers a rewrite`,
      );
    const like = startOf(shape, 0);
    try {
      return { ...shape, params: treeOf(tensors, like as Tree) as RefinerParams };
    } finally {
      disposeTree(like);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw refused(`a damaged or another file (${error instanceof Error ? error.message : String(error)})`);
  }
}
