import { describe, expect, it } from "vitest";
import { keepPrediction, predictionKept } from "./kept-predictions.ts";

const none = {
  probabilities: new Float64Array(0),
  predicted: new Int32Array(0),
  predictions: new Float64Array(0),
};

describe("keepPrediction", () => {
  it("keeps rows and decisions as they are, and probabilities near 0 and 1 with their logarithms", () => {
    const probabilities = Float64Array.of(1 - 1e-9, 1e-9, 1e-60, 1, 0, 1);
    const ids = Int32Array.of(7, 3, 100_000);
    const kept = keepPrediction(ids, { ...none, probabilities, predicted: Int32Array.of(0, 1, 0) });
    const again = predictionKept(structuredClone(JSON.parse(JSON.stringify(kept))));
    expect(again.ids).toEqual(ids);
    expect([...again.prediction.predicted]).toEqual([0, 1, 0]);
    again.prediction.probabilities.forEach((p, i) => {
      if (probabilities[i] === 0) expect(p).toBe(0);
      else expect(Math.log(p) / Math.log(probabilities[i]) || 1).toBeCloseTo(1, 6);
    });
  });

  it("keeps numbers exactly, however many", () => {
    const predictions = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) * 1e6);
    const ids = Int32Array.from(predictions, (_, i) => 2 * i);
    const again = predictionKept(keepPrediction(ids.subarray(0), { ...none, predictions }));
    expect(again.prediction.predictions).toEqual(predictions);
    expect(again.ids).toEqual(ids);
  });
});
