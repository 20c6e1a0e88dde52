import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accuracy,
  type BinaryCounts,
  confusionMatrix,
  type ScoreName,
  scoreNames,
  scoreOf,
  scoresWithoutOne,
} from "./index.ts";

/** 100 rows, 40 of them positive. */
const counts: BinaryCounts = { TN: 50, FP: 10, FN: 5, TP: 35 };

/** Recalls 5/6, 3/4, 4/6 on 16 rows, 12 of them correct; predicted 7, 4, 5. */
const three = [
  [5, 1, 0],
  [0, 3, 1],
  [2, 0, 4],
];

const nonNegative = fc.integer({ min: 0, max: 60 });
const someCounts = fc
  .record({ TN: nonNegative, FP: nonNegative, FN: nonNegative, TP: nonNegative })
  .filter(({ TN, FP, FN, TP }) => TN + FP + FN + TP > 0);

describe("scores of two classes", () => {
  test("take the old spelling of balanced accuracy", () => {
    expect(scoreOf(counts, "balancedAccuracy")).toBe(scoreOf(counts, "balanced-accuracy"));
  });

  const worked: [ScoreName, number][] = [
    ["accuracy", 85 / 100],
    ["balanced-accuracy", (35 / 40 + 50 / 60) / 2],
    ["precision", 35 / 45],
    ["recall", 35 / 40],
    ["specificity", 50 / 60],
    ["npv", 50 / 55],
    ["fbeta", 70 / 85],
    ["gmean", Math.sqrt((35 / 40) * (50 / 60))],
    ["mcc", (35 * 50 - 10 * 5) / Math.sqrt(45 * 40 * 60 * 55)],
    ["jaccard", 35 / 50],
    ["tss", 35 / 40 + 50 / 60 - 1],
    // p_o = 0.85, p_e = 0.4 * 0.45 + 0.6 * 0.55 = 0.51
    ["kappa", (0.85 - 0.51) / 0.49],
    // the closed form of the Heidke skill score
    ["hss", (2 * (35 * 50 - 10 * 5)) / ((35 + 10) * (10 + 50) + (35 + 5) * (5 + 50))],
    ["fowlkesMallows", Math.sqrt((35 / 45) * (35 / 40))],
  ];

  test.each(worked)("%s of 35 TP, 5 FN, 10 FP, 50 TN as worked out by hand", (name, expected) => {
    expect(scoreOf(counts, name)).toBeCloseTo(expected, 14);
  });

  test("every score has a worked value", () => {
    expect(worked.map(([name]) => name).sort()).toEqual([...scoreNames].sort());
  });

  test("F-beta weighs recall by beta squared, and is the precision at beta 0", () => {
    expect(scoreOf(counts, "fbeta", { beta: 2 })).toBeCloseTo(175 / 205, 14);
    expect(scoreOf(counts, "fbeta", { beta: 0.5 })).toBeCloseTo(
      (1.25 * 35) / (1.25 * 35 + 0.25 * 5 + 10),
      14,
    );
    expect(scoreOf(counts, "fbeta", { beta: 0 })).toBe(scoreOf(counts, "precision"));
  });

  test("a 2x2 matrix is read as [[TN, FP], [FN, TP]]", () => {
    for (const name of scoreNames) {
      expect(
        scoreOf(
          [
            [50, 10],
            [5, 35],
          ],
          name,
        ),
      ).toBe(scoreOf(counts, name));
    }
  });

  test("what is 0/0 counts as 0", () => {
    const nothingPredicted = { TN: 6, FP: 0, FN: 4, TP: 0 };
    for (const name of ["precision", "fbeta", "recall", "gmean", "mcc", "kappa", "fowlkesMallows"] as const)
      expect(scoreOf(nothingPredicted, name), name).toBe(0);
    const nothingPositive = { TN: 10, FP: 0, FN: 0, TP: 0 };
    for (const name of ["precision", "recall", "fbeta", "jaccard", "mcc", "kappa", "tss"] as const)
      expect(scoreOf(nothingPositive, name), name).toBe(0);
    expect(scoreOf({ TN: 0, FP: 0, FN: 3, TP: 0 }, "npv")).toBe(0);
    expect(scoreOf({ TN: 0, FP: 0, FN: 3, TP: 0 }, "specificity")).toBe(0);
  });

  test("balanced accuracy and G-mean use the classes that have rows", () => {
    expect(scoreOf({ TN: 8, FP: 2, FN: 0, TP: 0 }, "balanced-accuracy")).toBe(0.8);
    expect(scoreOf({ TN: 0, FP: 0, FN: 1, TP: 3 }, "gmean")).toBe(0.75);
  });

  test("stay in their range and reach 1 exactly for a perfect decision", () => {
    fc.assert(
      fc.property(someCounts, (c) => {
        for (const name of scoreNames) {
          const value = scoreOf(c, name);
          const low = ["mcc", "tss", "hss", "kappa"].includes(name) ? -1 : 0;
          expect(value, name).toBeGreaterThanOrEqual(low);
          expect(value, name).toBeLessThanOrEqual(1);
        }
        const perfect = { TN: c.TN + 1, FP: 0, FN: 0, TP: c.TP + 1 };
        for (const name of scoreNames) expect(scoreOf(perfect, name), name).toBe(1);
      }),
    );
  });

  test("balanced accuracy, MCC, TSS and kappa do not care which class is positive", () => {
    fc.assert(
      fc.property(someCounts, ({ TN, FP, FN, TP }) => {
        for (const name of ["accuracy", "balanced-accuracy", "gmean", "mcc", "tss", "kappa"] as const)
          expect(scoreOf({ TN: TP, FP: FN, FN: FP, TP: TN }, name)).toBeCloseTo(
            scoreOf({ TN, FP, FN, TP }, name),
            13,
          );
      }),
    );
  });

  test("counts need not be integers and only their proportions matter", () => {
    for (const name of scoreNames)
      expect(scoreOf({ TN: 0.5, FP: 0.1, FN: 0.05, TP: 0.35 }, name)).toBeCloseTo(scoreOf(counts, name), 12);
  });

  test("refuse bad counts, an unknown name and a negative beta", () => {
    expect(() => scoreOf({ ...counts, FP: -1 }, "mcc")).toThrow(
      new RangeError("FP: expected a finite count >= 0, got -1"),
    );
    expect(() => scoreOf({ ...counts, TN: Number.NaN }, "mcc")).toThrow(/^TN: .*got NaN$/);
    expect(() => scoreOf({ TN: 0, FP: 0, FN: 0, TP: 0 }, "accuracy")).toThrow(
      /^counts: expected at least one row/,
    );
    expect(() => scoreOf(counts, "fbeta", { beta: -1 })).toThrow(
      new RangeError("beta: expected a finite number >= 0, got -1"),
    );
    const unknown: string = "f9";
    // @ts-expect-error a name that is not in the list does not compile either
    expect(() => scoreOf(counts, unknown)).toThrow(/^name: expected one of accuracy, .*, got "f9"$/);
    expect(() => scoreOf([[1, 2], [3]], "accuracy")).toThrow(/^matrix: expected 2 columns/);
  });
});

