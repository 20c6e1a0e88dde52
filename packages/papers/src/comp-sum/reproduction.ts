import { collectTrials, seedsOf } from "../kit/collect.ts";
import { grid } from "../kit/grid.ts";
import { type Candidate, candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { arms, familyChoice, familySettings, learningRateOf, learningRates, taus } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** All trials of a run; the long ones first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { draws, seeds, fraction } = scales[host.scale];
  const each = seedsOf(host, seeds);
  const common = { judge: "test", fraction } as const;
  return [
    ...arms.flatMap((arm) => each.map((seed): Spec => ({ part: "adversarial", ...arm, seed, ...common }))),
    ...familySettings.flatMap((setting) =>
      taus.flatMap((tau) => {
        const learningRate = learningRateOf(tuned.choices, setting, tau);
        return each.map((seed): Spec => ({ part: "family", setting, tau, learningRate, seed, ...common }));
      }),
    ),
    { part: "bounds", draws, seed: host.firstSeed ?? 0 },
  ];
}

/** Four learning rates for each member of the family, three strengths for each adversarial method that has one. */
function candidatesOf(fraction: number): Candidate<Spec>[] {
  const common = { judge: "tune", fraction } as const;
  const family = familySettings.flatMap((setting) =>
    taus.flatMap((tau) => {
      const choice = familyChoice(setting, tau);
      const rates = grid({ learningRate: learningRates });
      return candidates(choice, { choice }, rates, tuningSeeds, ({ learningRate }, seed): Spec => {
        return { part: "family", setting, tau, learningRate, seed, ...common };
      });
    }),
  );
  const adversarial = arms
    .filter(({ strength }) => strength > 0)
    .flatMap(({ method, strength }) =>
      candidates(method, { choice: method }, [{ strength }], tuningSeeds, (_, seed): Spec => {
        return { part: "adversarial", method, strength, seed, ...common };
      }),
    );
  return [...family, ...adversarial];
}

/** What is made large: accuracy, 0 where training diverged; robust accuracy. */
function scoreOf(result: Result): number {
  if (result.part === "bounds") throw new TypeError("result: expected one of a training trial, got bounds");
  return result.part === "family" ? (result.accuracy ?? 0) : result.robust;
}

/** The family of comp-sum losses: its bounds, its members as training losses, its adversarial training. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, specsOf(host), describe), tuned.choices);
  },

  /** On seeds and validation rows of their own. */
  tune: (host: Host<Spec, Result>) =>
    tuneGrid(host, candidatesOf(scales[host.scale].fraction), {
      describe,
      score: "score",
      scoreOf,
      round: (value) => value,
      notChosen: ["choice", "score"],
    }),
};
