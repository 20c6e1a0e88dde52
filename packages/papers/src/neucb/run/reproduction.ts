import { type Choices, chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf as seedsOfRun } from "../../kit/collect.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, type Configuration, columns, tunedArms } from "./arms.ts";
import { reportOf } from "./report.ts";
import { costFactors, growth, learners, scales, tasksAt, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, regretOf, type Spec, trial } from "./trial.ts";

const choices: Choices = tuned.choices;

const seedsOf = (host: Host<Spec, Result>, usual: number): number[] =>
  seedsOfRun(host, Math.max(2, Math.round(usual * scales[host.scale].seeds)));

/** All arms on the digits, the tuned ones elsewhere; small costs on the digits. */
function playsOf(of: ReturnType<typeof tasksAt>[number], scale: Scale, seeds: readonly number[]): Spec[] {
  const { id: task, chosenOn, length: rounds } = of;
  const hidden = [...scales[scale].hidden];
  const own = task === "digits" ? arms : tunedArms;
  return seeds.flatMap((seed) => {
    const play = (arm: string, costFactor: number): Spec => ({
      part: "bandit",
      task,
      arm,
      costFactor,
      seed,
      rounds,
      hidden,
      judge: "test",
      configuration: chosen(choices, `${chosenOn}, ${armOf(arm).choice}`, columns),
    });
    const small = task === "digits" ? costFactors.filter((factor) => factor !== 1) : [];
    return [
      ...own.map(({ id }) => play(id, 1)),
      ...small.flatMap((factor) => ["fast", "square"].map((arm) => play(arm, factor))),
    ];
  });
}

/** What is tuned, task by task, and the regression alone. */
export function lattices(scale: Scale): LatticeArm<Spec>[] {
  const { fraction, hidden } = scales[scale];
  const plays = tasksAt(scale)
    .filter(({ id, chosenOn }) => chosenOn === id)
    .flatMap(({ id: task, length: rounds }) =>
      tunedArms.map(({ id: arm, tuning }): LatticeArm<Spec> => {
        const choice = `${task}, ${arm}`;
        const common = { part: "bandit", task, arm, costFactor: 1, judge: "tune", rounds } as const;
        return {
          choice,
          label: { choice },
          ...tuning!,
          specsOf: (configuration) =>
            tuningSeeds.map((seed) => ({
              ...common,
              hidden: [...hidden],
              seed,
              configuration: configuration as Configuration,
            })),
        };
      }),
    );
  const regressions = learners.map((learner): LatticeArm<Spec> => {
    const choice = `growth, ${learner}`;
    return {
      choice,
      label: { choice },
      axes: growth.axes,
      start: growth.start,
      specsOf: ({ initial, delay }) =>
        tuningSeeds.map((seed) => {
          return { part: "growth", learner, initial, delay, seed, fraction, judge: "tune" };
        }),
    };
  });
  return [...plays, ...regressions];
}

/** Bandits on classification tasks, and the regression alone. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { fraction } = scales[host.scale];
    const own = tasksAt(host.scale);
    const specs = own.flatMap((task) => playsOf(task, host.scale, seedsOf(host, task.seeds)));
    for (const seed of seedsOf(host, growth.seeds))
      for (const learner of learners) {
        const steps = chosen(choices, `growth, ${learner}`, ["initial", "delay"]);
        specs.push({ part: "growth", learner, ...steps, seed, fraction, judge: "test" });
      }
    return reportOf(yield* collectTrials<Measured>(host, specs, describe), own);
  },

  /** The least mean regret over two seeds. */
  tune: (host: Host<Spec, Result>) =>
    tuneOnLattice(host, lattices(host.scale), {
      describe,
      score: "regret",
      scoreOf: regretOf,
      best: "least",
      round: (regret) => Number(regret.toFixed(1)),
      notChosen: ["choice"],
    }),
};
