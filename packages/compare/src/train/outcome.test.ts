import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import type { Part } from "./fold.ts";
import { fullEvaluation, predictionOf, scoreOfPrediction } from "./outcome.ts";

const plain = { mean: 0, sd: 1 };
const part = (labels: number[], targets: number[] = []): Part => ({
  x: new Float32Array(0),
  rows: Math.max(labels.length, targets.length),
  labels: Int32Array.from(labels),
  targets: Float64Array.from(targets),
});

describe("predictionOf", () => {
  it("turns outputs into softmax probabilities and the largest into the decision", () => {
    const { probabilities, predicted } = predictionOf(
      Float32Array.of(0, Math.log(3), 2, 2, -1e4, 1e4),
      3,
      "binary",
      plain,
    );
    expect([...probabilities].map((p) => Number(p.toFixed(6)))).toEqual([0.25, 0.75, 0.5, 0.5, 0, 1]);
    // Of equal outputs the first.
    expect([...predicted]).toEqual([1, 0, 1]);
  });

  it("gives numbers back in original units", () => {
    const { predictions, probabilities } = predictionOf(Float32Array.of(0, -2, 0.5), 3, "regression", {
      mean: 100,
      sd: 20,
    });
    expect([...predictions]).toEqual([100, 60, 110]);
    expect(probabilities).toHaveLength(0);
  });
});

describe("fullEvaluation", () => {
  it("writes null for a metric that is not defined on these rows", () => {
    const prediction = predictionOf(Float32Array.of(0, 1, 1, 0), 2, "binary", plain);
    const { metrics, confusion } = fullEvaluation("binary", part([1, 1]), prediction);
    expect(metrics["roc-auc"]).toBeNull();
    expect(metrics.accuracy).toBe(0.5);
    expect(confusion).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(scoreOfPrediction(metricById("roc-auc"), part([1, 1]), prediction)).toBeNaN();
  });

  it("writes null for a log loss that is infinite", () => {
    const prediction = predictionOf(Float32Array.of(1e4, -1e4, 0, 0), 2, "binary", plain);
    const { metrics } = fullEvaluation("binary", part([1, 0]), prediction);
    expect(metrics["log-loss"]).toBeNull();
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
  });

  it.each([
    [100, true],
    [101, false],
  ])("keeps the confusion matrix of %i classes: %s", (classes, kept) => {
    const prediction = predictionOf(new Float32Array(classes), 1, "multiclass", plain);
    const { metrics, confusion, reliability } = fullEvaluation("multiclass", part([0]), prediction);
    expect(confusion?.length).toBe(kept ? classes : undefined);
    expect(metrics.accuracy).toBe(1);
    expect(reliability?.count).toHaveLength(15);
  });

  it("measures numbers", () => {
    const prediction = predictionOf(Float32Array.of(0, 1), 2, "regression", { mean: 10, sd: 2 });
    const made = fullEvaluation("regression", part([], [10, 14]), prediction);
    expect(made.metrics).toEqual({ rmse: Math.SQRT2, mae: 1, r2: 0.5 });
    expect(made).not.toHaveProperty("confusion");
  });
});