describe("scores of several classes", () => {
  test("as worked out by hand on 16 rows", () => {
    expect(scoreOf(three, "accuracy")).toBe(12 / 16);
    expect(scoreOf(three, "balanced-accuracy")).toBeCloseTo((5 / 6 + 3 / 4 + 4 / 6) / 3, 14);
    expect(scoreOf(three, "gmean")).toBeCloseTo(Math.cbrt((5 / 6) * (3 / 4) * (4 / 6)), 14);
    // F1 of a class = 2 TP / (true + predicted)
    expect(scoreOf(three, "fbeta")).toBeCloseTo((10 / 13 + 6 / 8 + 8 / 11) / 3, 14);
    expect(scoreOf(three, "precision")).toBeCloseTo((5 / 7 + 3 / 4 + 4 / 5) / 3, 14);
    // sum of true * predicted = 6*7 + 4*4 + 6*5 = 88
    expect(scoreOf(three, "kappa")).toBeCloseTo((12 * 16 - 88) / (256 - 88), 14);
    expect(scoreOf(three, "mcc")).toBeCloseTo(
      (12 * 16 - 88) / Math.sqrt((256 - 36 - 16 - 36) * (256 - 49 - 16 - 25)),
      14,
    );
  });

  test("Gorodkin's coefficient is the correlation of the one-hot labels", () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const covariance = (a: number[], b: number[]): number => {
          let sum = 0;
          for (let k = 0; k < 4; k++) {
            const x = a.map((v) => (v === k ? 1 : 0));
            const y = b.map((v) => (v === k ? 1 : 0));
            const meanX = x.reduce<number>((p, q) => p + q, 0) / x.length;
            const meanY = y.reduce<number>((p, q) => p + q, 0) / y.length;
            for (let i = 0; i < x.length; i++) sum += (x[i]! - meanX) * (y[i]! - meanY);
          }
          return sum;
        };
        const yTrue = rows.map(([y]) => y);
        const yPred = rows.map(([, p]) => p);
        const spread = covariance(yTrue, yTrue) * covariance(yPred, yPred);
        const expected = spread < 1e-12 ? 0 : covariance(yTrue, yPred) / Math.sqrt(spread);
        expect(scoreOf(confusionMatrix(yTrue, yPred, 4), "mcc")).toBeCloseTo(expected, 10);
      }),
    );
  });

  test("a class that never occurs does not change them", () => {
    const padded = [...three.map((row) => [...row, 0]), [0, 0, 0, 0]];
    for (const name of scoreNames) {
      // Specificity, NPV and TSS of a class against the rest depend only on the rows, so the mean stays too.
      expect(scoreOf(padded, name), name).toBeCloseTo(scoreOf(three, name), 14);
    }
  });

  test("a class that is only predicted counts in macro F but not in balanced accuracy", () => {
    const onlyPredicted = confusionMatrix([0, 0, 1, 1], [0, 2, 1, 1], 3);
    expect(scoreOf(onlyPredicted, "fbeta")).toBeCloseTo((2 / 3 + 1 + 0) / 3, 14);
    expect(scoreOf(onlyPredicted, "balanced-accuracy")).toBeCloseTo(0.75, 14);
  });

  test("renaming the classes changes nothing", () => {
    const renamed = [2, 0, 1].map((i) => [2, 0, 1].map((j) => three[i]![j]!));
    for (const name of scoreNames) expect(scoreOf(renamed, name), name).toBeCloseTo(scoreOf(three, name), 14);
  });
});

