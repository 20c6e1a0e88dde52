import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from "./index.ts";

/** Eighths: no underflow of the squares, so the inequality holds up to rounding. */
const value = fc.integer({ min: -800, max: 800 }).map((n) => n / 8);
const rows = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 });

describe("regression metrics", () => {
  test("as worked out by hand", () => {
    expect(rootMeanSquaredError([0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 15);
    expect(meanAbsoluteError([0, 0], [3, -4])).toBe(3.5);
    expect(rSquared([1, 2, 3], [1, 2, 4])).toBe(0.5);
    expect(rSquared(Float32Array.of(1, 2, 3), [2, 2, 2])).toBe(0);
    expect(rSquared([1, 2, 3], [3, 2, 1])).toBe(-3);
  });

  test("R² of constant targets is 1 without error and 0 with one", () => {
    expect(rSquared([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toBe(1);
    expect(rSquared([0.1, 0.1, 0.1], [0.1, 0.1, 0.2])).toBe(0);
  });

  test("RMSE is never below MAE", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const t = pairs.map(([a]) => a);
        const p = pairs.map(([, b]) => b);
        expect(rootMeanSquaredError(t, p)).toBeGreaterThanOrEqual(meanAbsoluteError(t, p) * (1 - 1e-12));
      }),
    );
  });

  test("R² of the mean of the targets is 0, and shifting everything changes nothing", () => {
    const t = [3, 1, 4, 1, 5, 9];
    const p = [2, 7, 1, 8, 2, 8];
    expect(rSquared(t, new Array(6).fill(23 / 6))).toBeCloseTo(0, 14);
    const shift = (v: number[]): number[] => v.map((x) => x + 1000);
    expect(rSquared(shift(t), shift(p))).toBeCloseTo(rSquared(t, p), 10);
    expect(rootMeanSquaredError(shift(t), shift(p))).toBeCloseTo(rootMeanSquaredError(t, p), 10);
  });

  test("refuse NaN, infinities, no rows and different lengths", () => {
    for (const metric of [rootMeanSquaredError, meanAbsoluteError, rSquared]) {
      expect(() => metric([1, 2], [1, Number.NaN])).toThrow(
        new RangeError("predictions[1]: expected a finite number, got NaN"),
      );
      expect(() => metric([1, Infinity], [1, 2])).toThrow(/^targets\[1\]: .*got Infinity$/);
      expect(() => metric([], [])).toThrow(/^targets: expected at least one row/);
      expect(() => metric([1], [1, 2])).toThrow(/^predictions: expected 1 values/);
    }
  });
});
