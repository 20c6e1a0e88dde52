import { chosen } from "../../kit/choices.ts";
import { grid } from "../../kit/grid.ts";
import {
  bestOf,
  type Candidate,
  candidates,
  columnsAtEnds,
  type Scoring,
  type Tuned,
  tryAll,
} from "../../kit/tune-grid.ts";
import type { Host, Progress, Row } from "../../reproduction.ts";
import { type Arm, armsAt, type Configuration, columns, firstDecay } from "./arms.ts";
import { materials, scales, settings } from "./settings.ts";
import { describe, type Result, type Spec } from "./trial.ts";

/** A loss in a setting, which has a choice of its own. */
export interface Cell {
  dataset: string;
  setting: string;
  loss: string;
}

export const choiceName = ({ dataset, setting, loss }: Cell): string => `${dataset}/${setting}/${loss}`;

/** How many of the first round are tried further. */
const kept = 2;

const scoring: Scoring<Result> = {
  score: "accuracy",
  scoreOf: ({ accuracy }) => accuracy,
  notChosen: ["round"],
};

/** What the first round tries of a loss: 30 pairs of learning rate and parameter, at one weight decay. */
export const firstRound = ({ axes: { learningRate, parameter } }: Arm): Configuration[] =>
  grid({ parameter: parameter.values, learningRate: learningRate.values }).map((pair) => ({
    learningRate: pair.learningRate,
    parameter: pair.parameter,
    weightDecay: firstDecay,
  }));

/** What the last round tries: the best of the second one, its rate or its parameter a step beyond each open end. */
const lastRound = ({ axes: { learningRate, parameter } }: Arm, best: Configuration): Configuration[] => [
  ...(learningRate.beyond ?? []).map((rate) => ({ ...best, learningRate: rate })),
  ...(parameter.beyond ?? []).map((value) => ({ ...best, parameter: value })),
];

/**
 * Tunes every loss in the same three rounds. The first tries all pairs of learning rate and parameter. The second tries the best two of
 * them at all weight decays on other seeds, which alone decide. The third, on those seeds, takes the best so far beyond the ends of what
 * was tried.
 */
export async function* tuneLosses(
  host: Pick<Host<Spec, Result>, "trials" | "scale">,
  datasets: readonly string[],
): AsyncGenerator<Progress, Tuned> {
  const { fraction, settings: count, regime } = scales[host.scale];
  const cells = materials
    .filter(({ id }) => datasets.includes(id))
    .flatMap(({ id: dataset, tuning }) =>
      settings
        .slice(0, count)
        .flatMap(({ id: setting }) =>
          armsAt(host.scale).map((arm) => ({ cell: { dataset, setting, loss: arm.id }, arm, tuning })),
        ),
    );
  const tried = (
    { cell, tuning }: (typeof cells)[number],
    round: 1 | 2 | 3,
    configurations: Configuration[],
  ) =>
    candidates(
      choiceName(cell),
      { ...cell, round },
      configurations,
      round === 1 ? tuning[0] : tuning[1],
      (configuration, seed): Spec => ({ ...cell, configuration, seed, judge: "tune", fraction, regime }),
    );
  const all = cells.flatMap((one) => tried(one, 1, firstRound(one.arm)));
  const trialsOf = (list: readonly Candidate<Spec>[]) =>
    list.reduce((sum, { specs }) => sum + specs.length, 0);
  const decays = cells[0]?.arm.axes.weightDecay.values ?? [];
  const later = cells.reduce((sum, { tuning, arm: { axes } }) => {
    const beyond = (axes.learningRate.beyond?.length ?? 0) + (axes.parameter.beyond?.length ?? 0);
    return sum + (kept * decays.length + beyond) * tuning[1].length;
  }, 0);
  const total = trialsOf(all) + later;

  const first = bestOf(yield* counted(tryAll(host, all, describe), 0, total), scoring);
  const rowsOf = Map.groupBy(first.rows, (row) => choiceName(row as unknown as Cell));
  const second = cells.flatMap((one) =>
    tried(
      one,
      2,
      bestRows(rowsOf.get(choiceName(one.cell))!).flatMap(({ learningRate, parameter }) =>
        decays.map((weightDecay) => ({ learningRate, parameter, weightDecay }) as Configuration),
      ),
    ),
  );
  const before = trialsOf(all);
  const afterSecond = yield* counted(tryAll(host, second, describe), before, total);
  const { choices: soFar } = bestOf(afterSecond, scoring);
  const last = cells.flatMap((one) =>
    tried(one, 3, lastRound(one.arm, chosen(soFar, choiceName(one.cell), columns))),
  );
  const afterLast = yield* counted(tryAll(host, last, describe), before + trialsOf(second), total);
  const { rows, choices } = bestOf([...afterSecond, ...afterLast], scoring);
  const atEnds = cells.flatMap(({ cell, arm }) => {
    const name = choiceName(cell);
    return endsOf(arm, choices[name]).map((column) => `${name}: ${column} ${choices[name][column]}`);
  });
  return { rows: [...first.rows, ...rows], choices, atEnds };
}

/** The numbers of a choice that are at an end of all that is tried of its loss although more is beyond. */
export const endsOf = ({ axes }: Arm, choice: Row): string[] =>
  columns.filter((column) => {
    const { values, beyond = [], bounds = [] } = axes[column];
    const grid = [...values, ...beyond].map((value) => ({ [column]: value }));
    const value = Number(choice[column]);
    return columnsAtEnds(grid, { [column]: value }).length > 0 && !bounds.includes(value);
  });

/** The best rows, of equal ones the first. */
const bestRows = (rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => Number(b.accuracy) - Number(a.accuracy)).slice(0, kept);

/** Progress of a part of what is to be done. */
async function* counted<T>(
  part: AsyncGenerator<Progress, T>,
  before: number,
  total: number,
): AsyncGenerator<Progress, T> {
  let step = await part.next();
  for (; !step.done; step = await part.next()) yield { ...step.value, done: before + step.value.done, total };
  return step.value;
}
