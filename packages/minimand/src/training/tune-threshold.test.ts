import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryCounts } from "../metrics/confusion.ts";
import { scoreNames, scoreOf } from "../metrics/scores.ts";
import { tuneThreshold } from "./tune-threshold.ts";

const decide = (scores: readonly number[], threshold: number): number[] =>
  scores.map((s) => (s > threshold ? 1 : 0));

describe("tuneThreshold", () => {
  it("finds a threshold that no other decision beats, and its value is that of its decision", () => {
    const rows = fc.array(
      fc.tuple(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), fc.nat(1)),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(...scoreNames), (examples, metric) => {
        const scores = examples.map(([s]) => s);
        const labels = examples.map(([, y]) => y);
        const { threshold, value } = tuneThreshold(scores, labels, metric);
        const valueAt = (t: number) => scoreOf(binaryCounts(labels, decide(scores, t)), metric);
        expect(value).toBe(valueAt(threshold));
        for (const t of [-Infinity, ...scores]) expect(valueAt(t)).toBeLessThanOrEqual(value);
      }),
    );
  });

  it("takes the id that balanced accuracy has in the catalogue, and its old spelling", () => {
    const [scores, labels] = [
      [0.1, 0.3, 0.4, 0.9, 0.95],
      [0, 1, 0, 1, 1],
    ];
    const best = {
      threshold: expect.closeTo(0.65, 12) as number,
      value: expect.closeTo(5 / 6, 12) as number,
    };
    for (const metric of ["balanced-accuracy", "balancedAccuracy"] as const)
      expect(tuneThreshold(scores, labels, metric)).toEqual(best);
  });

  it("takes the widest of equally good gaps", () => {
    expect(tuneThreshold([0.1, 0.3, 0.4, 0.9], [0, 0, 1, 1], "fbeta")).toEqual({
      threshold: expect.closeTo(0.35, 12) as number,
      value: 1,
    });
    // One error either way: between 1 and 2 or between 3 and 9.
    expect(tuneThreshold([1, 2, 3, 9], [0, 1, 0, 1], "accuracy").threshold).toBe(6);
  });

  it("keeps neighbouring floating-point and infinite scores apart", () => {
    const next = 1 + Number.EPSILON;
    expect(tuneThreshold([1, next], [0, 1], "accuracy")).toEqual({ threshold: 1, value: 1 });
    expect(tuneThreshold([-Infinity, Infinity], [0, 1], "accuracy").value).toBe(1);
    // Nothing lies below -Infinity: such a row can't be called positive.
    expect(tuneThreshold([-Infinity, 1], [1, 1], "accuracy")).toEqual({ threshold: -Infinity, value: 0.5 });
    expect(
      decide([-Infinity, Infinity], tuneThreshold([-Infinity, Infinity], [0, 1], "accuracy").threshold),
    ).toEqual([0, 1]);
  });

  it("takes beta and functions of the counts", () => {
    const scores = [0.9, 0.8, 0.7, 0.2, 0.1];
    const labels = [1, 0, 0, 1, 0];
    expect(tuneThreshold(scores, labels, "fbeta", { beta: 0.1 }).threshold).toBeCloseTo(0.85, 12);
    expect(tuneThreshold(scores, labels, "fbeta", { beta: 10 }).threshold).toBeCloseTo(0.15, 12);
    expect(tuneThreshold(scores, labels, ({ FP, FN }) => -FP - 10 * FN).threshold).toBeCloseTo(0.15, 12);
  });

  it("refuses NaN scores, other labels than 0 and 1, unknown metrics and metrics that return NaN", () => {
    expect(() => tuneThreshold([Number.NaN], [1], "accuracy")).toThrow(RangeError);
    expect(() => tuneThreshold([1, 2], [0, 2], "accuracy")).toThrow(RangeError);
    expect(() => tuneThreshold([1], [0, 1], "accuracy")).toThrow(RangeError);
    expect(() => tuneThreshold([1, 2], [0, 1], "f1" as never)).toThrow(/name: expected one of/);
    expect(() => tuneThreshold([1, 2], [0, 1], ({ TP, FP }) => TP / (TP + FP))).toThrow(
      "metric: expected a number for every decision, got NaN",
    );
  });
});
