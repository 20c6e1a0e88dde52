import { type Choices, chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import { part } from "../kit/part.ts";
import { mean, rounded } from "../kit/statistics.ts";
import { bestOf, type Candidate, candidates, tryAll } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { type CellArm, cellArms, gateArms, judgedArms, widthArms } from "./arms.ts";
import { meanTable, nameOf, space, tableSpecs } from "./cells.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { solvableMethods } from "./solvable.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choices: Choices = tuned.choices;

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, fraction, parts } = scales[host.scale];
  const few = parts === "few";
  const arms = few ? cellArms.filter(({ id }) => judgedArms.includes(id)) : cellArms;
  return [
    { part: "cost", arms: arms.map(({ id }) => id), rounds: part(60, fraction, 1) },
    ...solvableMethods.map((method): Spec => ({ part: "solvable", method, maxSteps: few ? 30 : 20_000 })),
    ...seedsOf(host, seeds).flatMap((seed) => seedSpecs(arms, seed, fraction)),
    ...(host.scale === "full" ? tableSpecs(fraction) : []),
  ];
}

function seedSpecs(arms: readonly CellArm[], seed: number, fraction: number): Spec[] {
  return [
    ...arms.map(({ id: arm, settingsOf = arm }): Spec => {
      const configuration = chosen(choices, settingsOf, ["learningRate", "alphaRate", "beta"]);
      return { part: "cell", arm, configuration, seed, judge: "table", fraction };
    }),
    { part: "random", seed, fraction },
    ...widthArms.map(({ id: arm }): Spec => {
      const configuration = chosen(choices, arm, ["learningRate", "mu"]);
      return { part: "width", arm, configuration, seed, judge: "test", fraction };
    }),
    ...gateArms.map((arm): Spec => ({ part: "gates", arm, seed, fraction })),
  ];
}

/** The committed table: mean test accuracy of each cell. */
const committedTable = (): { [cell: string]: number } =>
  Object.fromEntries(space.map(nameOf).map((cell) => [cell, chosen(choices, cell, ["accuracy"]).accuracy]));

/** Six configurations for every cell search and every width. */
function candidatesOf(fraction: number): Candidate<Spec>[] {
  const common = { judge: "tune", fraction } as const;
  return [
    ...cellArms.flatMap(({ id: arm, grid }) =>
      candidates(arm, { arm }, grid, tuningSeeds, (configuration, seed): Spec => {
        return { part: "cell", arm, configuration, seed, ...common };
      }),
    ),
    ...widthArms.flatMap(({ id: arm, grid }) =>
      candidates(arm, { arm }, grid, tuningSeeds, (configuration, seed): Spec => {
        return { part: "width", arm, configuration, seed, ...common };
      }),
    ),
  ];
}

function accuracyOf(result: Result): number {
  if (result.part === "cell") return result.validation ?? 0;
  return result.part === "width" ? mean(Object.values(result.accuracy)) : 0;
}

/** Searches for cells, widths and gates of features, beside a model that is solved exactly and the cost of a step. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const trials = yield* collectTrials<Measured>(host, specsOf(host), describe);
    const fresh = resultsWhere(trials, { part: "table" });
    return reportOf(trials, fresh.length > 0 ? meanTable(fresh) : committedTable());
  },

  /**
   * Judged on rows that no measured run sees, widths by the mean over both. Beside the choices stands the table of the space,
   * the mean test accuracy of every cell on seeds of its own, by which no choice is made.
   */
  async *tune(host) {
    const { fraction } = scales[host.scale];
    const all = [...candidatesOf(fraction), { choice: "", row: {}, specs: tableSpecs(fraction) }];
    const tried = yield* tryAll(host, all, describe);
    const cells = tried.pop()?.results ?? [];
    const best = bestOf(tried, { score: "accuracy", scoreOf: accuracyOf });
    const table = meanTable(cells.filter((result) => result.part === "table"));
    for (const [cell, accuracy] of Object.entries(table))
      best.choices[cell] = { cell, accuracy: rounded(accuracy) };
    return best;
  },
};
