import type { AcrossReport, Ranking } from "../../results.ts";
import { averageRanks, cliquesOf, criticalDifference, friedman, ranksOf } from "./friedman.ts";

/** With fewer data sets than this, the rank tests miss all but the largest differences. */
const fewDatasets = 5;

/**
 * Compares losses over several data sets by their ranks: Friedman's test, and Nemenyi's critical difference.
 *
 * Taken are the losses that every ranking has a mean for or saw diverge; one that diverged on a data set shares
 * the last ranks there. The metric of a data set only decides its own ranks, so it may differ between them.
 *
 * @param datasets name and ranking of each data set
 * @param alpha error of both tests, between 0 and 1
 * @returns the report with candidates from best to worst average rank, or `null` if there are fewer than two data
 *   sets or fewer than two losses that all of them have
 * @throws RangeError for alpha outside (0, 1)
 * @example
 * compareAcross([{ name: "pima", ranking: a }, { name: "glass", ranking: b }], 0.05)?.summary;
 * @reference Demšar 2006, JMLR 7:1, section 3.2
 */
export function compareAcross(
  datasets: readonly { name: string; ranking: Ranking }[],
  alpha: number,
): AcrossReport | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha: expected a number > 0 and < 1, got ${alpha}`);
  const scores = datasets.map(({ ranking }) => scoresOf(ranking));
  const first = datasets[0]?.ranking.entries ?? [];
  const shared = first.filter(({ candidate }) => scores.every((row) => row.has(candidate)));
  if (datasets.length < 2 || shared.length < 2) return null;

  const unsorted = datasets.map(({ ranking }, i) =>
    ranksOf(
      shared.map(({ candidate }) => scores[i]!.get(candidate)!),
      ranking.higherIsBetter,
    ),
  );
  const means = averageRanks(unsorted);
  const order = means.map((_, j) => j).sort((a, b) => means[a]! - means[b]!);
  const sorted = order.map((j) => means[j]!);
  const difference = criticalDifference(shared.length, datasets.length, alpha);
  const test = friedman(unsorted);
  return {
    datasets: datasets.map(({ name }) => name),
    candidates: order.map((j) => shared[j]!.candidate),
    ranks: unsorted.map((row) => order.map((j) => row[j]!)),
    averageRanks: sorted,
    friedman: test,
    criticalDifference: difference,
    alpha,
    cliques: cliquesOf(sorted, difference),
    summary: summarise(
      order.map((j) => shared[j]!.label),
      sorted,
      { datasets: datasets.length, difference, p: test.pF ?? test.p, alpha },
    ),
  };
}

/** Scores to rank by: the mean, or the worst possible value for a loss that diverged. */
function scoresOf({ entries, higherIsBetter }: Ranking): Map<string, number> {
  const scores = new Map<string, number>();
  for (const { candidate, verdict, diverged, mean } of entries) {
    if (verdict === "reference") continue;
    if (diverged > 0) scores.set(candidate, higherIsBetter ? -Infinity : Infinity);
    else if (mean !== null) scores.set(candidate, mean);
  }
  return scores;
}

function summarise(
  labels: readonly string[],
  means: readonly number[],
  { datasets, difference, p, alpha }: { datasets: number; difference: number; p: number; alpha: number },
): string {
  const caution =
    datasets < fewDatasets ? `; with fewer than ${fewDatasets} data sets these tests have little power` : "";
  const friedmanP = p < 0.001 ? "Friedman p < 0.001" : `Friedman p = ${Number(p.toPrecision(2))}`;
  const over = `Over ${datasets} data sets`;
  if (p >= alpha) return `${over} no loss ranks significantly better than another (${friedmanP})${caution}.`;
  const rank = means[0]!.toFixed(1);
  const behind = labels.filter((_, j) => means[j]! - means[0]! >= difference);
  const who =
    behind.length === 0
      ? "no single pair differs significantly"
      : `significantly behind it: ${behind.join(", ")}`;
  return `${over} the losses differ (${friedmanP}): ${labels[0]} ranks best (average rank ${rank}); ${who}${caution}.`;
}
