import { type RefinerParams, refinerPairs, refinerPolicy } from "@minimand/lab/prompts";
import { estimateFlipRate } from "@minimand/lab/solvers";
import { adam, robustDpoLoss, trainPreference } from "minimand";
import { derive, disposeTree, refTree } from "minimand/engine";
import { clipScore } from "minimand/metrics";
import { preferencesFromRewards } from "minimand/training";
import { deviation, mean } from "../../../kit/statistics.ts";
import type { TrialHost } from "../../../reproduction.ts";
import type { Arm } from "../arms.ts";
import {
  type Frozen,
  type Picture,
  type PictureGenerator,
  type PictureJudge,
  promptLength,
} from "../interfaces.ts";
import { guidance, preferring } from "../settings.ts";
import type { Looks } from "./aesthetics.ts";
import { rewrites } from "./rewrites.ts";
import { adapterOf } from "./train-refiner.ts";

/** What a refiner learned from judgements of its pictures. */
export interface Preferred {
  params: RefinerParams;
  pairs: number;
  /** Of the order of two rewrites, between two scorings with other noise. */
  flipRate: number;
}

/** Largest flip rate that the loss is told: from 1/2 on there is nothing to learn. */
const mostFlips = 0.4;

/**
 * Trains a refiner from scores, without their gradients. Rewrites of some prompts are drawn, and their pictures are scored twice with
 * different noise. The first scores make pairs, on which the refiner is trained by the loss that knows their flip rate.
 */
export async function learnPreferences(
  frozen: Frozen,
  { refiner, params }: { refiner: NonNullable<Arm["refiner"]>; params: RefinerParams },
  prompts: readonly string[],
  { seed, steps }: { seed: number; steps: number },
  tools: {
    generator: PictureGenerator;
    judge: PictureJudge;
    looksOf: (picture: Picture) => Looks;
  },
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<Preferred> {
  const { candidates: count } = preferring;
  const drawn = await rewrites(
    frozen,
    { refiner, params },
    prompts,
    { count, seed: derive(seed, 1) },
    { compile },
  );
  const [first, second] = [
    await rewardsOf(prompts, drawn, derive(seed, 2), tools),
    await rewardsOf(prompts, drawn, derive(seed, 3), tools),
  ];
  const minGap = preferring.minGap * deviation(first.flat());
  let agreements = 0;
  const pairs = prompts.flatMap((prompt, i) =>
    preferencesFromRewards(
      drawn[i].map((_, k) => k),
      first[i],
      { minGap },
    )
      .filter(({ chosen, rejected }) => drawn[i][chosen] !== drawn[i][rejected])
      .map(({ chosen, rejected }) => {
        if (second[i][chosen] > second[i][rejected]) agreements++;
        return { prompt, chosen: drawn[i][chosen], rejected: drawn[i][rejected] };
      }),
  );
  const total = pairs.length;
  const flipRate =
    2 * agreements > total ? estimateFlipRate.fromAgreement({ agreements, total }).epsilon : mostFlips;
  if (total === 0) return { params: refTree(params), pairs: total, flipRate };

  const { words } = frozen.tokenizer;
  const adapter = adapterOf(refiner);
  const policy = refinerPolicy({ encoder: frozen.encoder, adapter, decoder: frozen.decoder, end: words.end });
  const trained = await trainPreference({
    logps: policy,
    params,
    examples: refinerPairs({ tokenizer: words, length: promptLength, adapter, pairs, seed }),
    loss: (given, { weights }) =>
      robustDpoLoss(given, { weights, beta: preferring.beta, epsilon: Math.min(flipRate, mostFlips) }),
    optimizer: adam(preferring.learningRate),
    steps,
    seed,
    compile,
    signal,
  });
  disposeTree(trained.lossState);
  return {
    params: trained.params as RefinerParams,
    pairs: total,
    flipRate,
  };
}

/** How pictures of rewrites look, and how well they show what was asked, both in standard deviations of all; a number a rewrite. */
async function rewardsOf(
  prompts: readonly string[],
  drawn: readonly (readonly string[])[],
  seed: number,
  { generator, judge, looksOf }: Parameters<typeof learnPreferences>[4],
): Promise<number[][]> {
  const pictures = await generator.generate(drawn.flat(), seed, { steps: preferring.pictureSteps, guidance });
  const [ofPictures, ofTexts] = [await judge.embedPictures(pictures), await judge.embedTexts(prompts)];
  const { candidates: count } = preferring;
  const looks = pictures.map((picture) => looksOf(picture).score);
  const faithful = pictures.map(
    (_, at) => clipScore([ofTexts[Math.floor(at / count)]], [ofPictures[at]]).score,
  );
  const scaled = (values: readonly number[]): number[] => {
    const [centre, spread] = [mean(values), deviation(values) || 1];
    return values.map((value) => (value - centre) / spread);
  };
  const [a, b] = [scaled(looks), scaled(faithful)];
  return prompts.map((_, i) =>
    Array.from({ length: count }, (_, k) => a[i * count + k] + preferring.faithfulness * b[i * count + k]),
  );
}
