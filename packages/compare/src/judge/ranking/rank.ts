import { readOptions } from "minimand/engine";
import type {
  CandidateSummary,
  Difference,
  PredictedTrial,
  Ranking,
  RankingEntry,
  Verdict,
} from "../../results.ts";
import { type Contender, decide } from "../decision/decide.ts";
import { meanOutcome, outcomesOf, pairedFits } from "../decision/fits-of.ts";
import type { PairedFits } from "../decision/paired-fits.ts";
import { type DifferenceTest, testDifference } from "../decision/test-difference.ts";
import type { Truth } from "../decision/truth.ts";
import {
  type CandidateScores,
  describeScores,
  pairedDifferences,
  scoresByCandidate,
} from "./candidate-scores.ts";
import { nounOf } from "./compared.ts";
import { checkIn } from "./sample.ts";
import { type Setting, sentenceOf, summaryOf, type Unworded } from "./sentences.ts";

export interface RankOptions {
  /** Id of the report metric, of which `score` is the value. */
  metric: string;
  higherIsBetter: boolean;
  /** Id of the candidate that the others are compared with. */
  baseline: string;
  /** Half-width of the region of practical equivalence, in units of the metric, or `"auto"`. */
  rope: number | "auto";
  /** Chance of a false finding in either direction, between 0 and 1: half of it for `better`, half for `worse`. */
  alpha: number;
  /**
   * The rows that trials are tested on: folds, a second file, or later ones than those of training, of which differences are shown and
   * nothing is claimed.
   */
  testedOn: "folds" | "file" | "later rows";
}

/**
 * Ranks losses against a baseline, with a test of all of them together and a verdict for each.
 *
 * Verdicts, by the first rule that applies:
 *
 * 1. `baseline` and `reference` (majority class, tuned threshold, ...) are roles. A reference gets its difference and probabilities
 *    like a loss, but it is not in the family of the tests: its `pAdjusted` is its `p`.
 * 2. `diverged`: the loss diverged in one or more outer trials. It is ranked after all others and not tested.
 * 3. `undecided` without an interval: where nothing can be tested (2 folds, a fold of a single row, later rows).
 * 4. `same`: the probability of the region of practical equivalence is at least 0.95. That holds even where the difference is
 *    significant: it is then real, and too small to matter.
 * 5. `better`: a finalist (trained on more seeds than the first) with an adjusted one-sided p below `alpha / 2`.
 *    `worse`: any loss, in the other direction.
 * 6. `undecided` for a finalist, `not pursued` for the others.
 *
 * A difference is that of the metric of all rows of a seed, over the seeds. `difference` is always candidate minus baseline in units
 * of the metric; `pBetter` counts improvements, so for an error it is the probability that the difference is below -rope.
 * `rope: "auto"` is 0.01, and for `rmse` and `mae`, which have a scale, 1 % of the baseline's mean.
 *
 * @param trials finished trials in any order: the baseline and all candidates on the first seed, the baseline and the finalists on the
 *   others
 * @param candidates all candidates of the plan; ties in rank keep their order
 * @param truth what was to be predicted on the rows that trials are tested on, and their groups
 * @param options metric, baseline and the settings of the tests
 * @returns entries from the best to the worst difference, then those without a result, then diverged ones, then references
 * @throws RangeError for a baseline that is not a loss of `candidates`, a baseline or a reference without a trial, a trial of
 *   an unknown candidate, two trials of one candidate on one fold, alpha outside (0, 1), or a negative rope
 * @example
 * const ranking = rank(trials, summaries, truthOf(dataset), {
 *   metric: "balanced-accuracy", higherIsBetter: true, baseline: "cross-entropy",
 *   rope: "auto", alpha: 0.05, testedOn: "folds",
 * });
 * ranking.summary; // "No loss is significantly better than cross-entropy on these data (...)."
 * @reference DeLong et al. 1988; Westfall and Young 1993; Benavoli et al. 2017, JMLR 18(77)
 */
