import type { TokenPair } from "minimand";
import { derive, type Tree } from "minimand/engine";
import type { SentimentCorpus } from "../../kit/sentiment/corpus.ts";
import { lexiconReward } from "../../kit/sentiment/lexicon.ts";
import { completions } from "../../kit/sentiment/texts.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { wordRewards } from "./reward-model.ts";

/** Some completions of each prompt by one policy, prompt after prompt. */
export interface Candidates {
  each: number;
  drawn: number[][];
}

/** Draws that many completions of each prompt. */
export async function candidatesOf(
  corpus: SentimentCorpus,
  policy: Tree,
  { prompts, each, seed }: { prompts: readonly number[][]; each: number; seed: number },
  host: TrialHost,
): Promise<Candidates> {
  const repeated = prompts.flatMap((prompt) => Array<number[]>(each).fill(prompt));
  const drawing = { prompts: repeated, temperature: 1, seed: derive(seed, 95) };
  return { each, drawn: await completions(corpus, policy, drawing, host) };
}

/** The mean reward of each prompt's best candidate, as words are worth that much. */
export function rewardOfBest(
  { each, drawn }: Candidates,
  worth: readonly number[],
  valences: readonly number[],
): number {
  const scores = drawn.map((ids) => ids.reduce((sum, word) => sum + worth[word], 0));
  const chosen = Array.from({ length: drawn.length / each }, (_, i) => {
    const own = scores.slice(i * each, (i + 1) * each);
    return drawn[i * each + own.indexOf(Math.max(...own))];
  });
  return mean(chosen.map((ids) => lexiconReward(valences, ids)));
}

/** {@link rewardOfBest} by models of the reward that are fitted to pairs: plainly, and with the share of swapped ones taken out. */
export async function rewardsOfBest(
  candidates: Candidates,
  { valences }: SentimentCorpus,
  { pairs, epsilon, steps, seed }: { pairs: TokenPair[]; epsilon: number; steps: number; seed: number },
  host: TrialHost,
): Promise<{ plain: number; robust: number }> {
  const by = async (known: number): Promise<number> => {
    const fitting = { pairs, vocabulary: valences.length, epsilon: known, steps, seed };
    return rewardOfBest(candidates, await wordRewards(fitting, host), valences);
  };
  return { plain: await by(0), robust: await by(epsilon) };
}
