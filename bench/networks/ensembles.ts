import { greedyWeights, predictionFrom, valuesOf, weightedMean } from "@minimand/compare";
import type { Earlier, Made } from "./arm.ts";
import { type Split, splitsOf } from "./plans.ts";
import type { BenchTable } from "./read.ts";
import { scoreOf, signFor } from "./score.ts";

/** The mean of the out-of-fold predictions of `today` over all seeds, for the rows of a split. */
export function meanOverSeeds(table: BenchTable, split: Split, _seed: number, earlier: Earlier): Made {
  const { dataset } = table;
  const width = Math.max(1, dataset.classes.length);
  const sums = new Float64Array(dataset.rows * width);
  let seconds = 0;
  const { plan } = split;
  for (let seed = 0; seed < plan.seeds; seed++)
    for (const { fold, test } of splitsOf(table, plan, seed)) {
      const made = earlier("today", seed, fold);
      const values = valuesOf(made.prediction);
      test.forEach((row, i) => {
        for (let k = 0; k < width; k++) sums[row * width + k] += values[i * width + k] / plan.seeds;
      });
      seconds += made.seconds / plan.folds;
    }
  const values = new Float64Array(split.test.length * width);
  split.test.forEach((row, i) => {
    values.set(sums.subarray(row * width, (row + 1) * width), i * width);
  });
  return { prediction: predictionFrom(values, dataset.classes.length), seconds };
}

/** A greedy ensemble of other arms, whose weights come from the other folds of the seed alone. */
export const greedyOver =
  (members: readonly string[]) =>
  (table: BenchTable, split: Split, seed: number, earlier: Earlier): Made => {
    const { dataset } = table;
    const others = splitsOf(table, split.plan, seed).filter(({ fold }) => fold !== split.fold);
    const rows = Int32Array.of(...others.flatMap(({ test }) => [...test]));
    const seen = members.map((name) =>
      Float64Array.of(...others.flatMap(({ fold }) => [...valuesOf(earlier(name, seed, fold).prediction)])),
    );
    const classes = dataset.classes.length;
    const sign = signFor(dataset.task);
    const weights = greedyWeights(
      seen,
      (values) => sign * scoreOf(dataset, rows, predictionFrom(values, classes)),
    );
    const own = members.map((name) => earlier(name, seed, split.fold));
    const values = weightedMean(
      own.map(({ prediction }) => valuesOf(prediction)),
      weights,
    );
    const seconds = own.reduce((sum, made) => sum + made.seconds, 0);
    return { prediction: predictionFrom(values, classes), seconds };
  };
