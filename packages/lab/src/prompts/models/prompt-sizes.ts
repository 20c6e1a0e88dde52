import { checkNumber, rangeError, readOptions } from "minimand/engine";

/** Sizes of encoders and decoders of prompts. */
export interface PromptSizes {
  /** Ids that there are. */
  vocabulary: number;
  /** Tokens of a prompt with its start and end, at most 1024. */
  length: number;
  /** Numbers at each place, default 32. */
  size?: number;
  /** Of the attention, divisors of the size; default 2. */
  heads?: number;
  /** Default 2. */
  blocks?: number;
}

/** Most tokens of a prompt, since an attention has a number for each pair of tokens. Text encoders of image models take 77 to 512. */
export const mostTokens = 1024;

/** Returns the sizes with their defaults. Throws RangeError for sizes that are no integers >= 1, more than 1024 tokens, heads that don't divide the size. */
export function checkPromptSizes(of: string, options: PromptSizes): Required<PromptSizes> {
  const { vocabulary, length, size, heads, blocks } = readOptions(of, options, {
    vocabulary: true,
    length: true,
    size: [32],
    heads: [2],
    blocks: [2],
  });
  const all = { vocabulary, length, size, heads, blocks };
  for (const [name, value] of Object.entries(all)) checkNumber(name, value, { min: 1, integer: true });
  checkNumber("length", length, { max: mostTokens });
  if (size % heads !== 0) throw rangeError("heads", `a divisor of the size (${size})`, heads);
  return all;
}
