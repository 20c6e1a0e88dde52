import { type RandomSource, randomSource } from "minimand/engine";
import type { Plan } from "./plans.ts";
import type { BenchRecord } from "./records.ts";
import { type BenchTask, metricFor, signFor } from "./score.ts";

/** What the report needs to know of a table. */
export interface Judged {
  id: string;
  family: string;
  task: BenchTask;
}

/** An arm against the reference, over the tables that all reported arms have. */
export interface Row {
  arm: string;
  /** Mean rank among all reported arms. */
  meanRank: Interval;
  /** Difference of mean ranks among the arm and the reference. */
  rank: Interval;
  /** Share of tables on which it beats the reference; a tie counts half. */
  wins: number;
  /** Share of tables on which it is behind by more than 0.01, or 2 % of log loss. */
  behind: number;
  /** Mean difference by task, positive where the arm is better; of log loss relative. Null: no such tables. */
  differences: Record<BenchTask, Interval | null>;
  /** Processor seconds of a fold. */
  seconds: number;
}

/** A mean with its standard error and the ends of its 95 % interval. */
export interface Interval {
  mean: number;
  se: number;
  low: number;
  high: number;
}

const draws = 2000;
const tasks = ["binary", "multiclass", "regression"] as const;
const margins = { binary: 0.01, multiclass: 0.02, regression: 0.01 } as const;

/** Scores of arms on a table, means over the folds of the seeds that all of them have. */
interface Scored extends Judged {
  scores: Map<string, number>;
  seconds: Map<string, number>;
}

/**
 * Returns the scores of the tables on which all named arms have whole seeds.
 *
 * @param records of one plan, with the current versions of the arms
 */
export function scoresOf(
  records: readonly BenchRecord[],
  tables: readonly Judged[],
  arms: readonly string[],
  plan: Plan,
): Scored[] {
  const byTable = Map.groupBy(records, ({ table }) => table);
  return tables.flatMap((table) => {
    const own = byTable.get(table.id) ?? [];
    const of = (arm: string, seed: number): BenchRecord[] =>
      own.filter((record) => record.arm === arm && record.seed === seed);
    const seeds = Array.from({ length: plan.seeds }, (_, seed) => seed).filter((seed) =>
      arms.every((arm) => of(arm, seed).length === plan.folds),
    );
    if (seeds.length === 0) return [];
    const meanOf = (arm: string, value: (record: BenchRecord) => number): number =>
      mean(seeds.flatMap((seed) => of(arm, seed).map(value)));
    return [
      {
        ...table,
        scores: new Map(arms.map((arm) => [arm, meanOf(arm, ({ score }) => score)])),
        seconds: new Map(arms.map((arm) => [arm, meanOf(arm, ({ seconds }) => seconds)])),
      },
    ];
  });
}

/** Compares all arms with the reference. */
export function compareArms(tables: readonly Scored[], arms: readonly string[], reference: string): Row[] {
  const ranks = tables.map(({ scores, task }) =>
    ranksOf(arms.map((arm) => signFor(task) * scores.get(arm)!)),
  );
  return arms.map((arm, i): Row => {
    const differences = tables.map((table) => differenceOf(table, arm, reference));
    const of = (value: (difference: number, k: number) => number): number => mean(differences.map(value));
    return {
      arm,
      meanRank: bootstrap(tables.map(({ family }, k) => ({ family, value: ranks[k][i] })))!,
      // Of two, the winner has rank 1 and the other 2.
      rank: bootstrap(tables.map(({ family }, k) => ({ family, value: -Math.sign(differences[k]) })))!,
      wins: of((d) => (Math.sign(d) + 1) / 2),
      behind: of((d, k) => Number(d < -margins[tables[k].task])),
      differences: Object.fromEntries(
        tasks.map((task) => [
          task,
          bootstrap(
            tables.flatMap((table, k) =>
              table.task === task ? [{ family: table.family, value: differences[k] }] : [],
            ),
          ),
        ]),
      ) as Row["differences"],
      seconds: mean(tables.map(({ seconds }) => seconds.get(arm)!)),
    };
  });
}

function differenceOf({ task, scores }: Scored, arm: string, reference: string): number {
  const difference = signFor(task) * (scores.get(arm)! - scores.get(reference)!);
  return task === "multiclass" ? difference / scores.get(reference)! : difference;
}

/** Ranks of values, 1 for the largest; equal ones share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const above = values.filter((other) => other > value).length;
    return above + (values.filter((other) => other === value).length + 1) / 2;
  });
}

/** The mean, with a 95 % interval from draws of families; null for no values. */
export function bootstrap(
  values: readonly { family: string; value: number }[],
  random: RandomSource = randomSource(37),
): Interval | null {
  if (values.length === 0) return null;
  const families = [...Map.groupBy(values, ({ family }) => family).values()].map((own) => ({
    sum: own.reduce((sum, { value }) => sum + value, 0),
    count: own.length,
  }));
  const means = Float64Array.from({ length: draws }, () => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < families.length; i++) {
      const drawn = families[Math.floor(random() * families.length)];
      sum += drawn.sum;
      count += drawn.count;
    }
    return sum / count;
  }).sort();
  const middle = mean([...means]);
  return {
    mean: mean(values.map(({ value }) => value)),
    se: Math.sqrt(mean([...means].map((value) => (value - middle) ** 2))),
    low: means[Math.floor(0.025 * draws)],
    high: means[Math.ceil(0.975 * draws) - 1],
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The rows as a table of a page. */
export function tableOfRows(rows: readonly Row[], reference: string): string {
  const titles = [
    "arm",
    "mean rank",
    `rank minus ${reference}'s`,
    "wins",
    "far behind",
    "AUC, points",
    "log loss, %",
    "R², points",
    "s per fold",
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(titles),
    line(titles.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows.map(({ arm, meanRank, rank, wins, behind, differences, seconds }) => {
      const itself = arm === reference;
      const percent = (share: number): string => (itself ? "" : `${(100 * share).toFixed(0)} %`);
      const interval = (of: Interval | null, factor: number, digits: number): string => {
        if (of === null || itself) return "";
        const [m, low, high] = [of.mean, of.low, of.high].map((v) => (factor * v).toFixed(digits));
        return `${m} [${low}, ${high}]`;
      };
      const kinds = tasks.map((task) => interval(differences[task], 100, 1));
      return line([
        ...[
          arm,
          `${meanRank.mean.toFixed(2)} ± ${meanRank.se.toFixed(2)}`,
          interval(rank, 1, 2),
          percent(wins),
          percent(behind),
        ],
        ...[...kinds, seconds.toPrecision(2)],
      ]);
    }),
  ].join("\n");
}

/** How many tables of each metric there are. */
export const countsOf = (tables: readonly Judged[]): string =>
  tasks
    .map((task) => `${tables.filter((table) => table.task === task).length} by ${metricFor(task)}`)
    .join(", ");
