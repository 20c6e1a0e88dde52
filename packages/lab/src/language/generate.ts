import { checkNumber, derive, randomSource, readOptions, typeError } from "minimand/engine";
import type { NextLogits } from "./next-logits.ts";
import {
  checkSampling,
  type SamplingOptions,
  samplingOptions,
  tokenAt,
  tokenProbabilities,
} from "./sampling.ts";

/** What {@link generate} continues, and how. */
export interface GenerateOptions extends SamplingOptions {
  next: NextLogits;
  /** Beginnings as ids, each of at least one token. */
  prompts: readonly (readonly number[])[];
  /** Most tokens that are added to each. */
  tokens: number;
  seed: number;
  /** The id after which a text is at its end. */
  end?: number;
}

/**
 * Continues texts, token by token, each drawn by {@link tokenProbabilities}.
 *
 * @returns what was added to each prompt, with the end where it came. Each text has random numbers of its own: the same seed and prompt
 * at the same place give the same text, whatever the others are
 * @throws TypeError, RangeError for options out of range; what `next` throws, as for prompts that are longer than the model
 * @example
 * // A model that counts to four
 * const next = async (texts: readonly (readonly number[])[]) =>
 *   texts.map((text) => Float32Array.from({ length: 5 }, (_, id) => (id === text.at(-1)! + 1 ? 9 : 0)))
 * const [added] = await generate({ next, prompts: [[1]], tokens: 9, temperature: 0, end: 4, seed: 0 })
 * added // [2, 3, 4]
 */
export async function generate(options: GenerateOptions): Promise<number[][]> {
  const { next, prompts, tokens, seed, end, ...sampling } = readOptions("generate", options, {
    next: true,
    prompts: true,
    tokens: true,
    seed: true,
    end: true,
    ...samplingOptions,
  });
  if (typeof next !== "function") throw typeError("next", "a function of texts, e.g. nextLogits(...)", next);
  if (!Array.isArray(prompts)) throw typeError("prompts", "a list of texts as ids", prompts);
  checkNumber("tokens", tokens, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  checkSampling(sampling);
  const sources = prompts.map((_, i) => randomSource(derive(seed, i)));
  const added: number[][] = prompts.map(() => []);
  let open = prompts.map((_, i) => i);
  for (let step = 0; step < tokens && open.length > 0; step++) {
    const logits = await next(
      open.map((i) => [...prompts[i], ...added[i]]),
      open,
    );
    open.forEach((i, row) => {
      added[i].push(tokenAt(tokenProbabilities(logits[row], sampling), sources[i]()));
    });
    open = open.filter((i) => added[i].at(-1) !== end);
  }
  return added;
}
