import type { TokenPair } from "minimand";
import { derive, type Tree } from "minimand/engine";
import { mean } from "../statistics.ts";
import type { SentimentCorpus } from "./corpus.ts";
import { type Compiling, compared, completions } from "./texts.ts";

/** A policy and the one that it started from. */
export interface Policies {
  policy: Tree;
  reference: Tree;
}

/** How completions of held-out prompts are drawn and valued. */
export interface Judging {
  prompts: readonly number[][];
  /** Rewards of a completion by name. */
  rewards: Record<string, (completion: readonly number[]) => number>;
  temperature: number;
  seed: number;
}

/** What completions that a policy drew are worth. */
export interface JudgedSamples {
  /** Mean rewards by name. */
  rewards: Record<string, number>;
  /** Divergence of the policy from the reference, nats a completion; null where the texts aren't drawn at temperature 1. */
  kl: number | null;
  /** Of the texts under the reference, a word; null as above. */
  perplexity: number | null;
  /** Distinct pairs of neighbouring words, as a share of all pairs. */
  distinct2: number;
}

/** Draws a completion of each prompt and judges them; equal seeds use equal random numbers, whatever the policy. */
export async function judgedSamples(
  corpus: SentimentCorpus,
  policies: Policies,
  { prompts, rewards, temperature, seed }: Judging,
  host: Compiling,
): Promise<JudgedSamples> {
  const drawn = await completions(
    corpus,
    policies.policy,
    { prompts, temperature, seed: derive(seed, 3) },
    host,
  );
  const texts = prompts.map((prompt, i) => [...prompt, ...drawn[i]]);
  const told = temperature === 1 ? await compared(corpus, policies, texts, host) : null;
  return {
    rewards: Object.fromEntries(
      Object.entries(rewards).map(([name, reward]) => [name, mean(drawn.map((ids) => reward(ids)))]),
    ),
    kl: told && mean(told.divergence),
    perplexity: told && Math.exp(-mean(told.reference) / corpus.shape.completion),
    distinct2: distinctPairs(drawn),
  };
}

/** What a policy makes of pairs, relative to its reference. */
export interface JudgedPairs {
  /** Share of pairs whose chosen completion has the larger log-ratio. */
  accuracy: number;
  /** Mean log-ratio of the chosen completions; its fall is over-optimisation. */
  chosenLogRatio: number;
  /** Mean difference of log-ratios. */
  margin: number;
}

/** Judges a policy by pairs. */
export async function judgedPairs(
  corpus: SentimentCorpus,
  policies: Policies,
  pairs: readonly TokenPair[],
  host: Compiling,
): Promise<JudgedPairs> {
  const ratiosOf = async (name: "chosen" | "rejected"): Promise<number[]> => {
    const texts = pairs.map((pair) => [...pair.prompt, ...pair[name]]);
    const { policy, reference } = await compared(corpus, policies, texts, host);
    return policy.map((logp, i) => logp - reference[i]);
  };
  const [chosen, rejected] = [await ratiosOf("chosen"), await ratiosOf("rejected")];
  const margins = chosen.map((ratio, i) => ratio - rejected[i]);
  return {
    accuracy: margins.filter((h) => h > 0).length / margins.length,
    chosenLogRatio: mean(chosen),
    margin: mean(margins),
  };
}

/** Returns distinct pairs of neighbouring words in some texts, as a share of all pairs. */
export function distinctPairs(texts: readonly (readonly number[])[]): number {
  const pairs = texts.flatMap((ids) => ids.slice(1).map((id, i) => `${ids[i]} ${id}`));
  return new Set(pairs).size / pairs.length;
}
