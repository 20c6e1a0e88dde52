import * as fc from "fast-check";
import { normalCdf } from "minimand/internals";
import { describe, expect, it } from "vitest";
import { normals } from "../../../../test/support/normals.ts";
import {
  expectedHatLoss,
  expectedRampLoss,
  gaussianMixtureRisk,
  labeledOnlyBound,
  robustSelfTrainingBound,
  selfTrainingBound,
} from "./index.ts";

const directions = fc.record({
  muNorm: fc.double({ min: 0.2, max: 3, noNaN: true }),
  sigma: fc.double({ min: 0.3, max: 2, noNaN: true }),
  cosine: fc.double({ min: -1, max: 1, noNaN: true }),
  gamma: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

describe("a mixture of two Gaussians", () => {
  it("has the expected ramp and hat that sampling gives", () => {
    const options = { muNorm: 2, sigma: 0.7, cosine: 0.8, gamma: 1.5 };
    expect(expectedRampLoss(options)).toBeCloseTo(0.04051, 5);
    expect(expectedHatLoss(options)).toBeCloseTo(0.03667, 5);
    const draw = normals(5);
    const other = { muNorm: 0.9, sigma: 1.1, cosine: -0.6, gamma: 0.8 };
    let [ramp, hat] = [0, 0];
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const s = 0.9 * -0.6 + 1.1 * draw();
      ramp += Math.min(1, Math.max(0, 1 - 0.8 * s)) / n;
      hat += Math.max(0, 1 - 0.8 * Math.abs(s)) / n;
    }
    // Four standard errors of a mean of 200,000 numbers in [0, 1].
    expect(Math.abs(ramp - expectedRampLoss(other))).toBeLessThan(0.0045);
    expect(Math.abs(hat - expectedHatLoss(other))).toBeLessThan(0.0045);
  });

  it("has losses that fall as the direction turns to the mean, the hat whichever way it points", () => {
    const check = fc.property(directions, fc.double({ min: 0.02, max: 0.5, noNaN: true }), (d, turn) => {
      const nearer = { ...d, cosine: Math.min(1, Math.abs(d.cosine) + turn) };
      expect(expectedHatLoss(nearer)).toBeLessThanOrEqual(expectedHatLoss(d) + 1e-12);
      expect(expectedHatLoss({ ...d, cosine: -d.cosine })).toBeCloseTo(expectedHatLoss(d), 10);
      const towards = { ...d, cosine: Math.min(1, d.cosine + turn) };
      expect(expectedRampLoss(towards)).toBeLessThanOrEqual(expectedRampLoss(d) + 1e-12);
      expect(gaussianMixtureRisk(towards)).toBeLessThanOrEqual(gaussianMixtureRisk(d) + 1e-12);
      expect(expectedRampLoss(d)).toBeGreaterThanOrEqual(gaussianMixtureRisk(d) - 1e-12);
    });
    fc.assert(check, { numRuns: 100 });
  });

  it("has the error rate as the limit of the ramp for inputs that can't move", () => {
    const d = { muNorm: 1, sigma: 0.8, cosine: 0.7 };
    expect(expectedRampLoss({ ...d, gamma: 1e6 })).toBeCloseTo(gaussianMixtureRisk(d), 6);
    expect(expectedHatLoss({ ...d, gamma: 1e6 })).toBeCloseTo(0, 5);
  });

  it("counts on an exact normal distribution function", () => {
    // Abramowitz and Stegun, table 26.1 and 26.2.
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1)).toBeCloseTo(0.841344746068543, 14);
    expect(normalCdf(-2.5) / 0.006209665325776132).toBeCloseTo(1, 12);
    expect(normalCdf(-2.4999) / normalCdf(-2.5001)).toBeCloseTo(Math.exp(0.0002 * 2.8228), 6);
    expect(normalCdf(-5) / 2.866515718791939e-7).toBeCloseTo(1, 10);
    expect(normalCdf(-10) / 7.61985302416053e-24).toBeCloseTo(1, 10);
    expect([normalCdf(-50), normalCdf(50)]).toEqual([0, 1]);
  });

  it("refuses what makes no sense", () => {
    const d = { muNorm: 1, sigma: 1, cosine: 0.5 };
    expect(() => gaussianMixtureRisk({ ...d, cosine: 1.1 })).toThrow(
      "cosine: expected a finite number >= -1 and <= 1",
    );
    expect(() => gaussianMixtureRisk({ ...d, sigma: 0 })).toThrow(
      "sigma: expected a finite number > 0, got 0",
    );
    expect(() => expectedRampLoss({ ...d, gamma: 0 })).toThrow("gamma: expected a finite number > 0, got 0");
    expect(() => expectedHatLoss({ ...d, muNorm: Number.NaN, gamma: 1 })).toThrow(RangeError);
  });
});

describe("the bounds", () => {
  const sizes = { d: 200, m: 50, n: 5000, alpha: 0.01, muNorm: 1, sigma: 1 };

  it("fall in the numbers of examples and grow with the shift", () => {
    for (const bound of [
      (o: typeof sizes) => robustSelfTrainingBound({ ...o, gamma: 0.5 }),
      (o: typeof sizes) => selfTrainingBound(o),
    ]) {
      expect(bound({ ...sizes, n: 50_000 })).toBeLessThan(bound(sizes));
      expect(bound({ ...sizes, m: 100 })).toBeLessThan(bound(sizes));
      expect(bound({ ...sizes, alpha: 0.1 })).toBeGreaterThan(bound(sizes));
    }
  });

  it("scale as n^(-1/4) and n^(-1/8) without a shift, and don't vanish with one", () => {
    // A delta near 1 leaves the terms of chance out.
    const quiet = { ...sizes, alpha: 0, delta: 1 - 1e-12 };
    const ratio = (f: (o: typeof quiet) => number, n: number) =>
      f({ ...quiet, n: 16 * n }) / f({ ...quiet, n });
    const robust = (o: typeof quiet) => robustSelfTrainingBound({ ...o, gamma: 1 });
    expect(ratio(robust, 1e8)).toBeCloseTo(16 ** -0.25, 3);
    expect(ratio(selfTrainingBound, 1e8)).toBeCloseTo(16 ** -0.125, 3);
    expect(robustSelfTrainingBound({ ...sizes, gamma: 1, n: 1e15 })).toBeGreaterThan(0.25);
  });

  it("are finite without unlabelled examples, and refuse what makes no sense", () => {
    expect(selfTrainingBound({ ...sizes, n: 0 })).toBeGreaterThan(0);
    expect(labeledOnlyBound(sizes)).toBeGreaterThan(labeledOnlyBound({ ...sizes, m: 100 }));
    expect(() => selfTrainingBound({ ...sizes, alpha: -1 })).toThrow(
      "alpha: expected a finite number >= 0, got -1",
    );
    expect(() => selfTrainingBound({ ...sizes, delta: 1 })).toThrow(
      "delta: expected a finite number > 0 and < 1",
    );
    expect(() => labeledOnlyBound({ d: 1.5, m: 1 })).toThrow("d: expected an integer >= 1, got 1.5");
    expect(() => robustSelfTrainingBound({ ...sizes, gamma: Number.NaN })).toThrow(RangeError);
  });
});
