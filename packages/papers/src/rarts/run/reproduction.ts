import { type Choices, chosen } from "../../kit/choices.ts";
import { collectTrials, runOf, seedsOf } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { part } from "../../kit/part.ts";
import { mean, rounded } from "../../kit/statistics.ts";
import { tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { type CellArm, cellArms, comparedArms, gateArms, judgedArms, latticeOf, widthArms } from "./arms.ts";
import { reportOf } from "./report.ts";
import { meanTable, tableSpecs } from "./retraining.ts";
import { type SpaceName, scales, tuningSeeds } from "./settings.ts";
import { solvableMethods } from "./solvable.ts";
import { cellsOf, nameOf } from "./spaces.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

const choices: Choices = tuned.choices;

const searching = {
  judged: cellArms.filter(({ id }) => judgedArms.includes(id)),
  compared: cellArms.filter(({ id }) => comparedArms.includes(id)),
  all: cellArms,
};

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, fraction, arms, space } = scales[host.scale];
  const quick = host.scale === "quick";
  const timed = (quick ? searching.compared : cellArms).map(({ id }) => id);
  return [
    { part: "cost", space, arms: timed, rounds: part(60, fraction, 1) },
    ...solvableMethods.map((method): Spec => ({ part: "solvable", method, maxSteps: quick ? 30 : 20_000 })),
    ...seedsOf(host, seeds).flatMap((seed) => seedSpecs(searching[arms], space, seed, fraction)),
  ];
}

function seedSpecs(arms: readonly CellArm[], space: SpaceName, seed: number, fraction: number): Spec[] {
  const judge = space === "small" ? "table" : "test";
  return [
    ...arms.map(({ id: arm, settingsOf = arm }): Spec => {
      const configuration = chosen(choices, settingsOf, ["learningRate", "alphaRate", "lambda", "beta"]);
      return { part: "cell", space, arm, configuration, seed, judge, fraction };
    }),
    { part: "random", space, seed, judge, fraction },
    ...widthArms.map(({ id: arm }): Spec => {
      const configuration = chosen(choices, arm, ["learningRate", "mu", "lambda", "beta"]);
      return { part: "width", arm, configuration, seed, judge: "test", fraction };
    }),
    ...gateArms.map((arm): Spec => ({ part: "gates", arm, seed, fraction })),
  ];
}

/** The committed table: mean test accuracy of each cell. */
const committedTable = (): { [cell: string]: number } =>
  Object.fromEntries(
    cellsOf("small")
      .map((genotype) => nameOf("small", genotype))
      .map((cell) => [cell, chosen(choices, cell, ["accuracy"]).accuracy]),
  );

/** What is tuned and from where, by trials on the small space at that share of steps. */
export const lattices = (fraction: number) => [
  ...cellArms.flatMap(({ axes, start, ...arm }) =>
    axes === undefined || start === undefined
      ? []
      : [
          latticeOf({ ...arm, axes, start }, (configuration, seed): Spec => {
            const common = { space: "small", judge: "tune", fraction } as const;
            return { part: "cell", arm: arm.id, configuration, seed, ...common };
          }),
        ],
  ),
  ...widthArms.map((arm) =>
    latticeOf(arm, (configuration, seed): Spec => {
      return { part: "width", arm: arm.id, configuration, seed, judge: "tune", fraction };
    }),
  ),
];

function accuracyOf(result: Result): number {
  if (result.part === "cell") return result.retrained ?? 0;
  return result.part === "width" ? mean(Object.values(result.accuracy)) : 0;
}

/** Searches for cells, widths and gates of features; also a model that is solved exactly, and the cost of a step. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials, { scale }) =>
    reportOf(trials, committedTable(), scales[scale].space),
  ),

  /**
   * Judged on rows that no measured run sees, widths by the mean over both. Beside the choices stands the table of the small
   * space, the mean test accuracy of every cell on seeds of its own, by which no choice is made; `--full` makes it anew.
   */
  async *tune(host) {
    const { fraction } = scales[host.scale];
    const best = yield* tuneOnLattice(host, lattices(fraction), {
      describe,
      score: "accuracy",
      scoreOf: accuracyOf,
    });
    const fresh =
      host.scale === "full" ? yield* collectTrials<Measured>(host, tableSpecs(fraction), describe) : [];
    const table = fresh.length > 0 ? meanTable(resultsWhere(fresh, { part: "table" })) : committedTable();
    for (const [cell, accuracy] of Object.entries(table))
      best.choices[cell] = { cell, accuracy: rounded(accuracy) };
    return best;
  },
};
