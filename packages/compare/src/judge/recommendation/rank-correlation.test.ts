import { describe, expect, it } from "vitest";
import type { PredictedTrial } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import type { Truth } from "../decision/truth.ts";
import { rankCorrelationOf } from "./rank-correlation.ts";

const rows = 60;
const all = Int32Array.from({ length: rows }, (_, i) => i);
/** Few values are very large. */
const targets = Array.from(all, (i) => (i % 20 === 19 ? 1e6 * i : i));
const truth: Truth = { labels: [], targets, groups: null };

/** Two folds of a candidate that predicts a function of the row. */
const trialsOf = (predict: (row: number) => number, candidate = "a"): PredictedTrial[] =>
  [0, 1].map((fold) => {
    const ids = all.filter((row) => row % 2 === fold);
    const prediction = {
      probabilities: new Float64Array(),
      predicted: new Int32Array(),
      predictions: Float64Array.from(ids, predict),
    };
    const predictions = keepPrediction(ids, prediction);
    return { candidate, seed: 0, fold, predictions } as unknown as PredictedTrial;
  });

describe("rankCorrelationOf", () => {
  it("is 1 where predictions are in the order of the target, whatever their size", () => {
    expect(
      rankCorrelationOf(
        trialsOf((row) => Math.log(targets[row] + 1)),
        truth,
        "a",
      ),
    ).toBeCloseTo(1);
  });

  it("shares the ranks of equal values", () => {
    const steps = rankCorrelationOf(
      trialsOf((row) => Number(row >= 30)),
      { ...truth, targets: [...all] },
      "a",
    );
    // The largest that a variable of two equal halves has: sqrt(3) / 2, for many rows.
    expect(steps).toBeCloseTo(Math.sqrt((3 / 4) * (rows ** 2 / (rows ** 2 - 1))), 10);
  });

  it("is null where it may be chance, is negative, or can't be computed", () => {
    expect(
      rankCorrelationOf(
        trialsOf((row) => Math.sin(row * row)),
        truth,
        "a",
      ),
    ).toBeNull();
    expect(
      rankCorrelationOf(
        trialsOf((row) => -row),
        truth,
        "a",
      ),
    ).toBeNull();
    expect(
      rankCorrelationOf(
        trialsOf(() => 1),
        truth,
        "a",
      ),
    ).toBeNull();
    expect(
      rankCorrelationOf(
        trialsOf((row) => row, "b"),
        truth,
        "a",
      ),
    ).toBeNull();
    // Six groups of rows are six observations.
    const groups = Array.from(all, (row) => row % 6);
    expect(
      rankCorrelationOf(
        trialsOf((row) => row),
        { ...truth, groups },
        "a",
      ),
    ).toBeNull();
  });
});
