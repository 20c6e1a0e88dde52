import { chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf, timedFirst } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { withCommitted } from "../../kit/tune-grid.ts";
import { tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { type Arm, arms, type Configuration, columns } from "./arms.ts";
import { reportOf } from "./report.ts";
import { type Cell, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

const chosenIn = (cell: string, arm: string): Configuration =>
  chosen(tuned.choices, choiceName(cell, arm), columns);

const armsOf = (host: Host<Spec, Result>): Arm[] =>
  arms.filter(({ id }) => scales[host.scale].arms?.includes(id) ?? true);

/** Ways to train on clean and noisy labels, and the times of their steps. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction, cells, starts, rounds, shape } = scales[host.scale];
    const own = armsOf(host);
    const specs = cells.flatMap((cell) =>
      own.flatMap(({ id: arm }) => {
        const configuration = chosenIn(cell.id, arm);
        return seedsOf(host, seeds).map(
          (seed): Spec => ({ part: "arm", cell: cell.id, arm, configuration, seed, judge: "test", fraction }),
        );
      }),
    );
    const timed = Array.from(
      { length: starts },
      (_, start): Spec => ({ part: "speed", start, rounds, shape }),
    );
    const timedAlone = timedFirst(host, ({ part }: Spec) => part === "speed");
    const trials = yield* collectTrials<Measured>(timedAlone, [...timed, ...specs], describe);
    const of = (cell: string, arm: string) => resultsWhere(trials, { part: "arm", cell, arm });
    return reportOf({ cells, arms: own, of, speed: resultsWhere(trials, { part: "speed" }) });
  },

  /** The same search for every arm of every cell of the scale, judged on rows that no measured run is judged by; what is committed of other cells stays. */
  async *tune(host) {
    const { fraction, cells } = scales[host.scale];
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const searched = cells.flatMap((cell) =>
      armsOf(host).map((arm) => ({
        ...latticeOf(cell, arm),
        specsOf: (configuration: Configuration): Spec[] =>
          seeds.map((seed) => ({
            part: "arm",
            cell: cell.id,
            arm: arm.id,
            configuration,
            seed,
            judge: "tune",
            fraction,
          })),
      })),
    );
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    const found = yield* tuneOnLattice(host, searched, { describe, score: "accuracy", scoreOf });
    return withCommitted(found, tuned, "cell");
  },
};

/** What is searched for an arm of a cell, from its first configurations on, or from what was chosen after which the cell is made. */
export const latticeOf = (cell: Cell, { id: arm, axes, first }: Arm) => ({
  choice: choiceName(cell.id, arm),
  label: { cell: cell.id, arm },
  axes,
  ...("after" in cell ? { start: chosenIn(cell.after, arm) } : { first, start: first[0] }),
});
