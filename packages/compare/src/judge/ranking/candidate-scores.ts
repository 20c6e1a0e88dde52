import { meanOf } from "../../averages.ts";
import type { TrialRecord } from "../../results.ts";

/** The trials of one candidate, by fold. */
export interface CandidateScores {
  /** Finite scores by `seed/fold`. */
  scores: Map<string, { seed: number; fold: number; score: number }>;
  /** Trials that ran, diverged ones included. */
  trials: number;
  diverged: number;
  /** Those of the diverged ones that could not be had. */
  unavailable: number;
}

/**
 * Sorts trials by candidate and fold. A trial that ended well but whose metric is not defined on its fold
 * (`score: null`) has no score; it did not diverge either.
 *
 * Throws a `RangeError` for a trial of an unknown candidate, and for two trials of one candidate on one fold.
 */
export function scoresByCandidate(
  trials: readonly TrialRecord[],
  candidates: readonly { id: string }[],
): Map<string, CandidateScores> {
  const byCandidate = new Map<string, CandidateScores>();
  for (const { id } of candidates)
    byCandidate.set(id, { scores: new Map(), trials: 0, diverged: 0, unavailable: 0 });
  const seen = new Set<string>();
  for (const { candidate, seed, fold, status, score, unavailable } of trials) {
    const entry = byCandidate.get(candidate);
    if (entry === undefined)
      throw new RangeError(
        `trials: expected only candidates ${[...byCandidate.keys()].join(", ")}, got ${candidate}`,
      );
    const key = `${seed}/${fold}`;
    if (seen.has(`${candidate}/${key}`))
      throw new RangeError(
        `trials: expected one trial a fold, got two of ${candidate} on seed ${seed}, fold ${fold}`,
      );
    seen.add(`${candidate}/${key}`);
    entry.trials += 1;
    if (unavailable !== undefined) entry.unavailable += 1;
    if (status === "diverged") entry.diverged += 1;
    else if (score !== null && Number.isFinite(score)) entry.scores.set(key, { seed, fold, score });
  }
  return byCandidate;
}

/** Returns differences candidate minus baseline on the folds that both have, in the order of seeds and folds. */
export function pairedDifferences(
  candidate: CandidateScores,
  baseline: CandidateScores,
): { values: number[]; pairs: { seed: number; fold: number }[] } {
  const common = [...candidate.scores]
    .filter(([key]) => baseline.scores.has(key))
    .sort(([, a], [, b]) => a.seed - b.seed || a.fold - b.fold);
  return {
    values: common.map(([key, { score }]) => score - baseline.scores.get(key)!.score),
    pairs: common.map(([, { seed, fold }]) => ({ seed, fold })),
  };
}

/** Returns the mean and standard deviation (n - 1) of the scores; `null` where there are too few. */
export function describeScores({ scores }: CandidateScores): {
  n: number;
  mean: number | null;
  sd: number | null;
} {
  const values = [...scores.values()].map(({ score }) => score);
  const n = values.length;
  if (n === 0) return { n, mean: null, sd: null };
  const mean = meanOf(values);
  if (n === 1) return { n, mean, sd: null };
  return { n, mean, sd: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1)) };
}
