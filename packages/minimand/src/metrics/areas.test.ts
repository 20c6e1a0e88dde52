import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  averagePrecision,
  macroAreas,
  precisionRecallCurve,
  rocAuc,
  rocCurve,
  thresholdCounts,
} from "./index.ts";

const labels = [0, 0, 1, 1];
const scores = [0.1, 0.4, 0.35, 0.8];

/** Rows with both classes and many ties. */
const tiedRows = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -3, max: 3 })), { minLength: 2, maxLength: 50 })
  .filter((rows) => rows.some(([y]) => y === 0) && rows.some(([y]) => y === 1))
  .map((rows) => ({ labels: rows.map(([y]) => y), scores: rows.map(([, s]) => s) }));

/** The definition: every positive against every negative. */
function pairs({ labels, scores }: { labels: number[]; scores: number[] }): number {
  let won = 0;
  let all = 0;
  labels.forEach((a, i) => {
    labels.forEach((b, j) => {
      if (a !== 1 || b !== 0) return;
      all += 1;
      won += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    });
  });
  return won / all;
}

describe("area under the ROC curve", () => {
  test("counts three of four pairs in the textbook example", () => {
    expect(rocAuc(labels, scores)).toBe(0.75);
  });

  test("equals brute-force counting of pairs, ties counting half", () => {
    fc.assert(
      fc.property(tiedRows, (rows) => {
        expect(rocAuc(rows.labels, rows.scores)).toBeCloseTo(pairs(rows), 14);
      }),
    );
  });

  test("is one half for a constant score, and does not depend on the order of the rows", () => {
    expect(rocAuc([0, 1, 0, 1, 1], [2, 2, 2, 2, 2])).toBe(0.5);
    expect(rocAuc([1, 1, 0, 0], [0.35, 0.8, 0.4, 0.1])).toBe(0.75);
  });

  test("stays under monotone transforms and turns over with the sign or the labels", () => {
    fc.assert(
      fc.property(tiedRows, ({ labels: y, scores: s }) => {
        const area = rocAuc(y, s);
        expect(
          rocAuc(
            y,
            s.map((v) => Math.exp(v) + 5),
          ),
        ).toBe(area);
        expect(
          rocAuc(
            y,
            s.map((v) => -v),
          ),
        ).toBeCloseTo(1 - area, 14);
        expect(
          rocAuc(
            y.map((v) => 1 - v),
            s,
          ),
        ).toBeCloseTo(1 - area, 14);
      }),
    );
  });

  test("takes infinite scores, also tied ones", () => {
    expect(rocAuc([0, 1, 1, 0], [-Infinity, Infinity, Infinity, Infinity])).toBe(0.75);
  });

  test("is the area under the points of the curve", () => {
    fc.assert(
      fc.property(tiedRows, (rows) => {
        const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(rows.labels, rows.scores);
        let area = 0;
        for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
        expect(rocAuc(rows.labels, rows.scores)).toBeCloseTo(area, 12);
        expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
      }),
    );
  });

  test("refuses rows of one class, NaN scores, other labels and different lengths", () => {
    expect(() => rocAuc([1, 1], [0.1, 0.2])).toThrow(
      new RangeError('labels: expected rows of both classes, got "2 positive, 0 negative"'),
    );
    expect(() => rocAuc([0, 1], [0.1, Number.NaN])).toThrow(
      new RangeError("scores[1]: expected a number, got NaN"),
    );
    expect(() => rocAuc([0, 2], [0.1, 0.2])).toThrow(/^labels\[1\]/);
    expect(() => rocAuc([0, 1], [0.1])).toThrow(/^scores: expected 2 values/);
  });
});

