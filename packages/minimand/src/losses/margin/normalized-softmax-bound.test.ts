import { expect, it } from "vitest";
import { normalizedSoftmaxLowerBound, scaleForProbability } from "./index.ts";

it("the scale for a probability is the one at which the lower bound of the loss is that of the probability", () => {
  for (const [classes, probability] of [
    [2, 0.6],
    [18, 0.99],
    [1000, 0.5],
  ])
    expect(normalizedSoftmaxLowerBound(classes, scaleForProbability(classes, probability))).toBeCloseTo(
      -Math.log(probability),
      12,
    );
  expect(scaleForProbability(4, 1 / 4)).toBeCloseTo(0, 12);
});
