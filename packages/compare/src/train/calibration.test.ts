import { describe, expect, it } from "vitest";
import { calibrated, calibrationBy, cleanLogOdds, logOddsOf, towardsLabels } from "./calibration.ts";

/** A prediction with these log-odds of the second response. */
const predictionOf = (logOdds: readonly number[]) => ({
  probabilities: Float64Array.from(logOdds.flatMap((z) => [1 / (1 + Math.exp(z)), 1 / (1 + Math.exp(-z))])),
  predicted: Int32Array.from(logOdds, (z) => Number(z > 0)),
  predictions: new Float64Array(0),
});

const logOdds = [0.1, -3, 5, -0.4, 12];

describe("calibrated preferences", () => {
  it("are e + (1 - 2 e) sigma(h / T), and keep what is decided for", () => {
    const prediction = calibrated(predictionOf(logOdds), { temperature: 2, flipRate: 0.1 });
    for (const [i, z] of logOdds.entries()) {
      const p = 0.1 + 0.8 / (1 + Math.exp(-z / 2));
      expect(prediction.probabilities[2 * i + 1]).toBeCloseTo(p, 10);
      expect(prediction.probabilities[2 * i]).toBeCloseTo(1 - p, 10);
    }
    expect(prediction.predicted).toEqual(predictionOf(logOdds).predicted);
  });

  it("give their margins back", () => {
    for (const flipRate of [0, 0.2]) {
      const prediction = calibrated(predictionOf(logOdds), { temperature: 2, flipRate });
      for (const [i, z] of cleanLogOdds(prediction, flipRate).entries())
        expect(z).toBeCloseTo(logOdds[i] / 2, 3);
    }
    for (const [i, z] of logOddsOf(predictionOf(logOdds)).entries()) expect(z).toBeCloseTo(logOdds[i], 6);
  });

  it("don't depend on the scale of the margins, nor on which response is called the first", () => {
    const labels = Int32Array.of(1, 0, 0, 0, 1);
    const one = calibrationBy({ labels }, predictionOf(logOdds), 0.1);
    const scaled = calibrationBy({ labels }, predictionOf(logOdds.map((z) => 3 * z)), 0.1);
    const turned = calibrationBy(
      { labels: labels.map((label) => 1 - label) },
      predictionOf(logOdds.map((z) => -z)),
      0.1,
    );
    expect(scaled.temperature / one.temperature).toBeCloseTo(3, 4);
    expect(turned.temperature).toBeCloseTo(one.temperature, 6);
    expect([...towardsLabels(Float64Array.from(logOdds), labels)]).toEqual([0.1, 3, -5, 0.4, 12]);
  });

  it("stay away from certainty where no pair is wrong", () => {
    const labels = Int32Array.of(1, 0, 1, 0, 1);
    const calibration = calibrationBy({ labels }, predictionOf(logOdds), 0);
    const { probabilities } = calibrated(predictionOf(logOdds), calibration);
    expect(Math.max(...probabilities)).toBeLessThan(0.9999);
  });
});
