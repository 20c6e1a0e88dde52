import type { TokenPair } from "minimand";
import { derive, type Tree } from "minimand/engine";
import { shuffled } from "../rows.ts";
import type { SentimentCorpus } from "./corpus.ts";
import { type Compiling, completions } from "./texts.ts";

/** Pairs that a policy draws and a reward labels. */
export interface PairDrawing {
  /** Windows whose beginnings are the prompts, in an order of the seed. */
  from: "train" | "tune" | "test";
  count: number;
  /** Of a completion; pairs of equal rewards are left out. */
  reward: (completion: readonly number[]) => number;
  seed: number;
}

const [atOnce, mostRounds] = [1000, 50];

/**
 * Returns pairs of completions that a policy draws at temperature 1 for the same prompt, the one of larger reward first.
 *
 * @throws RangeError where nearly all pairs are ties
 */
export async function drawnPairs(
  corpus: SentimentCorpus,
  policy: Tree,
  { from, count, reward, seed }: PairDrawing,
  host: Compiling,
): Promise<TokenPair[]> {
  const windows = corpus[from];
  const order = shuffled(windows.length, derive(seed, 0));
  const size = Math.min(atOnce, 2 * count);
  const pairs: TokenPair[] = [];
  for (let round = 0; pairs.length < count; round++) {
    if (round === mostRounds)
      throw new RangeError(`reward: expected few ties, got ${pairs.length} pairs of ${round * size}`);
    const prompts = Array.from({ length: size }, (_, i) =>
      windows[order[(round * size + i) % order.length]].slice(0, corpus.shape.prompt),
    );
    const [a, b] = [
      await completions(corpus, policy, { prompts, temperature: 1, seed: derive(seed, 1, round) }, host),
      await completions(corpus, policy, { prompts, temperature: 1, seed: derive(seed, 2, round) }, host),
    ];
    prompts.forEach((prompt, i) => {
      const difference = reward(a[i]) - reward(b[i]);
      if (difference > 0) pairs.push({ prompt, chosen: a[i], rejected: b[i] });
      if (difference < 0) pairs.push({ prompt, chosen: b[i], rejected: a[i] });
    });
  }
  return pairs.slice(0, count);
}
