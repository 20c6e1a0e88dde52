import { collectTrials, seedsOf } from "../kit/collect.ts";
import { grid } from "../kit/grid.ts";
import { mean } from "../kit/statistics.ts";
import { bestOf, type Candidate, candidates, tryAll } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { digitArms, names, rateOf, speedArms, wordArms, zArms } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { checkpointsOf, digitRates, ks, ratesOf, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** All trials of a run; the long ones first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const amount = scales[host.scale];
  const each = seedsOf(host, amount.seeds);
  const vocabularies = amount.smallVocabulary === null ? [null] : [null, amount.smallVocabulary];
  return [
    ...vocabularies.flatMap((vocabulary) =>
      amount.words.flatMap((arm) => {
        const learningRate = rateOf(tuned.choices, names.words(arm));
        const checkpoints = checkpointsOf(amount, arm !== "log-softmax" || vocabulary !== null);
        const common = { judge: "test", held: amount.held, vocabulary } as const;
        return each.map((seed): Spec => ({ part: "words", arm, learningRate, seed, checkpoints, ...common }));
      }),
    ),
    ...amount.digits.flatMap((arm) => {
      const learningRate = rateOf(tuned.choices, names.digits(arm));
      const common = { judge: "test", epochs: amount.digitEpochs } as const;
      return each.map((seed): Spec => ({ part: "digits", arm, learningRate, seed, ...common }));
    }),
    ...speedArms.flatMap((arm) => amount.speed.map((of): Spec => ({ part: "speed", arm, ...of }))),
  ];
}

/** Four rates for every arm. */
function candidatesOf({ scale }: Host<Spec, Result>): Candidate<Spec>[] {
  const amount = scales[scale];
  const words = wordArms
    .filter((arm) => amount.words.includes(arm))
    .flatMap((arm) => {
      const choice = names.words(arm);
      const checkpoints = checkpointsOf(amount, arm !== "log-softmax").slice(-1);
      const common = { judge: "tune", held: 2 * amount.held, vocabulary: null } as const;
      const rates = grid({ learningRate: ratesOf(arm) });
      return candidates(choice, { choice }, rates, tuningSeeds, ({ learningRate }, seed): Spec => {
        return { part: "words", arm, learningRate, seed, checkpoints, ...common };
      });
    });
  const digits = digitArms
    .filter((arm) => amount.digits.includes(arm))
    .flatMap((arm) => {
      const choice = names.digits(arm);
      const common = { judge: "tune", epochs: amount.digitEpochs } as const;
      const rates = grid({ learningRate: digitRates });
      return candidates(choice, { choice }, rates, tuningSeeds, ({ learningRate }, seed): Spec => {
        return { part: "digits", arm, learningRate, seed, ...common };
      });
    });
  return [...words, ...digits];
}

/** What is made large: the mean reciprocal rank, or accuracy for digits; 0 where training diverged. */
function scoreOf(result: Result): number {
  if (result.part === "speed") throw new TypeError("result: expected one of a training trial, got speed");
  return (result.part === "words" ? result.checkpoints?.at(-1)?.mrr : result.accuracy) ?? 0;
}

function topOf(result: Result): readonly number[] {
  const last = result.part === "words" ? result.checkpoints?.at(-1)?.top : undefined;
  return last ?? ks.map(() => 0);
}

/** The Z-loss beside its family and softmax: as a language model of many words, on ten digits, and by the clock. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, specsOf(host), describe), tuned.choices);
  },

  /** On documents, rows and seeds of their own; then for each k the Z-loss that ranks best there. */
  async *tune(host) {
    const tried = yield* tryAll(host, candidatesOf(host), describe);
    const scoring = { score: "score", scoreOf, round: (value: number) => value };
    const { rows, choices, atEnds } = bestOf(tried, { ...scoring, notChosen: ["choice", "score"] });
    ks.forEach((k, at) => {
      const choice = names.zLoss(k);
      const scores = zArms.map((arm) => {
        const own = names.words(arm);
        const { learningRate } = choices[own];
        const best = tried.find((one) => one.choice === own && one.row.learningRate === learningRate)!;
        return { choice, arm, score: mean(best.results.map((result) => topOf(result)[at])) };
      });
      rows.push(...scores);
      choices[choice] = { arm: scores.reduce((a, b) => (b.score > a.score ? b : a)).arm };
    });
    return { rows, choices, atEnds };
  },
};
