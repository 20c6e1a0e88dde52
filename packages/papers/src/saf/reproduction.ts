import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { arms, columns, gridOf } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

/** Eleven ways to train on clean and noisy labels, and the times of their steps. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction, cells, rounds, shape } = scales[host.scale];
    const specs = cells.flatMap(({ id: cell }) =>
      arms.flatMap(({ id: arm }) => {
        const configuration = chosen(tuned.choices, choiceName(cell, arm), columns);
        return seedsOf(host, seeds).map(
          (seed): Spec => ({ part: "arm", cell, arm, configuration, seed, judge: "test", fraction }),
        );
      }),
    );
    const all: Spec[] = [{ part: "speed", rounds, shape }, ...specs];
    const trials = yield* collectTrials<Measured>(host, all, describe);
    const of = (cell: string, arm: string) => resultsWhere(trials, { part: "arm", cell, arm });
    return reportOf({ cells, of, speed: resultsWhere(trials, { part: "speed" })[0] });
  },

  /** Nine configurations for every arm of every cell, judged on rows that no measured run is judged by. */
  async *tune(host: Host<Spec, Result>) {
    const { fraction, cells } = scales[host.scale];
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const common = { judge: "tune", fraction } as const;
    const tried = cells.flatMap(({ id: cell }) =>
      arms
        .filter(({ partOf }) => partOf === undefined)
        .flatMap((own) => {
          const [arm, choice] = [own.id, choiceName(cell, own.id)];
          const all = candidates(choice, { cell, arm }, gridOf(own), seeds, (configuration, seed): Spec => {
            return { part: "arm", cell, arm, configuration, seed, ...common };
          });
          return all.map((candidate) => {
            const { parameter } = candidate.row;
            const part = arms.find((a) => a.partOf === arm && a.parameters.includes(Number(parameter)));
            return { ...candidate, also: part && choiceName(cell, part.id) };
          });
        }),
    );
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    const { rows, choices, atEnds } = yield* tuneGrid(host, tried, { describe, score: "accuracy", scoreOf });
    for (const { id: cell } of cells)
      for (const { id: arm, partOf } of arms)
        if (partOf !== undefined) choices[choiceName(cell, arm)] = { ...choices[choiceName(cell, arm)], arm };
    return { rows, choices, atEnds };
  },
};
