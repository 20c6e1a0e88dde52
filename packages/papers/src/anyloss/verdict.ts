import { graded, type Verdict } from "../kit/evidence.ts";
import { mean as meanOf } from "../kit/statistics.ts";
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
  return materials.flatMap(({ id: dataset }) => {
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

/** Null where a replica diverged. */
const mean = (values: readonly (number | null)[]): number | null =>
  values.every((value) => value !== null) ? meanOf(values) : null;

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

/** The rule of the card. */
export function judge(means: Means): Verdict {
  const sets = new Set(means.map(({ dataset }) => dataset)).size;
  const [g, f2, f1] = ["G-mean", "F2", "F1"].map((score) => tally(means, score, "BCE"));
  const enough = (t: Tally) => t.wins >= 0.75 * sets;
  const words = ({ wins, ties, losses }: Tally) => `${wins}/${ties}/${losses}`;
  const verdict = graded(enough(g) && enough(f2) && f1.gain > 0, enough(g) || enough(f2));
  const because = `Against BCE on ${sets} problems AnyLoss has wins/ties/losses ${words(g)} in G-mean and ${words(f2)} in F2, and a mean gain in F1 of ${f1.gain.toFixed(3)}.`;
  return { verdict, because };
}
