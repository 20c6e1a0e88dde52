import { chosen } from "../../kit/choices.ts";
import { runOf, seedsOf } from "../../kit/collect.ts";
import { grid } from "../../kit/grid.ts";
import { mean } from "../../kit/statistics.ts";
import { type Candidate, candidates, tuneGrid } from "../../kit/tune-grid.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms, forms, judged, judgedForms, singleChoice } from "./arms.ts";
import { reportOf } from "./report.ts";
import { learningRates, type Sizes, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial, untrained } from "./trial.ts";

const rateOf = (choice: string): number => chosen(tuned.choices, choice, ["learningRate"]).learningRate;

/** Seed by seed, so that a thread makes each float network once. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, sizes, allForms } = scales[host.scale];
  const single = allForms ? forms.map(({ id }) => id) : judgedForms.slice(0, 1);
  return seedsOf(host, seeds).flatMap((seed): Spec[] => [
    ...arms.map(({ id, lambda, tunedAs = id }): Spec => {
      const learningRate = lambda === null ? untrained : rateOf(tunedAs);
      const search = id === judged.both;
      return { part: "arm", arm: id, search, seed, sizes, learningRate, judge: "test" };
    }),
    ...single.map((form): Spec => {
      return { part: "single", form, seed, sizes, learningRate: rateOf(singleChoice), judge: "test" };
    }),
  ]);
}

/** The same rates for every arm, and for networks of one width. */
function candidatesOf(sizes: Sizes): Candidate<Spec>[] {
  const rates = grid({ learningRate: learningRates });
  const trained = arms.filter(({ lambda, tunedAs }) => lambda !== null && tunedAs === undefined);
  return [
    ...trained.flatMap(({ id }) =>
      candidates(id, { choice: id }, rates, tuningSeeds, ({ learningRate }, seed): Spec => {
        return { part: "arm", arm: id, search: false, seed, sizes, learningRate, judge: "held" };
      }),
    ),
    ...candidates(
      singleChoice,
      { choice: singleChoice },
      rates,
      tuningSeeds,
      ({ learningRate }, seed): Spec => {
        return { part: "single", form: judgedForms[0], seed, sizes, learningRate, judge: "held" };
      },
    ),
  ];
}

/** The mean over the widths in the form of the rule. */
function scoreOf(result: Result): number {
  return mean(result.part === "arm" ? result.accuracy[judgedForms[0]] : result.accuracy);
}

/** Compares networks of all widths and forms at once with those of one width and with quantisation after training. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,
  run: runOf<Measured>(specsOf, describe, reportOf),
  tune: (host: Host<Spec, Result>) =>
    tuneGrid(host, candidatesOf(scales[host.scale].sizes), {
      describe,
      score: "score",
      scoreOf,
      notChosen: ["choice", "score"],
    }),
};