export function rank(
  trials: readonly PredictedTrial[],
  candidates: readonly CandidateSummary[],
  truth: Truth,
  options: RankOptions,
): Ranking {
  const { metric, higherIsBetter, alpha, testedOn } = readOptions("rank", options, {
    metric: true,
    higherIsBetter: true,
    baseline: true,
    rope: true,
    alpha: true,
    testedOn: true,
  });
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha: expected a number > 0 and < 1, got ${alpha}`);
  const baseline = baselineOf(candidates, options.baseline);
  const all = scoresByCandidate(trials, candidates);
  const missing = candidates.find(
    (c) => (c === baseline || c.kind === "reference") && all.get(c.id)!.trials === 0,
  );
  if (missing !== undefined)
    throw new RangeError(
      `trials: expected some of the ${missing === baseline ? "baseline" : "reference"} ${missing.id}, got none`,
    );
  const byCandidate = Map.groupBy(trials, ({ candidate }) => candidate);
  const outcomes = new Map(
    candidates.map(({ id }) => [id, outcomesOf(byCandidate.get(id) ?? [], truth, metric)]),
  );
  const ofBaseline = outcomes.get(baseline.id)!;
  const rope = ropeOf(options.rope, metric, meanOutcome(ofBaseline));
  checkIn("rope", rope, 0, Infinity);

  const roleOf = (c: CandidateSummary): Verdict | null =>
    c === baseline ? "baseline" : c.kind === "reference" ? "reference" : null;
  const fits = new Map(
    candidates.map((c) => {
      const compared = c !== baseline && all.get(c.id)!.diverged === 0;
      return [c.id, compared ? pairedFits(outcomes.get(c.id)!, ofBaseline, truth, options) : null];
    }),
  );
  const claims = testedOn !== "later rows";
  const family = candidates
    .filter((c) => roleOf(c) === null)
    .map(({ id }): Contender => {
      const own = fits.get(id)!;
      return { id, finalist: (own?.theta.length ?? 0) > 1, fits: claims ? own : null };
    });
  const decisions = new Map(decide(family, { rope, alpha }).map((decision) => [decision.id, decision]));

  const entries = candidates.map((candidate): Unworded => {
    const { id, label } = candidate;
    const scores = all.get(id)!;
    const own = fits.get(id)!;
    const decision = decisions.get(id);
    const role = roleOf(candidate);
    const alone = role === "reference" && own !== null && claims ? testDifference(own, { rope }) : null;
    const difference = differenceOf(scores, all.get(baseline.id)!, own, {
      test: decision?.test ?? alone,
      pAdjusted: decision?.pAdjusted ?? alone?.p ?? 1,
      higherIsBetter,
    });
    return {
      candidate: id,
      label,
      verdict: role ?? verdictOf(decision?.finding ?? "undecided", scores.diverged),
      ...describeScores(scores),
      mean: meanOutcome(outcomes.get(id)!) ?? describeScores(scores).mean,
      seeds: new Set([...scores.scores.values()].map(({ seed }) => seed)).size,
      diverged: scores.diverged,
      ...(scores.unavailable > 0 && { unavailable: scores.unavailable }),
      difference,
    };
  });

  const setting: Setting = {
    metric,
    higherIsBetter,
    rope,
    baseline: baseline.label,
    baselineParts: all.get(baseline.id)!.scores.size,
    baselineIsWhole: ofBaseline.has(Math.min(...trials.map(({ seed }) => seed))),
    trials: all.get(baseline.id)!.trials,
    testedOn,
    finalists: family.some(({ finalist }) => finalist),
    family: family.length,
    noun: nounOf(candidates),
  };
  const worded = entries
    .sort((a, b) => groupOf(a) - groupOf(b) || byGain(a, b, higherIsBetter))
    .map((entry) => ({ ...entry, sentence: sentenceOf(entry, setting, all.get(entry.candidate)!.trials) }));
  return {
    metric,
    higherIsBetter,
    baseline: baseline.id,
    rope,
    alpha,
    entries: worded,
    summary: summaryOf(worded, setting),
  };
}

function baselineOf(candidates: readonly CandidateSummary[], id: string): CandidateSummary {
  const losses = candidates.filter(({ kind }) => kind === "loss");
  const found = losses.find((loss) => loss.id === id);
  if (found !== undefined) return found;
  throw new RangeError(
    `baseline: expected one of the losses ${losses.map((loss) => loss.id).join(", ")}, got ${id}`,
  );
}

/** The half-width that counts as practically the same: as given, or by the metric's scale. */
function ropeOf(rope: number | "auto", metric: string, baselineMean: number | null): number {
  if (rope !== "auto") return rope;
  if (metric === "rmse" || metric === "mae") return 0.01 * Math.abs(baselineMean ?? 0);
  return 0.01;
}

function differenceOf(
  candidate: CandidateScores,
  baseline: CandidateScores,
  fits: PairedFits | null,
  tested: { test: DifferenceTest | null; pAdjusted: number; higherIsBetter: boolean },
): Difference | null {
  const { test, pAdjusted, higherIsBetter } = tested;
  if (fits === null) return null;
  const sign = higherIsBetter ? 1 : -1;
  const parts = pairedDifferences(candidate, baseline);
  if (test === null) {
    const mean = fits.theta.reduce((sum, one) => sum + one, 0) / fits.theta.length;
    return Number.isFinite(mean) ? { mean: sign * mean, ...untested, ...parts } : null;
  }
  const { low, high, p, df, pBetter, pSame, pWorse, components } = test;
  return {
    mean: sign * test.mean,
    ...(higherIsBetter ? { low, high } : { low: -high, high: -low }),
    p,
    pAdjusted,
    pBetter,
    pSame,
    pWorse,
    df,
    variance: { rows: components.A, fits: components.B },
    unstable: components.unstable,
    ...parts,
  };
}

/** What a difference lacks where nothing is tested. */
export const untested = {
  low: null,
  high: null,
  p: null,
  pAdjusted: null,
  pBetter: null,
  pSame: null,
  pWorse: null,
  df: null,
  variance: null,
  unstable: null,
} as const;

/** A finding of divergence may also mean that there is nothing to compare with. */
function verdictOf(finding: Verdict, diverged: number): Verdict {
  if (diverged > 0) return "diverged";
  return finding === "diverged" ? "undecided" : finding;
}

/** Losses with a mean, losses without one, diverged ones, references. */
function groupOf({ verdict, diverged, mean }: Unworded): number {
  if (verdict === "reference") return 3;
  if (diverged > 0) return 2;
  return mean === null ? 1 : 0;
}

/** By the difference to the baseline on the same rows and seeds; by the mean where one has none. */
function byGain(a: RankedBy, b: RankedBy, higherIsBetter: boolean): number {
  const sign = higherIsBetter ? 1 : -1;
  const [x, y] = [a, b].map(({ verdict, difference }) => (verdict === "baseline" ? 0 : difference?.mean));
  if (x !== undefined && y !== undefined) return sign * (y - x);
  if (a.mean === null || b.mean === null) return Number(a.mean === null) - Number(b.mean === null);
  return sign * (b.mean - a.mean);
}

type RankedBy = Pick<RankingEntry, "verdict" | "difference" | "mean">;
