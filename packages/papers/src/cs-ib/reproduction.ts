import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf, type Trial } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { armOf, arms, wideArm } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, sweep, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const sweptArms = ["cs-ib", wideArm.id];

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

/** The committed choice of an arm, null where it has none. */
function committedValue(cell: string, arm: string): number | null {
  if (armOf(arm).parameter === undefined) return null;
  return chosen(tuned.choices, choiceName(cell, arm), ["value"]).value;
}

/** Eleven losses on four problems, and what the price of information does to it. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction, cells } = scales[host.scale];
    const all = seedsOf(host, seeds);
    const common = { judge: "test", fraction } as const;
    const trained = cells.flatMap(({ id: cell }) =>
      arms.flatMap(({ id: arm }) =>
        all.map(
          (seed): Spec => ({ part: "arm", cell, arm, value: committedValue(cell, arm), seed, ...common }),
        ),
      ),
    );
    const swept = sweptArms.flatMap((arm) =>
      cells.flatMap(({ id: cell }) =>
        sweep.flatMap((value) =>
          all.map((seed): Spec => ({ part: "sweep", cell, arm, value, seed, ...common })),
        ),
      ),
    );
    const trials = yield* collectTrials<Trial<Spec, Result>>(host, [...trained, ...swept], describe);
    return reportOf({
      cells,
      of: (cell, arm) => resultsWhere(trials, { part: "arm", cell, arm }),
      at: (cell, value, arm = "cs-ib") => resultsWhere(trials, { part: "sweep", cell, arm, value }),
      value: committedValue,
    });
  },

  /** Four values for every arm of every cell, judged by the clean error on rows that no measured run is judged by. */
  async *tune(host: Host<Spec, Result>) {
    const { fraction, cells } = scales[host.scale];
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const tried = cells.flatMap(({ id: cell }) =>
      arms
        .filter(({ parameter }) => parameter !== undefined)
        .flatMap(({ id: arm, values }) =>
          candidates(
            choiceName(cell, arm),
            { cell, arm },
            values.map((value) => ({ value })),
            seeds,
            ({ value }, seed): Spec => ({ part: "arm", cell, arm, value, seed, judge: "tune", fraction }),
          ),
        ),
    );
    const scoreOf = ({ clean }: Result): number => clean;
    return yield* tuneGrid(host, tried, { describe, score: "rmse", scoreOf, best: "least" });
  },
};
