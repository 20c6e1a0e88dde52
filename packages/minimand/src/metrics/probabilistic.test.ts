import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  brierScore,
  calibrationErrorOf,
  expectedCalibrationError,
  logLoss,
  reliabilityBins,
} from "./index.ts";

const labels = [1, 0];
const probabilities = [0.5, 0.5, 0.75, 0.25];

/** Rows of class probabilities with a label, for K classes. */
const rowsOf = (k: number) =>
  fc
    .array(
      fc.tuple(fc.nat(k - 1), fc.array(fc.integer({ min: 0, max: 20 }), { minLength: k, maxLength: k })),
      {
        minLength: 1,
        maxLength: 30,
      },
    )
    .map((rows) => ({
      labels: rows.map(([y]) => y),
      probabilities: rows.flatMap(([, w]) => {
        const sum = w.reduce((a, b) => a + b, 0);
        return w.map((v) => (sum === 0 ? 1 / k : v / sum));
      }),
    }));

describe("log loss", () => {
  test("is the mean negative logarithm of the true class", () => {
    expect(logLoss(labels, probabilities, 2)).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 15);
    expect(logLoss([2], Float32Array.of(0.25, 0.25, 0.5), 3)).toBeCloseTo(Math.log(2), 15);
  });

  test("is infinite where the true class got probability 0, unless eps clips", () => {
    expect(logLoss([1], [1, 0], 2)).toBe(Infinity);
    expect(logLoss([1], [1, 0], 2, { eps: 1e-7 })).toBeCloseTo(-Math.log(1e-7), 12);
    expect(logLoss([0], [1, 0], 2)).toBe(0);
  });

  test("refuses labels out of range, unnormalised rows, NaN and a bad eps", () => {
    expect(() => logLoss([2], [0.5, 0.5], 2)).toThrow(
      new RangeError("labels[0]: expected a class id from 0 to 1, got 2"),
    );
    expect(() => logLoss([1], [0.5, 0.4], 2)).toThrow(
      /^probabilities of row 0: expected a sum of 1, got 0.9$/,
    );
    expect(() => logLoss([0, 1], [0.5, 0.5, Number.NaN, 0.5], 2)).toThrow(
      new RangeError("probabilities[2]: expected a number from 0 to 1, got NaN"),
    );
    expect(() => logLoss([1], [-0.5, 1.5], 2)).toThrow(/^probabilities\[0\]/);
    expect(() => logLoss([1], [0.5, 0.3, 0.2], 2)).toThrow(/^probabilities: expected 2 values/);
    expect(() => logLoss([1], [0.5, 0.5], 2, { eps: -1 })).toThrow(/^eps: /);
    expect(() => logLoss([], [], 2)).toThrow(/^labels: expected at least one row/);
  });
});

describe("Brier score", () => {
  test("of two classes is the mean squared error of the probability of class 1", () => {
    expect(brierScore(labels, probabilities, 2)).toBe((0.25 + 0.0625) / 2);
    expect(brierScore([1], [1, 0], 2)).toBe(1);
  });

  test("of several classes sums over the classes", () => {
    expect(brierScore([2], [0.25, 0.25, 0.5], 3)).toBe(0.0625 + 0.0625 + 0.25);
    expect(brierScore([0], [0, 0, 1], 3)).toBe(2);
  });

  test("of two classes is half of Brier's sum form: an impossible third class doubles it", () => {
    fc.assert(
      fc.property(rowsOf(2), ({ labels: y, probabilities: p }) => {
        const padded = y.flatMap((_, i) => [p[2 * i]!, p[2 * i + 1]!, 0]);
        expect(brierScore(y, padded, 3)).toBeCloseTo(2 * brierScore(y, p, 2), 13);
      }),
    );
  });
});

describe("calibration", () => {
  test("bins of two classes hold the probability of class 1 and the positives", () => {
    expect(reliabilityBins([1, 0], [0.1, 0.9, 0.8, 0.2], 2, { bins: 2 })).toEqual({
      count: [1, 1],
      confidence: [0.2, 0.9],
      correct: [0, 1],
    });
  });

  test("bins of several classes hold the highest probability and whether it was right", () => {
    const p = [0.5, 0.3, 0.2, 0.1, 0.1, 0.8, 0.2, 0.6, 0.2];
    expect(reliabilityBins([0, 2, 0], p, 3, { bins: 4 })).toEqual({
      count: [0, 0, 2, 1],
      confidence: [0, 0, 1.1, 0.8],
      correct: [0, 0, 1, 1],
    });
  });

  test("the edges belong to the bin above, and 1 to the last", () => {
    const p = [1, 0, 0.5, 0.5, 0, 1];
    expect(reliabilityBins([0, 0, 1], p, 2, { bins: 2 }).count).toEqual([1, 2]);
  });

  test("there are 15 bins by default", () => {
    expect(reliabilityBins([1], [0.5, 0.5], 2).count.length).toBe(15);
  });

  test("the error is the mean gap, as worked out by hand", () => {
    expect(expectedCalibrationError([1, 0], [0.1, 0.9, 0.8, 0.2], 2, { bins: 2 })).toBeCloseTo(0.15, 15);
    // Bin of 0.9: three of four right, gap 0.15; bin of 0.6: one of one, gap 0.4.
    const p = [0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.4, 0.6];
    expect(expectedCalibrationError([1, 1, 1, 0, 1], p, 2)).toBeCloseTo((4 * 0.15 + 0.4) / 5, 15);
  });

  test("with one bin the error is the gap of the means", () => {
    fc.assert(
      fc.property(rowsOf(2), ({ labels: y, probabilities: p }) => {
        const meanP = y.reduce((sum, _, i) => sum + p[2 * i + 1]!, 0) / y.length;
        const meanY = y.reduce((sum, v) => sum + v, 0) / y.length;
        expect(expectedCalibrationError(y, p, 2, { bins: 1 })).toBeCloseTo(Math.abs(meanP - meanY), 12);
      }),
    );
  });

  test("bins of two parts add up to those of the whole", () => {
    fc.assert(
      fc.property(rowsOf(3), rowsOf(3), (a, b) => {
        const whole = reliabilityBins(
          [...a.labels, ...b.labels],
          [...a.probabilities, ...b.probabilities],
          3,
        );
        const [left, right] = [a, b].map((part) => reliabilityBins(part.labels, part.probabilities, 3));
        const sum = (x: number[], y: number[]): number[] => x.map((v, i) => v + y[i]!);
        const added = {
          count: sum(left!.count, right!.count),
          confidence: sum(left!.confidence, right!.confidence),
          correct: sum(left!.correct, right!.correct),
        };
        expect(added.count).toEqual(whole.count);
        expect(added.correct).toEqual(whole.correct);
        expect(calibrationErrorOf(added)).toBeCloseTo(calibrationErrorOf(whole), 12);
      }),
    );
  });

  test("refuses a number of bins below 1", () => {
    expect(() => reliabilityBins([1], [0.5, 0.5], 2, { bins: 0 })).toThrow(
      new RangeError("bins: expected an integer >= 1, got 0"),
    );
  });
});
