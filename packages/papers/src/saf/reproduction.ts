import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import { tuneOnLattice } from "../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { type Arm, arms, type Configuration, columns } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { chosenFor, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

const armsOf = (host: Host<Spec, Result>): Arm[] =>
  arms.filter(({ id }) => scales[host.scale].arms?.includes(id) ?? true);

/** Ways to train on clean and noisy labels, and the times of their steps. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction, cells, rounds, shape } = scales[host.scale];
    const own = armsOf(host);
    const specs = cells.flatMap((cell) =>
      own.flatMap(({ id: arm }) => {
        const configuration = chosen(tuned.choices, choiceName(chosenFor(cell), arm), columns);
        return seedsOf(host, seeds).map(
          (seed): Spec => ({ part: "arm", cell: cell.id, arm, configuration, seed, judge: "test", fraction }),
        );
      }),
    );
    const all: Spec[] = [{ part: "speed", rounds, shape }, ...specs];
    const trials = yield* collectTrials<Measured>(host, all, describe);
    const of = (cell: string, arm: string) => resultsWhere(trials, { part: "arm", cell, arm });
    return reportOf({ cells, arms: own, of, speed: resultsWhere(trials, { part: "speed" })[0] });
  },

  /** The same search for every arm of every cell of the default scale, judged on rows that no measured run is judged by. */
  tune(host: Host<Spec, Result>) {
    const { fraction, cells } = scales[host.scale === "quick" ? "quick" : "default"];
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const searched = cells.flatMap(({ id: cell }) =>
      arms.map(({ id: arm, axes, first }) => ({
        ...{ choice: choiceName(cell, arm), label: { cell, arm }, axes, first, start: first[0] },
        specsOf: (configuration: Configuration): Spec[] =>
          seeds.map((seed) => ({
            ...{ part: "arm", cell, arm, configuration, seed },
            ...{ judge: "tune", fraction },
          })),
      })),
    );
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    return tuneOnLattice(host, searched, { describe, score: "accuracy", scoreOf });
  },
};
