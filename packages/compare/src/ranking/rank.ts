import { checkOptions } from "minimand/engine";
import type {
  CandidateSummary,
  Difference,
  Ranking,
  TestedDifference,
  TrialRecord,
  Verdict,
} from "../results.ts";
import { bayesianCorrelatedTTest } from "./bayesian.ts";
import {
  type CandidateScores,
  describeScores,
  pairedDifferences,
  scoresByCandidate,
} from "./candidate-scores.ts";
import { correctedTTest } from "./corrected-t-test.ts";
import { holm } from "./holm.ts";
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
  /** Family-wise error of the tests, between 0 and 1. */
  alpha: number;
  /**
   * Rows of a test part over rows of its training part: 1/(k − 1) for k folds; null where all seeds are tested on the
   * same rows.
   */
  testTrainRatio: number | null;
}

/** Probability from which the posterior says that a difference is of no practical size. */
const practicallySure = 0.95;

/**
 * Ranks losses against a baseline, with paired statistics and a verdict for each.
 *
 * Verdicts, by the first rule that applies:
 *
 * 1. `baseline` and `reference` (majority class, tuned threshold, ...) are roles. A reference gets its difference
 *    and probabilities like a loss, but it is not in the Holm family: its `pHolm` is its `p`.
 * 2. `diverged`: the loss diverged in one or more outer trials. It is ranked after all others and not tested,
 *    as the folds on which it did not diverge are not a fair sample.
 * 3. `undecided`: fewer than two folds in common with the baseline (without a difference), or all seeds tested on the
 *    same rows (with one, and nothing else).
 * 4. `same`: the posterior probability of the region of practical equivalence is at least 0.95. That holds even
 *    where the difference is significant: it is then real, and too small to matter.
 * 5. `better` / `worse`: significant after Holm (`pHolm < alpha`), and the mean difference is an improvement, or is
 *    not.
 * 6. `undecided`: neither; more seeds may decide.
 *
 * Pairs are the (seed, fold) that both candidates have a score for, so that partly finished runs can be ranked;
 * means and standard deviations are over all folds a candidate has. `difference` is always candidate minus
 * baseline in units of the metric; `pBetter` counts improvements, so for an error it is the probability that the
 * difference is below −rope.
 *
 * Where all seeds are tested on the same rows, they are no sample of test rows: how much the difference would vary on
 * others isn't known, and any test of the seeds finds too much. So nothing is claimed: p, probabilities and interval are
 * null.
 *
 * The correlation ρ of the Bayesian test is the share of test rows, `r/(1+r)` for `r = testTrainRatio`.
 * `rope: "auto"` is 0.01, and for `rmse` and `mae`, which have a scale, 1 % of the baseline's mean.
 *
 * @param trials finished trials in any order
 * @param candidates all candidates of the plan; ties in rank keep their order
 * @param options metric, baseline and the settings of the tests
 * @returns entries from best to worst mean, then those without a result, then diverged ones, then references
 * @throws RangeError for a baseline that is not a loss of `candidates`, a baseline or a reference without a trial, a trial of
 *   an unknown candidate, two trials of one candidate on one fold, alpha outside (0, 1), or a negative rope or ratio
 * @example
 * const ranking = rank(trials, summaries, {
 *   metric: "balanced-accuracy", higherIsBetter: true, baseline: "cross-entropy",
 *   rope: "auto", alpha: 0.05, testTrainRatio: 1 / 4,
 * });
 * ranking.summary; // "No loss is distinguishably better than cross-entropy on these data (...)."
 * @reference Nadeau and Bengio 2003; Holm 1979; Benavoli et al. 2017, JMLR 18(77)
 */
