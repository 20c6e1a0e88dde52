import { calibrationErrorOf, evaluateClassification, evaluateRegression } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { sumReliability } from "../../report/figures/reliability.ts";
import type { PredictedTrial } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import { finiteOrNull, type Prediction } from "../../train/outcome.ts";
import { outcomesOf } from "../decision/fits-of.ts";
import { metricsOfRows } from "./metrics-of-rows.ts";

const noise = (i: number): number => (Math.sin(12.9898 * i) * 43758.5453) % 1;
const rows = 90;
const folds = 3;
const labels = Int32Array.from({ length: rows }, (_, i) => Number(noise(i) > 0.2));
const targets = Float64Array.from({ length: rows }, (_, i) => 10 + 5 * noise(i) + i / 10);
const none = {
  probabilities: new Float64Array(0),
  predicted: new Int32Array(0),
  predictions: new Float64Array(0),
};

/** The trials of one candidate, its test parts of different sizes, predicting as `predict` says. */
function trialsOf(
  task: "binary" | "regression",
  predict: (ids: Int32Array, seed: number) => Prediction,
): PredictedTrial[] {
  return [0, 1].flatMap((seed) =>
    Array.from({ length: folds }, (_, fold): PredictedTrial => {
      const ids = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => Math.min(2, i % 5) === fold);
      const own = predict(ids, seed);
      const evaluation =
        task === "regression"
          ? evaluateRegression({
              targets: Array.from(ids, (id) => targets[id]),
              predictions: own.predictions,
            })
          : evaluateClassification({ labels: Array.from(ids, (id) => labels[id]), ...own });
      const metrics = Object.fromEntries(
        Object.entries(evaluation.metrics).map(([id, value]) => [id, finiteOrNull(value)]),
      );
      return {
        candidate: "a",
        seed,
        fold,
        status: "ok",
        chosen: null,
        tuning: [],
        epochs: 1,
        score: 0.5,
        ...evaluation,
        metrics,
        curve: [],
        seconds: 1,
        rows: { fit: 1, validation: 1, test: ids.length },
        predictions: keepPrediction(ids, own),
      };
    }),
  );
}

const classified = trialsOf("binary", (ids, seed) => {
  const positive = Float64Array.from(ids, (id) => 0.5 + 0.3 * noise(id) + 0.19 * noise(100 * seed + id));
  return {
    ...none,
    probabilities: Float64Array.from({ length: 2 * ids.length }, (_, i) => {
      const p = positive[i >> 1];
      return i % 2 === 1 ? p : 1 - p;
    }),
    predicted: Int32Array.from(positive, (p) => Number(p > 0.5)),
  };
});
const predicted = trialsOf("regression", (ids, seed) => ({
  ...none,
  predictions: Float64Array.from(ids, (id) => targets[id] + 2 * noise(7 * id + seed)),
}));
const truth = { labels, targets: [], groups: null };
const numbers = { labels: [], targets, groups: null };

describe("metricsOfRows", () => {
  it("is of all rows of a seed, over the seeds: squared errors are pooled before the root is taken", () => {
    const { rmse, r2 } = metricsOfRows(predicted, numbers);
    const square = (seed: number): number => {
      const own = predicted.filter((trial) => trial.seed === seed);
      return own.reduce((sum, { metrics, rows: { test } }) => sum + (test / rows) * metrics.rmse! ** 2, 0);
    };
    expect(rmse).toBeCloseTo((Math.sqrt(square(0)) + Math.sqrt(square(1))) / 2, 10);
    const mean = targets.reduce((a, b) => a + b) / rows;
    const spread = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / rows;
    expect(r2).toBeCloseTo(1 - (square(0) + square(1)) / 2 / spread, 10);
  });

  it("takes areas as means over the test parts, the calibration error from the bins of a seed", () => {
    const metrics = metricsOfRows(classified, truth);
    const areas = classified.map((trial) => trial.metrics["roc-auc"]!);
    expect(metrics["roc-auc"]).toBeCloseTo(areas.reduce((a, b) => a + b) / 6, 12);
    const ofSeed = (seed: number): number =>
      calibrationErrorOf(
        sumReliability(
          classified.filter((trial) => trial.seed === seed),
          "a",
        )!,
      );
    expect(metrics.ece).toBeCloseTo((ofSeed(0) + ofSeed(1)) / 2, 5);
  });

  it("leaves out a seed with a diverged trial, and takes what there is where all have one", () => {
    const broken = (trial: PredictedTrial): PredictedTrial => ({ ...trial, metrics: {}, predictions: null });
    const second = classified.map((trial) => (trial.seed === 1 && trial.fold === 0 ? broken(trial) : trial));
    const first = classified.filter(({ seed }) => seed === 0);
    expect(metricsOfRows(second, truth)).toEqual(metricsOfRows(first, truth));
    const both = second.map((trial) => (trial.fold === 0 ? broken(trial) : trial));
    const left = both.filter(({ fold }) => fold > 0).map(({ metrics }) => metrics.accuracy!);
    expect(metricsOfRows(both, truth).accuracy).toBeCloseTo(left.reduce((a, b) => a + b) / 4, 12);
    expect(metricsOfRows(classified.map(broken), truth).accuracy).toBeNull();
  });

  it.each([
    ["classification", classified, truth],
    ["regression", predicted, numbers],
  ] as const)("agrees in every metric of %s with the value that the ranking takes", (_, trials, asked) => {
    const metrics = metricsOfRows(trials, asked);
    expect(Object.keys(metrics).length).toBeGreaterThan(2);
    for (const [id, value] of Object.entries(metrics)) {
      const seeds = [...outcomesOf(trials, asked, id).values()].map(({ influence }) => influence.value);
      expect((seeds[0] + seeds[1]) / 2, id).toBeCloseTo(value!, 10);
    }
  });
});
