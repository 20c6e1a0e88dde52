import fc from "fast-check";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import type { Part } from "./fold.ts";
import { type Prediction, scoreOfPrediction } from "./outcome.ts";
import { bestThreshold, decideBy } from "./threshold.ts";

const partOf = (labels: number[]): Part => ({
  x: new Float32Array(0),
  rows: labels.length,
  labels: Int32Array.from(labels),
  targets: new Float64Array(0),
});

const predictionOf = (positive: number[]): Prediction => ({
  probabilities: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
  predicted: Int32Array.from(positive, (p) => Number(p > 0.5)),
  predictions: new Float64Array(0),
});

const balanced = metricById("balanced-accuracy");

describe("bestThreshold", () => {
  it("finds the threshold that parts the classes, wherever it lies", () => {
    const labels = [0, 0, 0, 1, 1];
    const low = bestThreshold(balanced, partOf(labels), predictionOf([0.01, 0.02, 0.03, 0.05, 0.06]));
    expect(low).toBeCloseTo(0.04, 12);
    const high = bestThreshold(balanced, partOf(labels), predictionOf([0.9, 0.91, 0.92, 0.96, 0.99]));
    expect(high).toBeCloseTo(0.94, 12);
  });

  it("stays at 1/2 where nothing is better", () => {
    expect(bestThreshold(balanced, partOf([0, 1]), predictionOf([0.2, 0.9]))).toBe(0.5);
    expect(bestThreshold(balanced, partOf([1]), predictionOf([0.2]))).toBe(0.5);
    expect(bestThreshold(balanced, partOf([0, 1, 0]), predictionOf([0.3, 0.3, 0.3]))).toBe(0.5);
  });

  it("is never worse than 1/2 on the rows that it is chosen on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 2,
          maxLength: 300,
        }),
        fc.constantFrom("balanced-accuracy", "f1", "mcc", "accuracy"),
        (rows, id) => {
          const part = partOf(rows.map(([label]) => label));
          const prediction = predictionOf(rows.map(([, p]) => p));
          const metric = metricById(id);
          const at = (threshold: number): number =>
            scoreOfPrediction(metric, part, decideBy(threshold, prediction));
          expect(at(bestThreshold(metric, part, prediction))).toBeGreaterThanOrEqual(at(0.5));
        },
      ),
    );
  });
});

describe("decideBy", () => {
  it("changes decisions and leaves probabilities", () => {
    const prediction = predictionOf([0.2, 0.4, 0.8]);
    const decided = decideBy(0.3, prediction);
    expect([...decided.predicted]).toEqual([0, 1, 1]);
    expect(decided.probabilities).toBe(prediction.probabilities);
  });
});
