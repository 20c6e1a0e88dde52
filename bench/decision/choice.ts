import { chosenByValidation, pairedFits, type SeedOutcome, testDifference } from "@minimand/compare";
import { metricById } from "minimand/metrics";
import type { Fit } from "./trainer.ts";

/** How what validation chooses differs from the baseline, larger is better, and its 95 % interval. */
export type Choice = Record<"mean" | "low" | "high", number>;

/**
 * What the comparison says of the fits that inner validation chooses on each fold of the first seed.
 *
 * @param candidates with their fits by fold, the baseline first
 * @param outcomeOf the metric of fits that are put together
 */
export function judgeChoice(
  metric: string,
  candidates: readonly { id: string; fits: readonly Fit[] | null }[],
  outcomeOf: (fits: readonly Fit[]) => SeedOutcome,
): Choice {
  const by = metricById(metric);
  const trials = candidates.flatMap(({ id, fits }) =>
    (fits ?? []).map((fit, fold) => ({
      candidate: id,
      fold,
      fit,
      tuning: [{ validation: fit.inner[metric] }],
    })),
  );
  const ids = candidates.map(({ id }) => id);
  const chosen = chosenByValidation(trials, ids, "choice", by).sort((a, b) => a.fold - b.fold);
  const [own, baseline] = [chosen.map(({ fit }) => fit), candidates[0].fits!].map(
    (fits) => new Map([[0, outcomeOf(fits)]]),
  );
  const fits = pairedFits(own, baseline, { groups: null }, by);
  const test = fits === null ? null : testDifference(fits, { rope: 0 });
  const { mean, low, high } = test ?? { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { mean, low, high };
}
