import { describe, expect, it } from "vitest";
import { greedyWeights, weightedMean } from "./index.ts";

const truth = Float64Array.of(1, 2, 3);
const minusSquares = (values: Float64Array): number =>
  -values.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0);
const moved = (by: number): Float64Array => truth.map((value) => value + by);

describe("a greedy ensemble", () => {
  it("has the weights after the step with the best mean", () => {
    expect(greedyWeights([moved(1), moved(-1), moved(5)], minusSquares)).toEqual([0.5, 0.5, 0]);
    expect(greedyWeights([moved(1), moved(0)], minusSquares)).toEqual([0, 1]);
    // 1, then (1 - 2) / 2 = -0.5, then (1 - 2 + 1) / 3 = 0.
    expect(greedyWeights([moved(1), moved(-2)], minusSquares)).toEqual([2 / 3, 1 / 3]);
    const mean = weightedMean([moved(1), moved(-2)], [2 / 3, 1 / 3]);
    expect(minusSquares(mean)).toBeCloseTo(0, 20);
  });

  it("takes the first of equally good members, unless a second score decides", () => {
    const none = (): number => 0;
    expect(greedyWeights([moved(1), moved(0)], none)).toEqual([1, 0]);
    expect(greedyWeights([moved(1), moved(0)], none, minusSquares)).toEqual([0, 1]);
  });

  it("takes a score that is not defined for the worst, and still has weights where none is", () => {
    const positive = (values: Float64Array): number => (values[0] > 1 ? minusSquares(values) : Number.NaN);
    expect(greedyWeights([moved(-1), moved(3)], positive)).not.toEqual([1, 0]);
    const undefinedScore = (): number => Number.NaN;
    expect(greedyWeights([moved(1), moved(0)], undefinedScore)).toEqual([1, 0]);
    expect(greedyWeights([moved(1), moved(0)], undefinedScore, undefinedScore)).toEqual([1, 0]);
  });
});