describe("accuracy", () => {
  test("is the share of equal labels", () => {
    expect(accuracy([0, 1, 2, 2], [0, 1, 1, 2])).toBe(0.75);
    expect(accuracy(Int32Array.of(1), Uint8Array.of(1))).toBe(1);
  });

  test("refuses labels that are not integers >= 0 and different lengths", () => {
    expect(() => accuracy([0, 1.5], [0, 1])).toThrow(RangeError);
    expect(() => accuracy([0], [-1])).toThrow(RangeError);
    expect(() => accuracy([0], [0, 1])).toThrow(/^yPred: expected 1 values, as many as yTrue, got 2$/);
  });
});

test("takes the square of the classes, not their cube", { timeout: 10_000 }, () => {
  const classes = 1000;
  const matrix = Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes }, (_, j) => ((i * j) % 7 === 0 ? 1 : 0)),
  );
  for (const name of ["fbeta", "jaccard", "tss", "npv"] as const)
    expect(scoreOf(matrix, name)).toBeGreaterThan(-1);
});

describe("scores without one row", () => {
  test("are those of the matrix with one row less in a cell, to the bit", () => {
    const cell = fc.oneof(fc.constant(0), fc.nat({ max: 40 }));
    const matrix = fc
      .integer({ min: 2, max: 6 })
      .chain((k) => fc.array(fc.array(cell, { minLength: k, maxLength: k }), { minLength: k, maxLength: k }))
      .filter((rows) => rows.flat().reduce((a, b) => a + b, 0) >= 2);
    fc.assert(
      fc.property(matrix, fc.constantFrom("mcc", "gmean"), (counts, name) => {
        const found = scoresWithoutOne(counts, name);
        for (const [y, row] of counts.entries())
          for (const [yhat, count] of row.entries()) {
            const less = counts.map((other, k) => (k === y ? other.with(yhat, count - 1) : other));
            expect(found[y][yhat]).toBe(count === 0 ? null : scoreOf(less, name));
          }
      }),
    );
  });

  test("are refused for a single row", () => {
    expect(() =>
      scoresWithoutOne(
        [
          [1, 0],
          [0, 0],
        ],
        "mcc",
      ),
    ).toThrow("counts: expected at least two rows, got 1");
  });
});
