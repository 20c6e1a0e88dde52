import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy, meanReciprocalRank, targetRanks, topKAccuracy } from "./index.ts";

const classes = 6;
const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: classes, maxLength: classes });
const rows = fc.array(fc.tuple(row, fc.integer({ min: 0, max: classes - 1 })), {
  minLength: 1,
  maxLength: 8,
});

describe("ranking metrics", () => {
  it("rank the true class by falling score", () => {
    const ranks = targetRanks([0, 2, 1], [3, 1, 2, 5, 4, 3, 0, -1, -2], 3);
    expect([...ranks]).toEqual([1, 3, 2]);
    expect([1, 2, 3].map((k) => topKAccuracy(ranks, k))).toEqual([1 / 3, 2 / 3, 1]);
    expect(meanReciprocalRank(ranks)).toBeCloseTo((1 + 1 / 3 + 1 / 2) / 3, 15);
  });

  it("count ties against the true class: a constant predictor is last everywhere", () => {
    const ranks = targetRanks([0, 3], new Float32Array(8), 4);
    expect([...ranks]).toEqual([4, 4]);
    expect(topKAccuracy(ranks, 3)).toBe(0);
    expect(topKAccuracy(ranks, 4)).toBe(1);
  });

  it("agree with sorting, grow with k, and change only with the order of the scores", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const labels = list.map(([, y]) => y);
        const ranks = targetRanks(
          labels,
          list.flatMap(([s]) => s),
          classes,
        );
        list.forEach(([s, y], i) => {
          const better = [...s].sort((a, b) => b - a).lastIndexOf(s[y]!) + 1;
          expect(ranks[i]).toBe(better);
        });
        const monotone = targetRanks(
          labels,
          list.flatMap(([s]) => s.map((v) => Math.exp(v) - 7)),
          classes,
        );
        expect([...monotone]).toEqual([...ranks]);
        const curve = [1, 2, 3, 4, 5, 6].map((k) => topKAccuracy(ranks, k));
        expect(curve).toEqual([...curve].sort((a, b) => a - b));
        expect(curve[5]).toBe(1);
        expect(meanReciprocalRank(ranks)).toBeGreaterThanOrEqual(curve[0]!);
      }),
    );
  });

  it("have accuracy at k = 1 where no scores tie", () => {
    const scores = [0.1, 0.7, 0.2, 0.5, 0.3, 0.2];
    expect(topKAccuracy(targetRanks([1, 2], scores, 3), 1)).toBe(accuracy([1, 2], [1, 0]));
  });

  it("refuse wrong labels, sizes, NaN and k", () => {
    expect(() => targetRanks([3], [1, 2, 3], 3)).toThrow("labels[0]: expected a class id from 0 to 2, got 3");
    expect(() => targetRanks([0], [1, 2], 3)).toThrow("scores: expected 3 values (1 rows of 3), got 2");
    expect(() => targetRanks([0], [1, Number.NaN, 0], 3)).toThrow("scores[1]: expected a number, got NaN");
    expect(() => topKAccuracy([1], 0)).toThrow("k: expected an integer >= 1, got 0");
    expect(() => topKAccuracy([], 1)).toThrow(RangeError);
    expect(() => meanReciprocalRank([1, 0])).toThrow("ranks[1]: expected an integer >= 1, got 0");
  });
});