describe("average precision", () => {
  test("is 5/6 in the textbook example", () => {
    expect(averagePrecision(labels, scores)).toBeCloseTo(5 / 6, 14);
  });

  test("of a constant score is the share of positives", () => {
    expect(averagePrecision([0, 1, 0, 0], [3, 3, 3, 3])).toBe(0.25);
  });

  test("lets tied rows enter together: their order does not matter", () => {
    // Threshold 2: one of two is positive (R 1/2, P 1/2); threshold 1: R 1, P 2/4.
    expect(averagePrecision([1, 0, 1, 0], [2, 2, 1, 1])).toBe(0.5);
    expect(averagePrecision([0, 1, 0, 1], [2, 2, 1, 1])).toBe(0.5);
  });

  test("equals the sum over thresholds by its definition", () => {
    fc.assert(
      fc.property(tiedRows, ({ labels: y, scores: s }) => {
        const positives = y.filter((v) => v === 1).length;
        let expected = 0;
        let previous = 0;
        for (const t of [...new Set(s)].sort((a, b) => b - a)) {
          const taken = y.filter((_, i) => s[i]! >= t);
          const hits = taken.filter((v) => v === 1).length;
          expected += ((hits - previous) / positives) * (hits / taken.length);
          previous = hits;
        }
        expect(averagePrecision(y, s)).toBeCloseTo(expected, 13);
      }),
    );
  });

  test("needs a positive row, but no negative one", () => {
    expect(() => averagePrecision([0, 0], [1, 2])).toThrow(/^labels: expected at least one positive row/);
    expect(averagePrecision([1, 1], [1, 2])).toBe(1);
  });
});

describe("curves", () => {
  test("have one point for each distinct score, from the strictest threshold on", () => {
    const { thresholds, TP, FP } = thresholdCounts([0, 1, 1], [0.2, 0.2, 0.9]);
    expect([[...thresholds], [...TP], [...FP]]).toEqual([
      [0.9, 0.2],
      [1, 2],
      [0, 1],
    ]);
  });

  test("of two rows in the right and in the wrong order", () => {
    const roc = rocCurve([0, 1], [0.1, 0.8]);
    expect([...roc.falsePositiveRate]).toEqual([0, 0, 1]);
    expect([...roc.truePositiveRate]).toEqual([0, 1, 1]);
    expect([...roc.thresholds]).toEqual([Infinity, 0.8, 0.1]);
    const pr = precisionRecallCurve([0, 1], [0.8, 0.1]);
    expect([...pr.recall]).toEqual([0, 0, 1]);
    expect([...pr.precision]).toEqual([1, 0, 0.5]);
    expect([...pr.thresholds]).toEqual([Infinity, 0.8, 0.1]);
  });

  test("three hundred thousand rows do not overflow the stack", () => {
    const n = 300_000;
    const y = Uint8Array.from({ length: n }, (_, i) => i % 2);
    const s = Float64Array.from({ length: n }, (_, i) => i);
    expect(rocCurve(y, s).thresholds.length).toBe(n + 1);
  });
});

describe("macro areas", () => {
  test("are the means of the areas of each class against the rest", () => {
    const y = [0, 1, 2, 1, 0];
    const p = [0.6, 0.3, 0.1, 0.5, 0.2, 0.3, 0.1, 0.2, 0.7, 0.2, 0.6, 0.2, 0.3, 0.3, 0.4];
    const columns = [0, 1, 2].map((k) => y.map((_, i) => p[i * 3 + k]!));
    const against = [0, 1, 2].map((k) => y.map((v) => (v === k ? 1 : 0)));
    const { roc, pr } = macroAreas(y, p, 3);
    const mean = (f: (a: number[], b: number[]) => number): number =>
      [0, 1, 2].reduce((sum, k) => sum + f(against[k]!, columns[k]!), 0) / 3;
    expect(roc).toBeCloseTo(mean(rocAuc), 14);
    expect(pr).toBeCloseTo(mean(averagePrecision), 14);
  });

  test("of two classes are those of class 1", () => {
    const p = scores.flatMap((s) => [1 - s, s]);
    expect(macroAreas(labels, p, 2)).toEqual({ roc: 0.75, pr: averagePrecision(labels, scores) });
  });

  test("need rows of every class", () => {
    expect(() => macroAreas([0, 1], [0.5, 0.3, 0.2, 0.2, 0.5, 0.3], 3)).toThrow(/none of class 2/);
    expect(() => macroAreas([0, 0], [0.5, 0.5, 0.2, 0.8], 2)).toThrow(/none of class 1/);
    expect(() => macroAreas([1, 1], [0.5, 0.5, 0.2, 0.8], 2)).toThrow(/none of class 0/);
  });
});
