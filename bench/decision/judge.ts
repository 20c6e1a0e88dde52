import {
  type Contender,
  type Dataset,
  type Decision,
  decide,
  folds,
  type Influence,
  influenceOf,
  makeFolds,
  type PairedFits,
  type PreparedFold,
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

/** The folds of one seed, the rows of their test parts, and the fold of each row. */
export interface Cut {
  prepared: PreparedFold[];
  test: Int32Array[];
  fold: Int32Array;
}

export function cutOf(dataset: Dataset, seed: number): Cut {
  const prepared = makeFolds(dataset, { folds: plan.folds, labelNoise: 0, imbalance: null }, seed);
  const test = folds(dataset, { folds: plan.folds, seed }).map((fold) => fold.test);
  const fold = new Int32Array(dataset.rows);
  for (const [f, rows] of test.entries()) for (const row of rows) fold[row] = f;
  return { prepared, test, fold };
}

/** A metric of the predictions of all folds of a seed, put together, with its influences; larger is better. */
export function outcomeOf(
  metric: string,
  fits: readonly Fit[],
  { test, fold }: Cut,
  { labels, classes: { length: classes } }: Dataset,
): Influence {
  const predicted = new Int32Array(labels.length);
  const probabilities = new Float64Array(labels.length * classes);
  for (const [f, rows] of test.entries())
    rows.forEach((row, i) => {
      predicted[row] = fits[f].predicted[i];
      probabilities.set(fits[f].probabilities.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  const found = influenceOf(metric, { labels, predicted, probabilities, fold, folds: plan.folds });
  const sign = signOf(metric);
  return {
    value: sign * found.value,
    influence: found.influence.map((v) => sign * v),
    ...(found.folds && { folds: found.folds.map((v) => sign * v) }),
  };
}

/** 1 where larger is better, else -1. */
export const signOf = (metric: string): number => (metricById(metric).higherIsBetter ? 1 : -1);

/** A candidate with its outcomes and those of the baseline, seed by seed. */
export interface Rival {
  id: string;
  finalist: boolean;
  seeds: readonly { own: Influence | null; baseline: Influence | null; fold: Int32Array }[];
}

/** What the comparison says of all candidates. */
export function judge(rivals: readonly Rival[], groups: Int32Array | null): Judged[] {
  const contenders = rivals.map(({ id, finalist, seeds }): Contender => {
    return { id, finalist, fits: pairedFits(seeds, groups) };
  });
  return decide(contenders, { rope, alpha: rule.alpha }).map((decision, j) =>
    judgedOf(decision, rivals[j].finalist),
  );
}

function pairedFits(seeds: Rival["seeds"], groups: Int32Array | null): PairedFits | null {
  const pairs = seeds.flatMap(({ own, baseline, fold }) =>
    own === null || baseline === null ? [] : [{ own, baseline, fold }],
  );
  if (pairs.length < seeds.length) return null;
  const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v - b[i]);
  const ofFolds = pairs.flatMap(({ own, baseline }) =>
    own.folds && baseline.folds ? [minus(own.folds, baseline.folds)] : [],
  );
  return {
    theta: pairs.map(({ own, baseline }) => own.value - baseline.value),
    psi: pairs.map(({ own, baseline }) => minus(own.influence, baseline.influence)),
    fold: pairs.map(({ fold }) => fold),
    folds: plan.folds,
    groups,
    ...(ofFolds.length > 0 && { ofFolds }),
  };
}

function judgedOf({ id, finding, better, worse, test }: Decision, finalist: boolean): Judged {
  const none = Number.NaN;
  const { mean = none, se = none, df = null, components } = test ?? {};
  const { A = none, B = none, sigmaFit2 = none, V = none, unstable = false } = components ?? {};
  const numbers = { mean, se, df: df ?? none, A, B, sigmaFit2, V, better, worse };
  const short = Object.entries(numbers).map(([name, v]) => [name, Number(v.toPrecision(4))]);
  return { id, finding, finalist, unstable, ...(Object.fromEntries(short) as typeof numbers) };
}
