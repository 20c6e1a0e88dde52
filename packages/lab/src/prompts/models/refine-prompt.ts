import { checkChoice, checkNumber, derive, rangeError, readOptions, typeError } from "minimand/engine";
import { groupBeamSearch } from "../../language/beam-search.ts";
import { generate } from "../../language/generate.ts";
import { checkSampling, type SamplingOptions, samplingOptions } from "../../language/sampling.ts";
import type { PromptRefiner } from "./prompt-refiner.ts";
import { paddedRow, withUnknown, wordsOf } from "./prompt-tokens.ts";

/** How many rewrites {@link refinePrompt} gives, and how it comes to them. */
export interface RefineOptions extends SamplingOptions {
  /** Rewrites, of which none comes twice; default 5. */
  count?: number;
  /** Diverse beam search with a group for each rewrite (the default), or each drawn by itself. */
  method?: "groupBeam" | "sample";
  /** Of the beam search: what a word costs for each group that has just chosen it; default 0.5. */
  diversityPenalty?: number;
  /** Most tokens of a rewrite; default 32, or as many as the refiner takes. */
  maxNewTokens?: number;
  /** Of the noise, and of what is drawn; default 0. */
  seed?: number;
  /** Whether a rewrite may be shown, and given to an image model; default: all may. */
  promptFilter?: (rewrite: string) => boolean;
}

/** Draws of noise after which it is no use to wait for another rewrite. */
const mostRounds = 4;

/**
 * Rewrites a short prompt as longer ones that an image model takes better.
 *
 * Each rewrite is read from a noise of its own where the refiner has one. Rewrites that come twice are left out, and others drawn for them;
 * where there are no others, there are fewer. Words that the refiner doesn't know are copied into each rewrite, next to the word that they
 * were next to. Pictures are to be made by the image model with its own text encoder, which isn't the refiner's.
 *
 * @param refiner of `promptRefiner`; looked at
 * @param prompt in the user's words; case and punctuation don't matter (`cleanPrompt`)
 * @param options `count`, `method`, `diversityPenalty`, `maxNewTokens`, `seed`, `promptFilter`; of samples `temperature`, `topK`,
 * `topP`
 * @returns the rewrites, at most `count`; equal seeds give equal ones
 * @throws TypeError, RangeError for an empty prompt, one of unknown words alone or of more words than the refiner takes, options out of range
 * @example
 * const rewrites = await refinePrompt(refiner, "a red moon", { count: 3, seed: 1 })
 * @see Hei et al. 2024, arXiv 2402.12760; Vijayakumar et al. 2018, arXiv 1610.02424
 */
export async function refinePrompt(
  refiner: PromptRefiner,
  prompt: string,
  options: RefineOptions = {},
): Promise<string[]> {
  const {
    count,
    method,
    seed,
    promptFilter = () => true,
    ...others
  } = readOptions("refinePrompt", options, {
    count: [5],
    method: ["groupBeam"],
    diversityPenalty: true,
    maxNewTokens: true,
    seed: [0],
    promptFilter: true,
    ...samplingOptions,
  });
  if (typeof refiner?.memories !== "function")
    throw typeError("refiner", "a refiner, e.g. promptRefiner(...)", refiner);
  checkNumber("count", count, { min: 1, integer: true });
  checkChoice("method", method, ["groupBeam", "sample"]);
  checkNumber("seed", seed, { integer: true });
  if (typeof promptFilter !== "function")
    throw typeError("promptFilter", "a function of a rewrite", promptFilter);
  const { diversityPenalty = 0.5, maxNewTokens = 32, ...sampling } = others;
  checkNumber("diversityPenalty", diversityPenalty, { min: 0 });
  checkNumber("maxNewTokens", maxNewTokens, { min: 1, integer: true });
  checkSampling(sampling);

  const { tokenizer, length } = refiner;
  const words = wordsOf(tokenizer, prompt);
  const known = words.flatMap(({ ids }) => ids ?? []);
  if (words.every(({ word }) => word === ",")) throw rangeError("prompt", "at least one word", prompt);
  if (words.every(({ word, ids }) => word === "," || ids === null))
    throw rangeError("prompt", "at least one word that the refiner knows", prompt);
  const row = paddedRow(tokenizer, known, length, "prompt");
  const tokens = Math.min(maxNewTokens, length - 1);

  const rewrites = new Set<string>();
  // Beam search without noise finds the same again.
  const rounds = method === "groupBeam" && !refiner.draws ? 1 : mostRounds;
  for (let round = 0; round < rounds && rewrites.size < count; round++) {
    const drawn = await draw(refiner, row, derive(seed, round), {
      count,
      method,
      tokens,
      diversityPenalty,
      sampling,
    });
    for (const ids of drawn) {
      const text = withUnknown(words, tokenizer.decode(ids.filter((id) => id !== tokenizer.unknown)));
      if (text !== "" && rewrites.size < count && promptFilter(text)) rewrites.add(text);
    }
  }
  return [...rewrites];
}

/** As many rewrites as ids, each read from a noise of its own. */
async function draw(
  refiner: PromptRefiner,
  row: Int32Array,
  seed: number,
  {
    count,
    method,
    tokens,
    diversityPenalty,
    sampling,
  }: Required<Pick<RefineOptions, "count" | "method" | "diversityPenalty">> & {
    tokens: number;
    sampling: SamplingOptions;
  },
): Promise<number[][]> {
  const { start, end } = refiner.tokenizer;
  const seeds = Array.from({ length: count }, (_, i) => derive(seed, i));
  const memories = await refiner.memories(row, seeds);
  const search = {
    next: (texts: readonly (readonly number[])[], places: readonly number[]) =>
      refiner.next(
        texts,
        places.map((place) => memories[place]),
      ),
    tokens,
    end,
  };
  if (method === "sample")
    return generate({ ...search, prompts: seeds.map(() => [start]), seed, ...sampling });
  const beams = await groupBeamSearch({
    ...search,
    prompt: [start],
    beams: count,
    groups: count,
    diversity: diversityPenalty,
  });
  return beams.map(({ tokens }) => tokens);
}
