import type { ReproductionReport, Row, Series } from "../reproduction.ts";
import { methods } from "./arms.ts";
import { materials, scores } from "./settings.ts";
import type { Result } from "./trial.ts";

/** Differences smaller than this are ties. */
const tie = 0.001;

/** Mean test score per data set, score and method; null where a replica diverged. */
export type Means = {
  dataset: string;
  positiveRate: number;
  score: string;
  of: { [method: string]: number | null };
}[];

/** Averages the trials' replicas; one entry for each data set and score, in the order of the settings. */
export function meansOf(results: readonly Result[]): Means {
  return materials.flatMap(({ dataset }) => {
    const own = results.filter((result) => result.dataset === dataset);
    if (own.length === 0) return [];
    return scores.map(({ id }) => ({
      dataset,
      positiveRate: own[0].positiveRate,
      score: id,
      of: Object.fromEntries(
        own.flatMap(({ methods: found }) =>
          found.map(({ method, values }) => [method, mean(values[id] ?? [null])] as const),
        ),
      ),
    }));
  });
}

function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum / values.length;
}

/** Wins, ties and losses of AnyLoss against a rival in one score, and the mean difference. */
export interface Tally {
  wins: number;
  ties: number;
  losses: number;
  gain: number;
}

/** A rival that diverged on a data set has lost there; it does not enter the mean difference. */
export function tally(means: Means, score: string, rival: string): Tally {
  const result: Tally = { wins: 0, ties: 0, losses: 0, gain: 0 };
  const differences: number[] = [];
  for (const entry of means) {
    if (entry.score !== score) continue;
    const own = entry.of.AnyLoss ?? Number.NEGATIVE_INFINITY;
    const other = entry.of[rival] ?? Number.NEGATIVE_INFINITY;
    if (own === other || Math.abs(own - other) < tie) result.ties++;
    else if (own > other) result.wins++;
    else result.losses++;
    if (Number.isFinite(own - other)) differences.push(own - other);
  }
  result.gain = differences.reduce((a, b) => a + b, 0) / Math.max(1, differences.length);
  return result;
}

/** The report: a row for each data set and score, then the tallies; verdict by the card's rule. */
export function reportOf(means: Means): ReproductionReport {
  const sets = new Set(means.map(({ dataset }) => dataset)).size;
  const [g, f2, f1] = ["G-mean", "F2", "F1"].map((score) => tally(means, score, "BCE"));
  const enough = (t: Tally) => t.wins >= 0.75 * sets;
  const verdict =
    enough(g) && enough(f2) && f1.gain > 0
      ? "reproduced"
      : enough(g) || enough(f2)
        ? "partly reproduced"
        : "not reproduced";
  const words = ({ wins, ties, losses }: Tally) => `${wins}/${ties}/${losses}`;
  return {
    rows: [...means.map(rowOf), ...scores.map(({ id }) => tallyRow(means, id))],
    series: scores.map(({ id }) => seriesOf(means, id)),
    verdict,
    because: `Against BCE on ${sets} problems AnyLoss has wins/ties/losses ${words(g)} in G-mean and ${words(f2)} in F2, and a mean gain in F1 of ${f1.gain.toFixed(3)}.`,
  };
}

function rowOf({ dataset, positiveRate, score, of }: Means[number]): Row {
  const cells = methods.map((method) => [method, round(of[method] ?? null)] as const);
  return { dataset, "positive rate": round(positiveRate), score, ...Object.fromEntries(cells) };
}

/** AnyLoss against each rival: wins/ties/losses and the mean difference. */
function tallyRow(means: Means, score: string): Row {
  const cells = methods.slice(1).map((rival) => {
    const { wins, ties, losses, gain } = tally(means, score, rival);
    return [rival, `${wins}/${ties}/${losses} (${gain < 0 ? "" : "+"}${gain.toFixed(3)})`] as const;
  });
  return {
    dataset: "AnyLoss wins/ties/losses",
    "positive rate": null,
    score,
    AnyLoss: null,
    ...Object.fromEntries(cells),
  };
}

/** The gain over BCE against the share of positives. */
function seriesOf(means: Means, score: string): Series {
  const points = means
    .filter((entry) => entry.score === score)
    .map(({ positiveRate, of }) => ({
      x: positiveRate,
      y: (of.AnyLoss ?? Number.NaN) - (of.BCE ?? Number.NaN),
    }))
    .filter(({ y }) => Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
  return {
    name: score,
    xLabel: "share of positives",
    yLabel: "AnyLoss minus BCE",
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
  };
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
