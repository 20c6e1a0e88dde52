import { rangeError, readOptions, typeError } from "minimand/engine";
import type { Examples } from "minimand/training";
import type { PromptTokenizer } from "../models/prompt-models.ts";
import { checkTokenizer, paddedRow, wordsOf } from "../models/prompt-tokens.ts";

/** What {@link promptExamples} are made of. */
export interface PromptPairs {
  tokenizer: PromptTokenizer;
  /** Tokens of a prompt with its start and end. */
  length: number;
  /** Short prompts, and the long ones that were made of the same things. */
  coarse: readonly string[];
  fine: readonly string[];
  /** Latents of the long prompts' pictures, row by row, and the shape of one; left out where the words alone are learned. */
  latents?: Float32Array;
  latentShape?: readonly number[];
}

/** Examples to train a refiner on, and what became of the prompts. */
export interface PromptExamples {
  examples: Examples;
  /** Long prompts that were cut to the length. */
  cut: number;
  /** Pairs that were left out since there is nothing to learn from them: both prompts are equal. */
  same: number;
}

/**
 * Makes pairs of prompts with latents of pictures into examples for `trainPromptRefiner`. Unknown words are left out, as they are in use.
 *
 * @returns `examples`: `x` ids `[2, length]`, the short prompt and the long one; `y` latents. `cut` and `same` are for the reader
 * @throws TypeError, RangeError for prompts that are invalid or have no known word, lengths that don't match, short prompts that are longer
 * than the length, and where no pair is left
 * @example
 * const tokenizer = wordTokenizer(["red moon, sharp focus"])
 * const pair = { coarse: ["moon"], fine: ["red moon, sharp focus"] }
 * const { examples } = promptExamples({ tokenizer, length: 7, ...pair, latents: Float32Array.of(1, 2), latentShape: [2] })
 * examples.shape // [2, 7]
 * examples.x // [1, 5, 2, 2, 2, 2, 2, 1, 6, 5, 3, 7, 4, 2]
 */
export function promptExamples(options: PromptPairs): PromptExamples {
  const { tokenizer, length, coarse, fine } = readOptions("promptExamples", options, {
    tokenizer: true,
    length: { min: 3, integer: true },
    coarse: true,
    fine: true,
    latents: true,
    latentShape: true,
  });
  checkTokenizer(tokenizer);
  if (!Array.isArray(coarse) || !Array.isArray(fine))
    throw typeError("coarse and fine", "lists of prompts", coarse);
  if (fine.length !== coarse.length) throw rangeError("fine", `${coarse.length} prompts`, fine);
  const { latents = new Float32Array(coarse.length), latentShape = [1] } = options;
  if ((options.latents === undefined) !== (options.latentShape === undefined))
    throw typeError("latents and latentShape", "both or none", options.latents);
  const size = latentShape.reduce((a, b) => a * b, 1);
  if (latents?.length !== coarse.length * size)
    throw rangeError("latents", `${coarse.length} rows of ${size} numbers`, latents);
  let [cut, same] = [0, 0];
  const rows: Int32Array[] = [];
  const kept: number[] = [];
  (coarse as readonly string[]).forEach((text, i) => {
    const short = knownIds(tokenizer, text, `coarse[${i}]`);
    const long = knownIds(tokenizer, fine[i], `fine[${i}]`);
    if (long.length > length - 2) cut++;
    if (String(short) === String(long)) {
      same++;
      return;
    }
    rows.push(paddedRow(tokenizer, short, length, `coarse[${i}]`));
    rows.push(paddedRow(tokenizer, long.slice(0, length - 2), length, `fine[${i}]`));
    kept.push(i);
  });
  if (kept.length === 0) throw rangeError("coarse", "a prompt that isn't its fine one", "none");
  const x = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) x.set(row, i * length);
  const y = new Float32Array(kept.length * size);
  for (const [i, row] of kept.entries()) y.set(latents.subarray(row * size, (row + 1) * size), i * size);
  return { examples: { x, shape: [2, length], y, targetShape: latentShape }, cut, same };
}

/** Returns the ids of a prompt's known words; throws where there are none. */
export function knownIds(tokenizer: PromptTokenizer, text: string, argument: string): number[] {
  if (typeof text !== "string") throw typeError(argument, "a prompt", text);
  const ids = wordsOf(tokenizer, text).flatMap(({ ids }) => ids ?? []);
  if (ids.length === 0) throw rangeError(argument, "at least one known word", text);
  return ids;
}
