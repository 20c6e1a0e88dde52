import { expect, it } from "vitest";
import { metricsOfAClassifier } from "./metrics-of-a-classifier.ts";

const { judged, vans } = await metricsOfAClassifier({ epochs: [5, 30, 150] });

it("shows by probabilities, and not by areas, that the network has become overconfident", () => {
  const [early, right, late] = judged;
  expect(right.roc).toBeGreaterThan(early.roc + 0.03);
  expect(right.roc).toBeLessThan(1);
  expect(right.pr).toBeGreaterThan(0.8);
  expect(Math.abs(late.roc - right.roc)).toBeLessThan(0.01);
  expect(late.logLoss).toBeGreaterThan(1.1 * right.logLoss);
  expect(late.calibration).toBeGreaterThan(1.5 * right.calibration);
  expect(right.calibration).toBeGreaterThan(0.05);
  // Nothing precedes the first row; later training changes fewer predictions than the first epochs do.
  expect(early.changed).toBe(0);
  expect(right.changed).toBeGreaterThan(late.changed);
  expect(late.changed).toBeGreaterThan(0);
  // Of probabilities that are all 1/4: a floor that the network must beat.
  for (const { logLoss, brier } of judged) {
    expect(logLoss).toBeLessThan(Math.log(4));
    expect(brier).toBeLessThan(0.75);
  }
});

it("counts the same vans and other vehicles on both curves", () => {
  expect(vans.averagePrecision).toBeGreaterThan(0.95);
  for (const { recall, falsePositiveRate, precision } of vans.operations) {
    const [found, mistaken] = [recall * vans.count, falsePositiveRate * vans.others];
    expect(precision).toBeCloseTo(found / (found + mistaken), 10);
  }
  expect(vans.operations.map(({ recall }) => recall >= 0.5)).toEqual([true, true, true, true]);
  expect(vans.operations.at(-1)!.recall).toBe(1);
  const thresholds = vans.operations.map(({ threshold }) => threshold);
  expect(thresholds).toEqual(thresholds.toSorted((a, b) => b - a));
});
