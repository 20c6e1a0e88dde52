import {
  type Contender,
  type Dataset,
  type Decision,
  decide,
  influenceOf,
  makeFolds,
  type PreparedFold,
  pairedFits,
  type SeedOutcome,
} from "@minimand/compare";
import { metricById } from "minimand";
import { rule } from "./rule.ts";
import { plan } from "./settings.ts";
import type { Fit } from "./trainer.ts";

/** A candidate by one metric, as it is written down. */
export type Judged = Pick<Decision, "id" | "finding" | "better" | "worse"> & {
  finalist: boolean;
  unstable: boolean;
} & Record<"mean" | "se" | "df" | "A" | "B" | "sigmaFit2" | "V", number>;

/** The region of practical equivalence, as it is by default. */
const rope = 0.01;

/** The folds of one seed. */
export const cutOf = (dataset: Dataset, seed: number): PreparedFold[] =>
  makeFolds(dataset, { folds: plan.folds, labelNoise: 0, imbalance: null }, seed);

/** A metric of the predictions of all folds of a seed, put together, with its influences. */
export function outcomeOf(
  metric: string,
  fits: readonly Fit[],
  cut: readonly PreparedFold[],
  { labels, classes: { length: classes } }: Dataset,
): SeedOutcome {
  const fold = new Int32Array(labels.length);
  const predicted = new Int32Array(labels.length);
  const probabilities = new Float64Array(labels.length * classes);
  for (const [f, { testRows }] of cut.entries())
    testRows.forEach((row, i) => {
      fold[row] = f;
      predicted[row] = fits[f].predicted[i];
      probabilities.set(fits[f].probabilities.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  const folds = cut.length;
  const influence = influenceOf(metric, { labels, predicted, probabilities, fold, folds });
  return { ids: Int32Array.from(labels, (_, row) => row), fold, folds, influence };
}

/** 1 where larger is better, else -1. */
export const signOf = (metric: string): number => (metricById(metric).higherIsBetter ? 1 : -1);

/** A candidate with its outcomes by seed. */
export interface Rival {
  id: string;
  finalist: boolean;
  outcomes: ReadonlyMap<number, SeedOutcome>;
}

/** What the comparison says of all candidates. */
export function judge(
  metric: string,
  rivals: readonly Rival[],
  baseline: Rival["outcomes"],
  groups: Int32Array | null,
): Judged[] {
  const by = metricById(metric);
  const contenders = rivals.map(({ id, finalist, outcomes }): Contender => {
    return { id, finalist, fits: pairedFits(outcomes, baseline, { groups }, by) };
  });
  return decide(contenders, { rope, alpha: rule.alpha }).map((decision, j) =>
    judgedOf(decision, rivals[j].finalist),
  );
}

function judgedOf({ id, finding, better, worse, test }: Decision, finalist: boolean): Judged {
  const none = Number.NaN;
  const { mean = none, se = none, df = null, components } = test ?? {};
  const { A = none, B = none, sigmaFit2 = none, V = none, unstable = false } = components ?? {};
  const numbers = { mean, se, df: df ?? none, A, B, sigmaFit2, V, better, worse };
  const short = Object.entries(numbers).map(([name, v]) => [name, Number(v.toPrecision(4))]);
  return { id, finding, finalist, unstable, ...(Object.fromEntries(short) as typeof numbers) };
}
