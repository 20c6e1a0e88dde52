import { chosen } from "../../kit/choices.ts";
import { runOf, seedsOf } from "../../kit/collect.ts";
import { mean } from "../../kit/statistics.ts";
import { columnsAtEnds, tryAll } from "../../kit/tune-grid.ts";
import type { Host, Reproduction, Row, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { type Loss, losses } from "./arms.ts";
import { reportOf } from "./report.ts";
import { learningRates, scales, tuningSeeds } from "./settings.ts";
import { tailNames } from "./tail-study.ts";
import { type CellResult, describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

const cellsAt = (scale: Scale) => scales[scale].cells;

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { splits, epochs, tailSeeds, tailSteps } = scales[host.scale];
  const { firstSeed } = host;
  // Of one split there is no standard error.
  const seeds = seedsOf({ firstSeed, seeds: Math.max(2, host.seeds ?? splits) }, splits);
  const specs = cellsAt(host.scale).flatMap(({ id: cell, dataset }) => {
    const learningRate = chosen(tuned.choices, dataset, ["learning rate"])["learning rate"];
    const common = { epochs, learningRate, judge: "test" } as const;
    return losses.flatMap((loss) =>
      seeds.map((seed): Spec => ({ kind: "cell", cell, loss, seed, ...common })),
    );
  });
  for (const loss of tailNames)
    for (const seed of seedsOf({ firstSeed, seeds: null }, tailSeeds))
      specs.push({ kind: "tail", loss, seed, steps: tailSteps });
  return specs;
}

/** The paper's comparison and its tail study. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials, { scale }) => reportOf(trials, cellsAt(scale))),

  /**
   * One learning rate a data set, the same for all losses, as in the paper: the best on average over losses, depths and
   * splits, each loss tried equally often, on splits of its own and judged by a part of the training rows.
   */
  async *tune(host) {
    const { epochs } = scales[host.scale];
    const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
    const common = { epochs, judge: "tune" } as const;
    const candidates = cellsAt(host.scale).flatMap(({ id: cell, dataset }) =>
      losses.flatMap((loss) =>
        learningRates.map((learningRate) => {
          const specs = seeds.map(
            (seed): Spec => ({ kind: "cell", cell, loss, learningRate, seed, ...common }),
          );
          return { dataset, loss, learningRate, specs };
        }),
      ),
    );
    const tried = yield* tryAll(host, candidates, describe);
    const rows: Row[] = [];
    const choices: Record<string, Row> = {};
    for (const dataset of new Set(candidates.map((candidate) => candidate.dataset))) {
      const accuracyAt = (rate: number, loss?: Loss): number =>
        mean(
          tried
            .filter((one) => one.dataset === dataset && one.learningRate === rate)
            .filter((one) => loss === undefined || one.loss === loss)
            .flatMap(({ results }) => results.map((result) => (result as CellResult).accuracy)),
        );
      for (const rate of learningRates)
        rows.push({
          dataset,
          "learning rate": rate,
          ...Object.fromEntries(losses.map((loss) => [loss, accuracyAt(rate, loss)])),
          mean: accuracyAt(rate),
        });
      const best = learningRates.reduce((a, b) => (accuracyAt(b) > accuracyAt(a) ? b : a));
      choices[dataset] = { "learning rate": best, mean: accuracyAt(best) };
    }
    const grid = learningRates.map((rate) => ({ "learning rate": rate }));
    const atEnds = Object.entries(choices).flatMap(([dataset, { "learning rate": rate }]) =>
      columnsAtEnds(grid, { "learning rate": rate }).map(
        ([column, [low, high]]) => `${dataset}: ${column} ${rate} of ${low} to ${high}`,
      ),
    );
    return { rows, choices, atEnds };
  },
};
