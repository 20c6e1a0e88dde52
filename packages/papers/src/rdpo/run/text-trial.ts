import type { TokenPair } from "minimand";
import { derive, disposeTree, type Tree } from "minimand/engine";
import { flipPreferences } from "minimand/training";
import { named } from "../../kit/named.ts";
import { type SentimentCorpus, sentimentCorpusOf } from "../../kit/sentiment/corpus.ts";
import { type JudgedPairs, type Judging, judgedPairs, judgedSamples } from "../../kit/sentiment/judge.ts";
import { lexiconReward } from "../../kit/sentiment/lexicon.ts";
import { pretrained } from "../../kit/sentiment/model.ts";
import { drawnPairs } from "../../kit/sentiment/pairs.ts";
import { referenceOf, trainedPolicy } from "../../kit/sentiment/train-policy.ts";
import type { TrialHost } from "../../reproduction.ts";
import { arms } from "./arms.ts";
import { candidatesOf, rewardOfBest, rewardsOfBest } from "./best-of.ts";
import { rate, type TextAmount, temperatures } from "./settings.ts";

export interface TextSpec extends TextAmount {
  part: "text";
  seed: number;
}

/** A policy as it is judged on held-out prompts and pairs. */
export interface Checkpoint extends JudgedPairs {
  steps: number;
  reward: number;
  /** Divergence from the start, nats a completion. */
  kl: number;
  distinct2: number;
}

/** What one loss came to. */
export interface Run {
  arm: string;
  epsilon: number;
  checkpoints: Checkpoint[];
  /** Mean reward at the other temperature, at the end. */
  cold: number;
}

export interface TextResult {
  part: "text";
  /** Of the language model before preferences: its loss, nats a word, and what it is worth. */
  start: Checkpoint & { loss: number; cold: number };
  runs: Run[];
  /** Mean reward of the best of some completions of the start, by two models of the reward, and by itself. */
  best: { epsilon: number; plain: number; robust: number }[];
  bestOfAll: number;
}

/** One language model, its own pairs, and all losses on them: labels are swapped once, the same ones for every loss. */
export async function textTrial(spec: TextSpec, host: TrialHost): Promise<TextResult> {
  const { seed, pretraining, pairs: count, steps, checkpoints, held, runs: asked } = spec;
  const corpus = await sentimentCorpusOf(host);
  const reward = (ids: readonly number[]): number => lexiconReward(corpus.valences, ids);
  const { params: start, loss } = await pretrained(corpus, { seed, steps: pretraining }, host);
  const drawn = (from: "train" | "test", n: number, use: number): Promise<TokenPair[]> =>
    drawnPairs(corpus, start, { from, count: n, reward, seed: derive(seed, use) }, host);
  const clean = await drawn("train", count, 91);
  const judging = judgingOf(corpus, {
    held,
    seed,
    pairs: await drawn("test", held, 92),
    reward,
    start,
    host,
  });

  const runs: Run[] = [];
  const best: TextResult["best"] = [];
  const untrained = { ...(await judging.at(start, 0)), loss, cold: await judging.cold(start) };
  const { prompts } = judging;
  const candidates = await candidatesOf(corpus, start, { prompts, each: spec.candidates, seed }, host);
  for (const { epsilon, arms: ids } of asked) {
    const { pairs } = flipPreferences(clean, { epsilon, seed: derive(seed, 93) });
    const reference = await referenceOf(corpus, start, pairs, host);
    for (const id of ids) {
      const found: Checkpoint[] = [];
      const policy = await trainedPolicy(
        corpus,
        {
          start,
          pairs,
          reference,
          rate,
          steps,
          seed: derive(seed, 94),
          checkpoints,
          loss: named(arms, id, "loss").loss(epsilon),
          look: async (reached, at) => void found.push(await judging.at(reached, at)),
        },
        host,
      );
      runs.push({ arm: id, epsilon, checkpoints: found, cold: await judging.cold(policy) });
      disposeTree(policy);
    }
    const fitting = { pairs, epsilon, steps, seed: derive(seed, 94) };
    best.push({ epsilon, ...(await rewardsOfBest(candidates, corpus, fitting, host)) });
  }
  disposeTree(start);
  const bestOfAll = rewardOfBest(candidates, corpus.valences, corpus.valences);
  return { part: "text", start: untrained, runs, best, bestOfAll };
}

interface Judge {
  prompts: number[][];
  at(policy: Tree, steps: number): Promise<Checkpoint>;
  cold(policy: Tree): Promise<number>;
}

/** What all policies of a trial are judged by. */
function judgingOf(
  corpus: SentimentCorpus,
  given: { held: number; seed: number; pairs: TokenPair[]; start: Tree; host: TrialHost } & {
    reward: (ids: readonly number[]) => number;
  },
): Judge {
  const { held, seed, pairs, reward, start, host } = given;
  const prompts = promptsOf(corpus, held);
  const [warm, cold] = temperatures.map(
    (temperature): Judging => ({ prompts, rewards: { reward }, temperature, seed }),
  );
  return {
    prompts,
    async at(policy, steps) {
      const policies = { policy, reference: start };
      const { rewards, kl, distinct2 } = await judgedSamples(corpus, policies, warm, host);
      const told = await judgedPairs(corpus, policies, pairs, host);
      return { steps, reward: rewards.reward, kl: kl ?? Number.NaN, distinct2, ...told };
    },
    async cold(policy) {
      return (await judgedSamples(corpus, { policy, reference: start }, cold, host)).rewards.reward;
    },
  };
}

/** Evenly spread beginnings of held-out windows. */
function promptsOf({ test, shape }: SentimentCorpus, count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    test[Math.floor((i * test.length) / count)].slice(0, shape.prompt),
  );
}
