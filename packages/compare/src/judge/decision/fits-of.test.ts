import { randomSource } from "minimand/engine";
import { rocAuc } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import type { PredictedTrial } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import { meanOutcome, type SeedOutcome } from "./fits-of.ts";
import { outcomesOf, pairedFits, type Truth } from "./index.ts";

const [rows, folds] = [24, 3];
const labels = Int32Array.from({ length: rows }, (_, i) => Number(i % 5 < 2));
const truth: Truth = { labels, targets: [], groups: null };

/** Trials of one seed with drawn probabilities; the rows of a fold are every third one, from `first` on. */
function trialsOf(candidate: string, draw: number, { seed = 0, first = 0, missing = -1 } = {}) {
  const random = randomSource(draw);
  return Array.from({ length: folds }, (_, fold): PredictedTrial => {
    const ids = Int32Array.from(
      { length: rows / folds },
      (_, i) => folds * i + ((fold + first) % folds),
    ).filter((row) => row !== missing);
    const positive = Array.from(ids, () => random());
    return {
      candidate,
      seed,
      fold,
      status: "ok",
      chosen: null,
      tuning: [],
      epochs: 1,
      score: 1,
      seconds: 0,
      metrics: {},
      curve: [],
      rows: { fit: 1, validation: 1, test: ids.length },
      predictions: keepPrediction(ids, {
        probabilities: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
        predicted: Int32Array.from(positive, (p) => Number(p > 0.5)),
        predictions: new Float64Array(0),
      }),
    };
  });
}

const of = (trials: PredictedTrial[], metric = "roc-auc") => outcomesOf(trials, truth, metric);
const higher = { higherIsBetter: true };

describe("paired fits", () => {
  it("of an area have the difference of each fold", () => {
    const [a, b] = [of(trialsOf("a", 1)), of(trialsOf("b", 2))];
    const { ofFolds, theta, folds: count } = pairedFits(a, b, truth, higher)!;
    const areas = (draw: number) => {
      const random = randomSource(draw);
      return [0, 1, 2].map((fold) => {
        const own = Array.from({ length: rows / folds }, (_, i) => folds * i + fold);
        return rocAuc(
          own.map((row) => labels[row]),
          own.map(() => random()),
        );
      });
    };
    const expected = areas(1).map((area, f) => area - areas(2)[f]);
    expect(ofFolds!.map((one) => Array.from(one))).toEqual([expected.map((d) => expect.closeTo(d, 6))]);
    expect(theta[0]).toBeCloseTo(
      expected.reduce((sum, d) => sum + d / folds, 0),
      6,
    );
    expect(count).toBe(folds);
    expect(
      pairedFits(of(trialsOf("a", 1), "accuracy"), of(trialsOf("b", 2), "accuracy"), truth, higher),
    ).not.toHaveProperty("ofFolds");
  });

  it("turn with the direction of the metric", () => {
    const [a, b] = [of(trialsOf("a", 1), "log-loss"), of(trialsOf("b", 2), "log-loss")];
    const [up, down] = [true, false].map((higherIsBetter) => pairedFits(a, b, truth, { higherIsBetter })!);
    expect(down.theta).toEqual(up.theta.map((d) => -d));
    expect(Array.from(down.psi[0])).toEqual(Array.from(up.psi[0], (d) => 0 - d));
  });

  it("are null on other rows, on other folds, and without the first seed of the other", () => {
    const b = of([...trialsOf("b", 2), ...trialsOf("b", 3, { seed: 1 })]);
    const compared = (trials: PredictedTrial[]) => pairedFits(of(trials), b, truth, higher);
    expect(compared([...trialsOf("a", 1), ...trialsOf("a", 4, { seed: 1 })])?.theta).toHaveLength(2);
    expect(compared(trialsOf("a", 1))?.theta).toHaveLength(1);
    expect(compared(trialsOf("a", 4, { seed: 1 }))).toBeNull();
    expect(compared(trialsOf("a", 4, { seed: 2 }))).toBeNull();
    expect(compared(trialsOf("a", 1, { first: 1 }))).toBeNull();
    expect(compared(trialsOf("a", 1, { missing: 20 }))).toBeNull();
    // As many rows, all but one of them the same.
    const lacks = of(trialsOf("b", 2, { missing: 23 }));
    expect(pairedFits(of(trialsOf("a", 1, { missing: 20 })), lacks, truth, higher)).toBeNull();
  });

  it("number the groups of their rows from 0 on", () => {
    const groups = Int32Array.from({ length: rows }, (_, i) => 100 - (i >> 1));
    const fits = pairedFits(of(trialsOf("a", 1)), of(trialsOf("b", 2)), { groups }, higher)!;
    expect([...(fits.groups as Int32Array)]).toEqual(Array.from({ length: rows }, (_, i) => i >> 1));
  });

  it("leave out a seed of which a trial has no predictions", () => {
    const [first, ...rest] = trialsOf("a", 4, { seed: 1 });
    const trials = [...trialsOf("a", 1), { ...first, predictions: null }, ...rest];
    expect([...of(trials).keys()]).toEqual([0]);
  });
});

describe("the mean of outcomes", () => {
  const outcomes = (...values: number[]) =>
    new Map(
      values.map((value, seed): [number, SeedOutcome] => {
        const rows = new Int32Array(1);
        return [
          seed,
          { ids: rows, fold: rows, folds: 1, influence: { value, influence: new Float64Array(1) } },
        ];
      }),
    );

  it("is null without seeds, and where the metric is not defined on one", () => {
    expect(meanOutcome(outcomes(0.5, 0.25))).toBe(0.375);
    expect(meanOutcome(outcomes())).toBeNull();
    expect(meanOutcome(outcomes(0.5, Number.NaN))).toBeNull();
  });
});
