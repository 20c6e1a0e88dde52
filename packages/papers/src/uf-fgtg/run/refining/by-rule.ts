import { generate, type WordTokenizer } from "@minimand/lab/language";
import type { RandomSource } from "minimand/engine";
import type { Triplet } from "../interfaces.ts";
import { modifierWords } from "../world/index.ts";

/** The prompt with as many random modifiers as fine prompts have on average. */
export function withRandomModifiers(prompt: string, count: number, random: RandomSource): string {
  const left = [...modifierWords];
  const chosen = Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0]);
  return [prompt, ...chosen].join(", ");
}

/** Modifiers of a fine prompt, on average. */
export function meanModifiers(triplets: readonly Triplet[]): number {
  const total = triplets.reduce((sum, { fine }) => sum + fine.split(",").length - 1, 0);
  return Math.round(total / triplets.length);
}

/** Continues prompts by the last token alone, by the frequencies of token pairs in fine prompts. */
export function bigramContinuer(
  triplets: readonly Triplet[],
  tokenizer: WordTokenizer,
): (prompts: readonly string[], length: number, seed: number) => Promise<string[]> {
  const { start, end, tokens } = tokenizer;
  const counts = tokens.map(() => new Float32Array(tokens.length));
  for (const { fine } of triplets) {
    const ids = [start, ...tokenizer.encode(fine), end];
    for (let i = 1; i < ids.length; i++) counts[ids[i - 1]][ids[i]]++;
  }
  // What never came after a token never comes; after one that was never seen, the end does.
  const logits = counts.map((row) => {
    const seen = row.some((count) => count > 0);
    return row.map((count, id) => (seen ? Math.log(count) : id === end ? 0 : -Infinity));
  });
  return async (prompts, length, seed) => {
    const beginnings = prompts.map((prompt) => [start, ...tokenizer.encode(prompt)]);
    const added = await generate({
      next: async (texts) => texts.map((text) => logits[text[text.length - 1]]),
      prompts: beginnings,
      tokens: length,
      end,
      seed,
    });
    return beginnings.map((ids, i) => tokenizer.decode([...ids, ...added[i]].slice(0, length - 1)));
  };
}
