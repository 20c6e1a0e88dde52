import { runOf, seedsOf } from "../../kit/collect.ts";
import { grid } from "../../kit/grid.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import {
  adversarialChoice,
  armsOf,
  familyChoice,
  familySettings,
  firstRates,
  firstStrengths,
  learningRateOf,
  learningRates,
  strengths,
  type Tunable,
  taus,
} from "./arms.ts";
import { reportOf } from "./report.ts";
import { type Amount, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** All trials of a run; the long ones first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { draws, seeds, fraction, nets: own } = scales[host.scale];
  const each = seedsOf(host, seeds);
  const common = { judge: "test", fraction } as const;
  return [
    ...own.flatMap((net) =>
      armsOf(tuned.choices, net).flatMap((arm) =>
        each.map((seed): Spec => ({ part: "adversarial", net, ...arm, seed, ...common })),
      ),
    ),
    ...familySettings.flatMap((setting) =>
      taus.flatMap((tau) => {
        const learningRate = learningRateOf(tuned.choices, setting, tau);
        return each.map((seed): Spec => ({ part: "family", setting, tau, learningRate, seed, ...common }));
      }),
    ),
    { part: "bounds", draws, seed: host.firstSeed ?? 0 },
  ];
}

/** The learning rate of each member of the family, and the strength of each adversarial method that has one, for each network. */
function searchedOf({ fraction, tuned: own }: Amount): LatticeArm<Spec>[] {
  const common = { judge: "tune", fraction } as const;
  const family = familySettings.flatMap((setting) =>
    taus.map((tau): LatticeArm<Spec> => {
      const choice = familyChoice(setting, tau);
      return {
        choice,
        label: { choice },
        axes: { learningRate: learningRates },
        first: grid({ learningRate: firstRates }),
        start: { learningRate: firstRates[0] },
        specsOf: ({ learningRate }) =>
          tuningSeeds.map((seed): Spec => ({ part: "family", setting, tau, learningRate, seed, ...common })),
      };
    }),
  );
  const adversarial = own.flatMap((net) =>
    (["TRADES", "Adv-Comp-Sum"] satisfies Tunable[]).map((method): LatticeArm<Spec> => {
      const choice = adversarialChoice(net, method);
      return {
        choice,
        label: { choice },
        axes: { strength: strengths[method] },
        first: grid({ strength: firstStrengths[method] }),
        start: { strength: firstStrengths[method][0] },
        specsOf: ({ strength }) =>
          tuningSeeds.map((seed): Spec => ({ part: "adversarial", net, method, strength, seed, ...common })),
      };
    }),
  );
  return [...family, ...adversarial];
}

/** The score that tuning maximises: accuracy, 0 where training diverged; robust accuracy. */
function scoreOf(result: Result): number {
  if (result.part === "bounds") throw new TypeError("result: expected one of a training trial, got bounds");
  return result.part === "family" ? (result.accuracy ?? 0) : result.robust;
}

/** The family of comp-sum losses: its bounds, its members as training losses, its adversarial training. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials, { scale }) =>
    reportOf(trials, scales[scale].nets, tuned.choices),
  ),

  /** Tunes on seeds and validation rows of their own, for networks of every scale except in a smoke test. */
  tune: (host: Host<Spec, Result>) =>
    tuneOnLattice(host, searchedOf(scales[host.scale]), {
      describe,
      score: "score",
      scoreOf,
      round: (value) => value,
      notChosen: ["choice"],
    }),
};