export function rank(
  trials: readonly TrialRecord[],
  candidates: readonly CandidateSummary[],
  options: RankOptions,
): Ranking {
  checkOptions("rank", options, {
    ...{ metric: true, higherIsBetter: true, baseline: true, rope: true, alpha: true, testTrainRatio: true },
  });
  const { metric, higherIsBetter, alpha, testTrainRatio } = options;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha: expected a number > 0 and < 1, got ${alpha}`);
  if (testTrainRatio !== null) checkIn("testTrainRatio", testTrainRatio, 0, Infinity);
  const baseline = candidates.find(({ id, kind }) => id === options.baseline && kind === "loss");
  if (baseline === undefined)
    throw new RangeError(
      `baseline: expected one of the losses ${candidates
        .filter(({ kind }) => kind === "loss")
        .map(({ id }) => id)
        .join(", ")}, got ${options.baseline}`,
    );
  const all = scoresByCandidate(trials, candidates);
  const missing = candidates.find(
    (c) => (c === baseline || c.kind === "reference") && all.get(c.id)!.trials === 0,
  );
  if (missing !== undefined)
    throw new RangeError(
      `trials: expected some of the ${missing === baseline ? "baseline" : "reference"} ${missing.id}, got none`,
    );
  const baselineScores = all.get(baseline.id)!;
  const rope = ropeOf(options.rope, metric, describeScores(baselineScores).mean);
  checkIn("rope", rope, 0, Infinity);

  const entries = candidates.map((candidate): Unworded => {
    const scores = all.get(candidate.id)!;
    const role: Verdict | null =
      candidate === baseline ? "baseline" : candidate.kind === "reference" ? "reference" : null;
    return {
      candidate: candidate.id,
      label: candidate.label,
      verdict: role ?? (scores.diverged > 0 ? "diverged" : "undecided"),
      ...describeScores(scores),
      diverged: scores.diverged,
      difference:
        role === "baseline" || scores.diverged > 0
          ? null
          : differenceOf(scores, baselineScores, { higherIsBetter, testTrainRatio, rope }),
    };
  });
  adjust(entries);
  for (const entry of entries) {
    const { verdict, difference } = entry;
    if (verdict === "undecided" && difference !== null && difference.p !== null)
      entry.verdict = verdictOf(difference, higherIsBetter, alpha);
  }

  const setting: Setting = {
    metric,
    higherIsBetter,
    rope,
    baseline: baseline.label,
    baselineFolds: baselineScores.scores.size,
    part: testTrainRatio === null ? "seed" : "fold",
    noun: candidates.some(({ kind }) => kind === "optimizer" || kind === "step")
      ? ["candidate", "candidates"]
      : ["loss", "losses"],
  };
  const worded = entries
    .sort((a, b) => groupOf(a) - groupOf(b) || byMean(a, b, higherIsBetter))
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

/** The half-width that counts as practically the same: as given, or by the metric's scale. */
function ropeOf(rope: number | "auto", metric: string, baselineMean: number | null): number {
  if (rope !== "auto") return rope;
  if (metric === "rmse" || metric === "mae") return 0.01 * Math.abs(baselineMean ?? 0);
  return 0.01;
}

function differenceOf(
  candidate: CandidateScores,
  baseline: CandidateScores,
  {
    higherIsBetter,
    testTrainRatio,
    rope,
  }: { higherIsBetter: boolean; testTrainRatio: number | null; rope: number },
): Difference | null {
  const { values, pairs } = pairedDifferences(candidate, baseline);
  if (testTrainRatio === null) {
    if (values.length === 0) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, ...untested, values, pairs };
  }
  if (values.length < 2) return null;
  const { mean, low, high, p } = correctedTTest(values, testTrainRatio);
  const rho = testTrainRatio / (1 + testTrainRatio);
  const posterior = bayesianCorrelatedTTest(values, rho, rope, higherIsBetter);
  return { mean, low, high, p, pHolm: p, ...posterior, values, pairs };
}

/** What a difference lacks where nothing is tested. */
export const untested = {
  low: null,
  high: null,
  p: null,
  pHolm: null,
  pBetter: null,
  pSame: null,
  pWorse: null,
} as const;

/** Holm over the losses that are tested; references keep their own p. */
function adjust(entries: readonly Unworded[]): void {
  const family = entries.flatMap(({ verdict, difference }) =>
    verdict === "undecided" && difference !== null && difference.p !== null ? [difference] : [],
  );
  const adjusted = holm(family.map(({ p }) => p));
  family.forEach((difference, i) => {
    difference.pHolm = adjusted[i]!;
  });
}

function verdictOf(
  { mean, pHolm, pSame }: TestedDifference,
  higherIsBetter: boolean,
  alpha: number,
): Verdict {
  if (pSame >= practicallySure) return "same";
  if (pHolm >= alpha) return "undecided";
  return mean > 0 === higherIsBetter ? "better" : "worse";
}

/** Losses with a mean, losses without one, diverged ones, references. */
function groupOf({ verdict, diverged, mean }: Unworded): number {
  if (verdict === "reference") return 3;
  if (diverged > 0) return 2;
  return mean === null ? 1 : 0;
}

function byMean(a: Unworded, b: Unworded, higherIsBetter: boolean): number {
  if (a.mean === null || b.mean === null) return Number(a.mean === null) - Number(b.mean === null);
  return higherIsBetter ? b.mean - a.mean : a.mean - b.mean;
}
