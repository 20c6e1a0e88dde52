import { runOf, seedsOf } from "../../kit/collect.ts";
import { grid } from "../../kit/grid.ts";
import { mean } from "../../kit/statistics.ts";
import { bestOf } from "../../kit/tune-grid.ts";
import { type LatticeArm, tryOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { digitArms, names, rateOf, speedArms, wordArms, zArms } from "./arms.ts";
import { reportOf } from "./report.ts";
import {
  checkpointsOf,
  digitRates,
  firstDigitRates,
  firstRatesOf,
  ks,
  rates,
  scales,
  tuningSeeds,
} from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** All trials of a run; the long ones first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const amount = scales[host.scale];
  const each = seedsOf(host, amount.seeds);
  return [
    ...amount.words.flatMap((arm) => {
      const learningRate = rateOf(tuned.choices, names.words(arm));
      const checkpoints = checkpointsOf(amount, arm !== "log-softmax");
      const common = { judge: "test", held: amount.held } as const;
      return each.map((seed): Spec => ({ part: "words", arm, learningRate, seed, checkpoints, ...common }));
    }),
    ...amount.digits.flatMap((arm) => {
      const learningRate = rateOf(tuned.choices, names.digits(arm));
      const common = { judge: "test", epochs: amount.digitEpochs } as const;
      return each.map((seed): Spec => ({ part: "digits", arm, learningRate, seed, ...common }));
    }),
    ...speedArms.flatMap((arm) => amount.speed.map((of): Spec => ({ part: "speed", arm, ...of }))),
  ];
}

/** A rate for every arm, the first four of which are given. */
function searchedOf({ scale }: Host<Spec, Result>): LatticeArm<Spec>[] {
  const amount = scales[scale];
  const search = (
    choice: string,
    axis: readonly number[],
    first: readonly number[],
    specOf: (learningRate: number, seed: number) => Spec,
  ): LatticeArm<Spec> => ({
    choice,
    label: { choice },
    axes: { learningRate: axis },
    first: grid({ learningRate: first }),
    start: { learningRate: first[0] },
    specsOf: ({ learningRate }) => tuningSeeds.map((seed) => specOf(learningRate, seed)),
  });
  const words = wordArms
    .filter((arm) => amount.words.includes(arm))
    .map((arm) => {
      const checkpoints = checkpointsOf(amount, arm !== "log-softmax").slice(-1);
      const common = { judge: "tune", held: 2 * amount.held } as const;
      return search(names.words(arm), rates, firstRatesOf(arm), (learningRate, seed) => {
        return { part: "words", arm, learningRate, seed, checkpoints, ...common };
      });
    });
  const digits = digitArms
    .filter((arm) => amount.digits.includes(arm))
    .map((arm) =>
      search(names.digits(arm), digitRates, firstDigitRates, (learningRate, seed) => {
        return { part: "digits", arm, learningRate, seed, judge: "tune", epochs: amount.digitEpochs };
      }),
    );
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

/** Compares the Z-loss with its family and softmax: as a language model of many words, on ten digits, and by the time of a step. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials) => reportOf(trials, tuned.choices)),

  /** On documents, rows and seeds of their own; then for each k the Z-loss that ranks best there. */
  async *tune(host) {
    const scoring = { score: "score", scoreOf, round: (value: number) => value, notChosen: ["choice"] };
    const tried = yield* tryOnLattice(host, searchedOf(host), { ...scoring, describe });
    const { rows, choices, atEnds } = bestOf(tried, scoring);
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
