import { numpy as np } from "@jax-js/jax";
import { derive, rangeError, readOptions, typeError } from "minimand/engine";
import { sequenceLogps } from "minimand/losses";
import type { PolicyLogpsOf, PreferenceExamples } from "minimand/training";
import type {
  PromptAdapter,
  PromptTokenizer,
  RefinerModels,
  RefinerParams,
} from "../models/prompt-models.ts";
import { checkRefinerModels, noiseOf } from "../models/prompt-refiner.ts";
import { checkTokenizer, paddedRow } from "../models/prompt-tokens.ts";
import { knownIds } from "./prompt-examples.ts";

/** What {@link refinerPairs} are made of. */
export interface RefinerPairsOptions {
  tokenizer: PromptTokenizer;
  /** Tokens of a prompt with its start and end. */
  length: number;
  adapter: Pick<PromptAdapter, "noiseShape">;
  /** A prompt, and the better and the worse of two rewrites. */
  pairs: readonly { prompt: string; chosen: string; rejected: string }[];
  /** Of the noise; default 0. */
  seed?: number;
}

/**
 * Makes pairs of rewrites into examples for {@link refinerPolicy}: which of two was liked better. Both are read from one noise, drawn for
 * each pair. A rewrite of `length - 1` words is one that was cut there, and counts without an end.
 *
 * @returns `x` ids `[3, length]` a pair: prompt, chosen, rejected; `y` the noise. Unknown words are left out
 * @throws TypeError, RangeError for no pairs, texts without a known word or longer than the refiner takes
 * @example
 * const tokenizer = wordTokenizer(["red moon, smooth"])
 * const pairs = [{ prompt: "moon", chosen: "red moon", rejected: "smooth moon" }]
 * const { x } = refinerPairs({ tokenizer, length: 4, adapter: noiseAdapter({ inputs: 2, outputs: 2 }), pairs })
 * x // [1, 4, 2, 2, 1, 5, 4, 2, 1, 6, 4, 2]
 */
export function refinerPairs(options: RefinerPairsOptions): PreferenceExamples {
  const { tokenizer, length, adapter, pairs, seed } = readOptions("refinerPairs", options, {
    tokenizer: true,
    length: { min: 3, integer: true },
    adapter: true,
    pairs: true,
    seed: [0, { integer: true }],
  });
  checkTokenizer(tokenizer);
  if (!Array.isArray(pairs)) throw typeError("pairs", "a list of { prompt, chosen, rejected }", pairs);
  if (pairs.length === 0) throw rangeError("pairs", "at least one", "none");
  // There is no array of 0 vectors.
  const size = Math.max(adapter.noiseShape[0] * adapter.noiseShape[1], 1);
  const [x, y] = [new Int32Array(pairs.length * 3 * length), new Float32Array(pairs.length * size)];
  for (const [i, pair] of (pairs as RefinerPairsOptions["pairs"]).entries()) {
    for (const [part, name] of (["prompt", "chosen", "rejected"] as const).entries()) {
      const argument = `pairs[${i}].${name}`;
      const ids = knownIds(tokenizer, pair?.[name], argument);
      // A rewrite that was cut where the refiner ends has no end of its own.
      const most = name === "prompt" ? length - 2 : length - 1;
      x.set(paddedRow(tokenizer, ids, length, argument, most), (3 * i + part) * length);
    }
    y.set(noiseOf(derive(seed, i), size), i * size);
  }
  return { x, shape: [3, length], y, targetShape: [size] };
}

/**
 * Returns a refiner of prompts as a policy of preferences, on examples of {@link refinerPairs}: for `trainPreference` with any loss of
 * preferences. It is the way where the image model has no gradient, behind an API for example: score some rewrites, make pairs of them
 * (`preferencesFromRewards`), train on them.
 *
 * @param options `encoder`, `adapter`, `decoder`; `end`, the id that ends prompts. All three are trained
 * @throws TypeError, RangeError for invalid models
 * @example
 * const { params: tuned } = await trainPreference({
 *   logps: refinerPolicy({ encoder, adapter, decoder, end: tokenizer.end }),
 *   params: trained.params,
 *   examples: refinerPairs({ tokenizer, length: 20, adapter, pairs }),
 *   loss: (pairs, { weights }) => robustDpoLoss(pairs, { weights, epsilon: 0.1 }),
 *   optimizer: adam(1e-4),
 *   steps: 200,
 *   seed: 0,
 * })
 */
export function refinerPolicy(options: RefinerModels & { end: number }): PolicyLogpsOf {
  const { encoder, adapter, decoder, end } = readOptions("refinerPolicy", options, {
    encoder: true,
    adapter: true,
    decoder: true,
    end: { min: 0, integer: true },
  });
  checkRefinerModels(options);
  const [vectors] = adapter.noiseShape;
  return (params, x, y) => {
    const { encoder: ofEncoder, adapter: ofAdapter, decoder: ofDecoder } = params as RefinerParams;
    const [batch] = x.shape;
    const features = encoder.encode(ofEncoder, x.ref.slice([], 0));
    const noise = vectors === 0 ? y : y.reshape([batch, ...adapter.noiseShape]);
    const memory = adapter.apply(ofAdapter, features, noise);
    // Both rewrites are rows of one batch.
    const tokens = np.concatenate([x.ref.slice([], 1), x.slice([], 2)], 0);
    const logits = decoder.logits(ofDecoder, np.concatenate([memory.ref, memory], 0), tokens.ref);
    const mask = maskOf(tokens.ref, end);
    const { sum, mean, lengths } = sequenceLogps(logits, tokens, mask);
    mean.dispose();
    const half = (values: np.Array, k: number): np.Array => values.reshape([2, batch]).slice(k);
    return {
      chosen: half(sum.ref, 0),
      rejected: half(sum, 1),
      chosenLengths: half(lengths.ref, 0),
      rejectedLengths: half(lengths, 1),
    };
  };
}

/** The places of a rewrite's words and of its first end. */
function maskOf(tokens: np.Array, end: number): np.Array {
  const [rows, time] = tokens.shape;
  const before = tokens
    .slice([], [0, time - 1])
    .notEqual(end)
    .astype(np.float32);
  return np.concatenate([np.zeros([rows, 1]), before], 1);
}
