import {
  type Contender,
  type Decision,
  decide,
  influenceOf,
  makeFolds,
  type PreparedFold,
  pairedFits,
  type SeedOutcome,
} from "@minimand/compare";
import { metricById } from "minimand/metrics";
import type { Drawn } from "./draw.ts";
import { rule } from "./rule.ts";
import { plan, training } from "./settings.ts";
import type { Fit } from "./trainer.ts";

/** A candidate by one metric, as it is written down. */
export type Judged = Pick<Decision, "id" | "finding" | "better" | "worse"> & {
  finalist: boolean;
  unstable: boolean;
} & Record<"mean" | "se" | "df" | "A" | "B" | "sigmaFit2" | "V", number>;

/** The region of practical equivalence, as it is by default. */
const ropeOf = (metric: string, baseline: Rival["outcomes"]): number => {
  if (metric !== "rmse" && metric !== "mae") return 0.01;
  const values = [...baseline.values()].map(({ influence }) => influence.value);
  return (0.01 * values.reduce((a, b) => a + b, 0)) / values.length;
};

/** The folds of one seed; with a test file there is a single one. Parts of members are encoded once for all candidates. */
export function cutOf({ dataset, test }: Drawn, seed: number): PreparedFold[] {
  const { bins, members } = training;
  const settings = { folds: plan.folds, labelNoise: 0, imbalance: null, bins, members };
  return makeFolds(dataset, settings, seed, test).map((fold) => {
    const others = fold.others.map((make) => make());
    return { ...fold, others: others.map((parts) => () => parts) };
  });
}

/** A metric of the predictions of all folds of a seed, put together, with its influences. */
export function outcomeOf(
  metric: string,
  fits: readonly Fit[],
  cut: readonly PreparedFold[],
  classes: number,
): SeedOutcome {
  const rows = cut.reduce((sum, { test }) => sum + test.rows, 0);
  const of = { fold: new Int32Array(rows), folds: cut.length };
  const [labels, predicted] = [new Int32Array(rows), new Int32Array(rows)];
  const [targets, predictions] = [new Float64Array(rows), new Float64Array(rows)];
  const probabilities = new Float64Array(rows * classes);
  for (const [f, { test, testRows }] of cut.entries())
    testRows.forEach((row, i) => {
      of.fold[row] = f;
      labels[row] = test.labels[i];
      predicted[row] = fits[f].predicted[i];
      targets[row] = test.targets[i];
      predictions[row] = fits[f].predictions[i];
      probabilities.set(fits[f].probabilities.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  const seen = classes === 0 ? { targets, predictions } : { labels, predicted, probabilities };
  const influence = influenceOf(metric, { ...seen, ...of });
  return { ids: Int32Array.from(of.fold, (_, row) => row), ...of, influence };
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
  return decide(contenders, { rope: ropeOf(metric, baseline), alpha: rule.alpha }).map((decision, j) =>
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
