import { derive, disposeTree, type Tree } from "minimand/engine";
import { shuffled } from "../../kit/rows.ts";
import { type SentimentCorpus, sentimentCorpusOf, unknownId } from "../../kit/sentiment/corpus.ts";
import {
  type JudgedPairs,
  type JudgedSamples,
  judgedPairs,
  judgedSamples,
} from "../../kit/sentiment/judge.ts";
import { hidden, lexiconReward } from "../../kit/sentiment/lexicon.ts";
import { pretrained } from "../../kit/sentiment/model.ts";
import { drawnPairs } from "../../kit/sentiment/pairs.ts";
import { compared } from "../../kit/sentiment/texts.ts";
import { referenceOf, trainedPolicy } from "../../kit/sentiment/train-policy.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { rate, type TextSettings } from "./settings.ts";

/** By which lexicon pairs are labelled: the one that judges, or one in which a random half of its words is worth nothing. */
export const lexicons = ["whole", "half"] as const;
export type LexiconName = (typeof lexicons)[number];

export interface TextSpec extends TextSettings {
  part: "text";
  lexicon: LexiconName;
  seed: number;
}

/** What a policy is like after some steps. */
export interface Judged {
  step: number;
  /** By pairs of held-out prompts that the first model drew, labelled as those of training. */
  pairs: JudgedPairs;
  /** The mean log-ratio of what people wrote. */
  humanLogRatio: number;
  /** Completions at temperature 1: `whole` is the true reward, `half` what the labels see of it. */
  samples: JudgedSamples;
}

export interface TextResult {
  part: "text";
  /** Of the first model, nats a word. */
  loss: number;
  /** The mean true reward of what people wrote. */
  humanReward: number;
  /** The first model. */
  first: Judged;
  /** By arm: the policy on its way, and its mean true reward at temperature 0.5 in the end. */
  found: { arm: string; judged: Judged[]; cooler: number }[];
}

/** All losses from the same language model, on the same pairs. */
export async function textTrial(spec: TextSpec, host: TrialHost): Promise<TextResult> {
  const { seed, lexicon, pretraining, pairs: count, held } = spec;
  const corpus = await sentimentCorpusOf(host);
  const { params: reference, loss } = await pretrained(corpus, { seed, steps: pretraining }, host);
  const rewards = {
    whole: rewardOf(corpus.valences),
    half: rewardOf(hidden(corpus.valences, 0.5, derive(seed, 74))),
  };
  const drawing = { reward: rewards[lexicon], seed: derive(seed, 71) };
  const pairs = await drawnPairs(corpus, reference, { ...drawing, from: "train", count }, host);
  const heldPairs = await drawnPairs(corpus, reference, { ...drawing, from: "test", count: held }, host);
  const { prompts, human } = heldTexts(corpus, held, derive(seed, 72));

  const samplesOf = (policy: Tree, temperature: number): Promise<JudgedSamples> => {
    const judging = { prompts, rewards, temperature, seed: derive(seed, 73) };
    return judgedSamples(corpus, { policy, reference }, judging, host);
  };
  const judge = async (policy: Tree, step: number): Promise<Judged> => {
    const told = await compared(corpus, { policy, reference }, human, host);
    return {
      step,
      pairs: await judgedPairs(corpus, { policy, reference }, heldPairs, host),
      humanLogRatio: mean(told.policy.map((logp, i) => logp - told.reference[i])),
      samples: await samplesOf(policy, 1),
    };
  };

  const first = await judge(reference, 0);
  const found: TextResult["found"] = [];
  const logps = await referenceOf(corpus, reference, pairs, host);
  for (const { id, loss } of spec.arms.map(armOf)) {
    const judged: Judged[] = [];
    const training = {
      start: reference,
      reference: logps,
      pairs,
      loss,
      rate,
      seed: derive(seed, 75),
      steps: Math.max(...spec.judgedAfter),
      checkpoints: spec.judgedAfter,
      async look(policy: Tree, step: number) {
        judged.push(await judge(policy, step));
      },
    };
    const params = await trainedPolicy(corpus, training, host);
    found.push({ arm: id, judged, cooler: (await samplesOf(params, 0.5)).rewards.whole });
    disposeTree(params);
  }
  disposeTree(reference);
  const { prompt } = corpus.shape;
  const humanReward = mean(human.map((window) => rewards.whole(window.slice(prompt))));
  return { part: "text", loss, humanReward, first, found };
}

const rewardOf =
  (valences: readonly number[]) =>
  (completion: readonly number[]): number =>
    lexiconReward(valences, completion);

/** Beginnings of held-out windows, and whole ones of other windows without unknown words, which the model never says. */
function heldTexts({ test, shape }: SentimentCorpus, count: number, seed: number) {
  const windows = Array.from(shuffled(test.length, seed), (row) => test[row]);
  return {
    prompts: windows.slice(0, count).map((window) => window.slice(0, shape.prompt)),
    human: windows
      .slice(count)
      .filter((window) => !window.includes(unknownId))
      .slice(0, count),
  };
}
