import type { numpy as np } from "@jax-js/jax";
import { type RefinerParams, refinerPairs, refinerPolicy } from "@minimand/lab/prompts";
import { estimateFlipRate } from "@minimand/lab/solvers";
import { adam, type PairLogps, robustDpoLoss, rpoLoss, trainPreference } from "minimand";
import { type Compile, disposeTree, refTree, type Tree } from "minimand/engine";
import { preferencesFromRewards } from "minimand/training";
import { mean } from "../../mean.ts";
import type { Judged } from "./collect-images.ts";
import type { PreferenceLossName } from "./preference-losses.ts";
import { modelsOf, type Refiner } from "./refiner.ts";

/** A rewrite with the mean of its pictures' scores, and each of them. */
export interface Scored {
  prompt: string;
  rewrite: string;
  scores: number[];
}

/** A better and a worse rewrite of a prompt. */
export interface Pair {
  prompt: string;
  chosen: string;
  rejected: string;
}

/** Pairs, and how sure they are. */
export interface Preferences {
  pairs: Pair[];
  /** Share of pairs whose order another scoring turns; null where each rewrite has one picture. */
  flipRate: number | null;
}

/** From here on there is nothing to learn. */
export const mostFlips = 0.4;

/** Rewrites with all their scores, prompt by prompt. */
export function scoredRewrites(judged: readonly Judged[]): Scored[] {
  const byRewrite = Map.groupBy(judged, ({ prompt, rewrite }) => JSON.stringify([prompt, rewrite]));
  return [...byRewrite.values()].map((all) => ({
    prompt: all[0].prompt,
    rewrite: all[0].rewrite,
    scores: all.map(({ score }) => score),
  }));
}

/**
 * Pairs of the rewrites of each prompt by the mean of their scores; those count whose means are at least a quarter of a standard deviation of
 * all scores apart. Where each rewrite has two pictures or more, the flip rate is found from how often the first and the second
 * order the pairs alike.
 */
export function preferencesOf(scored: readonly Scored[]): Preferences {
  const all = scored.flatMap(({ scores }) => scores);
  const middle = mean(all);
  const minGap = 0.25 * Math.sqrt(mean(all.map((x) => (x - middle) ** 2)));
  const pairs: Pair[] = [];
  let agreements = 0;
  let total = 0;
  for (const own of Map.groupBy(scored, ({ prompt }) => prompt).values())
    for (const { chosen, rejected } of preferencesFromRewards(
      own,
      own.map(({ scores }) => mean(scores)),
      { minGap },
    )) {
      pairs.push({ prompt: chosen.prompt, chosen: chosen.rewrite, rejected: rejected.rewrite });
      if (chosen.scores.length < 2 || rejected.scores.length < 2) continue;
      const [first, second] = [0, 1].map((k) => Math.sign(chosen.scores[k] - rejected.scores[k]));
      if (first === 0 || second === 0) continue;
      total++;
      if (first === second) agreements++;
    }
  const flipRate =
    total === 0
      ? null
      : 2 * agreements > total
        ? Math.min(mostFlips, estimateFlipRate.fromAgreement({ agreements, total }).epsilon)
        : mostFlips;
  return { pairs, flipRate };
}

/** Trains encoder and adapter of a refiner on preferences; its decoder stays as it is. */
export async function learnPreferences(
  refiner: Refiner,
  pairs: readonly Pair[],
  {
    loss,
    flipRate,
    steps,
    seed,
    compile,
    signal,
    onStep,
  }: {
    loss: PreferenceLossName;
    flipRate: number;
    steps: number;
    seed: number;
    compile: Compile | undefined;
    signal: AbortSignal;
    onStep(done: number): void;
  },
): Promise<Refiner> {
  const { params, ...shape } = refiner;
  const { tokenizer, ...models } = modelsOf(shape);
  const policy = refinerPolicy({ ...models, end: tokenizer.end });
  const { decoder, ...learning } = params;
  const losses = {
    rdpo: (given: PairLogps, { weights }: { weights: np.Array }) =>
      robustDpoLoss(given, { weights, beta: 0.1, epsilon: flipRate }),
    rpo: (given: PairLogps, { weights }: { weights: np.Array }) =>
      rpoLoss(given, { weights, beta: 0.1, eta: 0.1 }),
  };
  const trained = await trainPreference({
    logps: (own, x, y) => policy({ ...(own as object), decoder: refTree(decoder) } as Tree, x, y),
    params: learning as Tree,
    examples: refinerPairs({ tokenizer, length: shape.length, adapter: models.adapter, pairs, seed }),
    loss: losses[loss],
    optimizer: adam(3e-4),
    steps,
    seed,
    signal,
    ...(compile !== undefined && { compile }),
    onMetrics: (_: unknown, step: number) => onStep(step + 1),
  });
  disposeTree(trained.lossState);
  return {
    ...shape,
    params: { ...(trained.params as Omit<RefinerParams, "decoder">), decoder: refTree(decoder) },
  };
}
