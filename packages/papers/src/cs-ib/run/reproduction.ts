import { chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf, type Trial } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, wideArm } from "./arms.ts";
import { reportOf } from "./report.ts";
import { type Cell, chosenFor, scales, sweep, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec, trial } from "./trial.ts";

const sweptArms = ["cs-ib", wideArm.id];

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

/** The committed choice of an arm, null where it has none. */
function committedValue(cell: Cell, arm: string): number | null {
  if (armOf(arm).parameter === undefined) return null;
  return chosen(tuned.choices, choiceName(chosenFor(cell), arm), ["value"]).value;
}

/** Returns the arms to tune, for the cells of the quick scale or else the default one: every second value of a list is tried, then neighbours of the best until none is untried. */
export function lattices(scale: Scale): LatticeArm<Spec, "value">[] {
  const { fraction, cells } = scales[scale === "quick" ? "quick" : "default"];
  const [seeds, every] = scale === "quick" ? [tuningSeeds.slice(0, 1), 6] : [tuningSeeds, 2];
  return cells.flatMap(({ id: cell }) =>
    arms
      .filter(({ parameter }) => parameter !== undefined)
      .map(({ id: arm, values }) => ({
        choice: choiceName(cell, arm),
        label: { cell, arm },
        axes: { value: values },
        start: { value: values[0] },
        first: values.filter((_, i) => i % every === 0).map((value) => ({ value })),
        specsOf: ({ value }) =>
          seeds.map((seed): Spec => ({ part: "arm", cell, arm, value, seed, judge: "tune", fraction })),
      })),
  );
}

/** Trains with eleven losses on four problems, and measures the effect of the price of information. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction, cells } = scales[host.scale];
    const all = seedsOf(host, seeds);
    const common = { judge: "test", fraction } as const;
    const trained = cells.flatMap((cell) =>
      arms.flatMap(({ id: arm }) => {
        const own = { cell: cell.id, arm, value: committedValue(cell, arm) };
        return all.map((seed): Spec => ({ part: "arm", ...own, seed, ...common }));
      }),
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

  /** Tunes by the clean error on rows that are no test rows of a measured run. */
  tune: (host: Host<Spec, Result>) =>
    tuneOnLattice(host, lattices(host.scale), {
      describe,
      score: "rmse",
      scoreOf: ({ clean }) => clean,
      best: "least",
    }),
};
