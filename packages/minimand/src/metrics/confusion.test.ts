import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binaryCounts, confusionMatrix, oneVersusRest } from "./index.ts";

describe("confusion matrix", () => {
  test("counts true classes in rows and predicted classes in columns", () => {
    expect(confusionMatrix([0, 1, 1, 1], [0, 0, 1, 1], 2)).toEqual([
      [1, 0],
      [1, 2],
    ]);
    expect(confusionMatrix(Int32Array.of(2, 0, 1), Int32Array.of(0, 0, 1), 3)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });

  test("of two classes is [[TN, FP], [FN, TP]]", () => {
    expect(binaryCounts([0, 1, 1, 1], [0, 0, 1, 1])).toEqual({ TN: 1, FP: 0, FN: 1, TP: 2 });
    expect(binaryCounts([0, 0, 0, 1], [1, 1, 0, 1])).toEqual({ TN: 1, FP: 2, FN: 0, TP: 1 });
  });

  test("one class against the rest keeps the rows", () => {
    const matrix = [
      [5, 1, 0],
      [0, 3, 1],
      [2, 0, 4],
    ];
    expect(oneVersusRest(matrix, 2)).toEqual({ TN: 9, FP: 1, FN: 2, TP: 4 });
    expect(oneVersusRest(matrix, 0)).toEqual({ TN: 8, FP: 2, FN: 1, TP: 5 });
  });

  test("one class against the rest is the matrix of the merged labels", () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(pairs, fc.nat(3), (rows, k) => {
        const yTrue = rows.map(([y]) => y);
        const yPred = rows.map(([, p]) => p);
        const merged = binaryCounts(
          yTrue.map((y) => (y === k ? 1 : 0)),
          yPred.map((p) => (p === k ? 1 : 0)),
        );
        expect(oneVersusRest(confusionMatrix(yTrue, yPred, 4), k)).toEqual(merged);
      }),
    );
  });

  test("refuses labels that are not classes, naming the row", () => {
    expect(() => confusionMatrix([0, 2], [0, 1], 2)).toThrow(
      new RangeError("yTrue[1]: expected a class id from 0 to 1, got 2"),
    );
    expect(() => confusionMatrix([0, 1], [0, -1], 2)).toThrow(/^yPred\[1\]: .*got -1$/);
    expect(() => confusionMatrix([0, 1], [0.5, 1], 2)).toThrow(/^yPred\[0\]: .*got 0.5$/);
    expect(() => confusionMatrix([Number.NaN], [1], 2)).toThrow(/^yTrue\[0\]: .*got NaN$/);
    expect(() => oneVersusRest([[1]], 1)).toThrow(RangeError);
  });

  test("refuses different lengths, no rows and fewer than two classes", () => {
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(
      new RangeError("yPred: expected 2 values, as many as yTrue, got 1"),
    );
    expect(() => confusionMatrix([], [], 2)).toThrow(/^yTrue: expected at least one row/);
    expect(() => confusionMatrix([0], [0], 1)).toThrow(
      new RangeError("classes: expected an integer >= 2, got 1"),
    );
  });
});
