import { type Choices, chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf as seedsOfRun } from "../kit/collect.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { armOf, arms, columns, tunedArms } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { costFactors, growth, learners, scales, type Task, tasks, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, regretOf, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choices: Choices = tuned.choices;

const seedsOf = (host: Host<Spec, Result>, usual: number): number[] =>
  seedsOfRun(host, Math.max(2, Math.round(usual * scales[host.scale].seeds)));

const roundsOf = ({ rounds }: Task, fraction: number): number => Math.max(60, Math.round(rounds * fraction));

/** What tuning chose; Fashion-MNIST has the choices of MNIST. */
const choiceOf = (task: string, arm: string) =>
  chosen(choices, `${task === "fashion" ? "mnist" : task}, ${arm}`, columns);

/** All arms on the digits, the tuned ones elsewhere; small costs on the digits. */
function playsOf(of: Task, seeds: readonly number[], fraction: number): Spec[] {
  const { id: task } = of;
  const own = task === "digits" ? arms : tunedArms;
  const rounds = roundsOf(of, fraction);
  return seeds.flatMap((seed) => {
    const play = (arm: string, costFactor: number): Spec => ({
      ...{ part: "bandit", task, arm, costFactor, seed, rounds, judge: "test" },
      configuration: choiceOf(task, armOf(arm).choice),
    });
    const small = task === "digits" ? costFactors.filter((factor) => factor !== 1) : [];
    return [
      ...own.map(({ id }) => play(id, 1)),
      ...small.flatMap((factor) => ["fast", "square"].map((arm) => play(arm, factor))),
    ];
  });
}

/** Bandits on classification tasks, and the regression alone. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { fraction } = scales[host.scale];
    const own = tasks.filter((task) => task.scales.includes(host.scale));
    const specs = own.flatMap((task) => playsOf(task, seedsOf(host, task.seeds), fraction));
    for (const seed of seedsOf(host, growth.seeds))
      for (const learner of learners) {
        const steps = chosen(choices, `growth, ${learner}`, ["initial", "delay"]);
        specs.push({ part: "growth", learner, ...steps, seed, fraction, judge: "test" });
      }
    return reportOf(yield* collectTrials<Measured>(host, specs, describe), own);
  },

  /** Twelve configurations for every arm and task; the least mean regret over two seeds. */
  tune(host: Host<Spec, Result>) {
    const { fraction } = scales[host.scale];
    const plays = tasks
      .filter((task) => task.scales.includes("default"))
      .flatMap((of) =>
        tunedArms.flatMap(({ id: arm, grid }) => {
          const [task, choice] = [of.id, `${of.id}, ${arm}`];
          const rounds = roundsOf(of, fraction);
          return candidates(choice, { choice }, grid, tuningSeeds, (configuration, seed): Spec => {
            const play = { task, arm, configuration, costFactor: 1, seed } as const;
            return { part: "bandit", ...play, judge: "tune", rounds };
          });
        }),
      );
    const regressions = learners.flatMap((learner) => {
      const choice = `growth, ${learner}`;
      return candidates(choice, { choice }, growth.grid, tuningSeeds, (steps, seed): Spec => {
        return { part: "growth", learner, ...steps, seed, fraction, judge: "tune" };
      });
    });
    return tuneGrid(host, [...plays, ...regressions], {
      describe,
      score: "regret",
      scoreOf: regretOf,
      best: "least",
      round: (regret) => Number(regret.toFixed(1)),
      notChosen: ["choice"],
    });
  },
};
