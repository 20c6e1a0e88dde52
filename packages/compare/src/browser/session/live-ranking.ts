import type { Metric } from "minimand";
import { metricById } from "minimand/metrics";
import { correctedTTest } from "../../judge/ranking/corrected-t-test.ts";
import { madeOfOthers } from "../../plan/candidates.ts";
import type { Prepared } from "../../plan/prepared.ts";
import { metricFor } from "../../plan/settings.ts";
import type { CandidateSummary, PredictedTrial } from "../../results.ts";
import type { Finished, Team } from "../../run/team.ts";

/** A candidate while trials run. */
export interface LiveRow {
  id: string;
  label: string;
  kind: CandidateSummary["kind"];
  /** Test folds that are finished, and those that are planned as far as it is known. */
  done: number;
  of: number;
  /** Of the metric over those folds; null if no fold has a score. It is not a verdict. */
  mean: number | null;
  /** 95 % interval of that mean, as the folds show it, within what the metric can be; null for fewer than three. */
  low: number | null;
  high: number | null;
  diverged: number;
}

/** The provisional ranking of the candidates of a data set. */
export interface LiveRanking {
  dataset: number;
  metric: string;
  higherIsBetter: boolean;
  /** The best mean first, those without one last. */
  rows: LiveRow[];
}

/** Returns the team, and reports each of its trials, those finished before included; other jobs, after the trials, are not reported. */
export function watched(team: Team, tell: (finished: Finished) => void): Team {
  const both =
    (finished: (one: Finished) => void) =>
    (one: Finished): void => {
      finished(one);
      tell(one);
    };
  return {
    ...team,
    recall: (trials, finished) => team.recall(trials, both(finished)),
    run: (trials, how) =>
      team.run(trials, how.label === undefined ? { ...how, finished: both(how.finished) } : how),
  };
}

/** Keeps the rankings of the data sets of a comparison. */
export function liveRankings({ subjects, settings, summaries }: Prepared): {
  add(finished: Finished): void;
  of(dataset: number): LiveRanking;
} {
  const records = subjects.map(() => new Map<string, PredictedTrial>());
  const folds = settings.test === null ? settings.folds : 1;
  const metric = metricFor(settings.metric, subjects[0].dataset.task);
  const { higherIsBetter, range } = metricById(metric);
  const trained = summaries.filter(({ id }) => !madeOfOthers.has(id));
  return {
    add({ trial, records: own }) {
      for (const record of own)
        records[trial.subject].set(JSON.stringify([record.candidate, record.seed, record.fold]), record);
    },
    of(dataset) {
      const all = Map.groupBy(records[dataset].values(), ({ candidate }) => candidate);
      const rows = trained.map(({ id, label, kind }): LiveRow => {
        const own = all.get(id) ?? [];
        const scores = own.flatMap(({ score }) => (score === null ? [] : [score]));
        const seeds = own.some(({ seed }) => seed > 0) ? settings.seeds : 1;
        return {
          id,
          label,
          kind,
          done: own.length,
          of: folds * seeds,
          ...meanOf(scores, folds, range),
          diverged: own.filter(({ status }) => status !== "ok").length,
        };
      });
      const worth = ({ mean }: LiveRow): number =>
        mean === null ? Number.NEGATIVE_INFINITY : higherIsBetter ? mean : -mean;
      // Two without a mean are equal, which their difference would not say.
      rows.sort((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)));
      return { dataset, metric, higherIsBetter, rows };
    },
  };
}

/**
 * The mean of some folds, and its interval: they share rows that are trained on. That of two, by a single degree of freedom, would
 * be many times as wide as they are apart.
 */
function meanOf(
  scores: readonly number[],
  folds: number,
  [least, most]: Metric["range"],
): Pick<LiveRow, "mean" | "low" | "high"> {
  if (scores.length < 2) return { mean: scores[0] ?? null, low: null, high: null };
  const { mean, low, high } = correctedTTest(scores, folds === 1 ? 0 : 1 / (folds - 1));
  return scores.length < 3
    ? { mean, low: null, high: null }
    : { mean, low: Math.max(least, low), high: Math.min(most, high) };
}
