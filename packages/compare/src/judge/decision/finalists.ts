import { meanOf } from "../../averages.ts";
import type { CandidateSummary, PredictedTrial } from "../../results.ts";
import { finalistsOf } from "./decide.ts";
import { type JudgedBy, outcomesOf, pairedFits } from "./fits-of.ts";
import type { Truth } from "./truth.ts";

/** How validation values of different candidates compare. */
type ValidationBy = Pick<JudgedBy, "higherIsBetter">;

/** What of a trial shows how it did on the inner validation part. */
interface Validated {
  candidate: string;
  fold: number;
  tuning: readonly { validation: number | null }[];
}

/**
 * Returns the candidates that are worth more seeds: those with the largest sum of mean outer and mean inner-validation difference to the
 * baseline on the first seed.
 *
 * @param trials of the first seed
 * @param candidates those of the plan; references are no finalists
 * @param options `validationIsLoss`: validation values are losses of bags, which can't be added to a metric and are left out
 * @returns at most five ids; none where there is no outcome of the baseline
 */
export function chooseFinalists(
  trials: readonly PredictedTrial[],
  candidates: readonly CandidateSummary[],
  truth: Truth,
  options: JudgedBy & { baseline: string; validationIsLoss?: boolean },
): string[] {
  const { metric, higherIsBetter, baseline, validationIsLoss = false } = options;
  const byCandidate = Map.groupBy(trials, ({ candidate }) => candidate);
  const of = (id: string): PredictedTrial[] =>
    (byCandidate.get(id) ?? []).toSorted((a, b) => a.fold - b.fold);
  const base = of(baseline);
  const ofBaseline = outcomesOf(base, truth, metric);
  const sign = higherIsBetter ? 1 : -1;
  const innerOf = (own: readonly PredictedTrial[]): number => {
    if (validationIsLoss) return 0;
    const gains = own.map((trial, i) => {
      const [a, b] = [trial, base[i]].map((one) => bestValidation(one, { higherIsBetter }));
      return sign * (a - b);
    });
    return meanOf(gains);
  };
  const rivals = candidates
    .filter(({ id, kind }) => id !== baseline && kind !== "reference")
    .map(({ id }) => {
      const own = of(id);
      const fits = pairedFits(outcomesOf(own, truth, metric), ofBaseline, truth, options);
      return { id, outer: fits === null ? Number.NaN : fits.theta[0], inner: innerOf(own) };
    });
  return finalistsOf(rivals);
}

/**
 * Returns on each fold the trial with the best inner validation, as that of one more candidate: what one has who tries all of them and
 * keeps what validation says. Choosing by the rows that are tested on would flatter it.
 *
 * @param trials of the first seed
 * @param ids the candidates that are chosen among
 * @param id of the new candidate
 */
export function chosenByValidation<Trial extends Validated>(
  trials: readonly Trial[],
  ids: readonly string[],
  id: string,
  options: ValidationBy,
): Trial[] {
  // Equal values go to the one that comes first in the plan.
  const rivals = ids.flatMap((rival) => trials.filter(({ candidate }) => candidate === rival));
  return [...Map.groupBy(rivals, ({ fold }) => fold).values()].map((own) => {
    const best = own.reduce((a, b) => {
      const [x, y] = [a, b].map((one) => bestValidation(one, options));
      // One that has a value stays before one that diverged.
      return Number.isNaN(x) || (options.higherIsBetter ? y > x : y < x) ? b : a;
    });
    return { ...best, candidate: id };
  });
}

/** Of the configuration that was kept; NaN where all diverged. */
function bestValidation({ tuning }: Pick<Validated, "tuning">, { higherIsBetter }: ValidationBy): number {
  const values = tuning.flatMap(({ validation }) => (validation === null ? [] : [validation]));
  if (values.length === 0) return Number.NaN;
  return higherIsBetter ? Math.max(...values) : Math.min(...values);
}
