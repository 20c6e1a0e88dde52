import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/index.ts";
import { bagMeans, bagMeansOfTotals, bagProportions, debiasedLabels, makeBags } from "./index.ts";

describe("makeBags", () => {
  it("makes bags of at least the size, and of at most one more than the others", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        (rows, size, seed) => {
          if (size > rows) return;
          const by = Array.from({ length: rows }, (_, i) => (i * 7) % 5);
          for (const ids of [
            makeBags(rows, size, { seed }),
            makeBags(rows, size, { strategy: "sorted", by }),
            makeBags(rows, size, { strategy: "cluster", x: by, seed }),
          ]) {
            const sizes = bagSizes(ids);
            expect(sizes.length).toBe(Math.floor(rows / size));
            expect(Math.min(...sizes)).toBeGreaterThanOrEqual(size);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("puts neighbours together by order or by distance", () => {
    expect([...makeBags(4, 2, { strategy: "sorted", by: [10, 3, 11, 4] })]).toEqual([1, 0, 1, 0]);
    const ids = makeBags(6, 2, { strategy: "cluster", x: [0, 0, 9, 9, 0, 1, 5, 5, 9, 8, 5, 4], seed: 3 });
    expect([ids[0] === ids[2], ids[1] === ids[4], ids[3] === ids[5]]).toEqual([true, true, true]);
  });

  it("gives the same bags for the same seed, and others for another", () => {
    const ids = makeBags(50, 5, { seed: 1 });
    expect(makeBags(50, 5, { seed: 1 })).toEqual(ids);
    expect(makeBags(50, 5, { seed: 2 })).not.toEqual(ids);
  });

  it("refuses sizes that can't be", () => {
    expect(() => makeBags(3, 4, { seed: 1 })).toThrow(/^size: expected an integer >= 1 and <= 3, got 4$/);
    expect(() => makeBags(3, 0, { seed: 1 })).toThrow(/^size: /);
    expect(() => makeBags(3, 1, { strategy: "sorted", by: [1, 2] })).toThrow(/^by: expected 3 numbers/);
    expect(() => makeBags(2, 1, { strategy: "sorted", by: [1, Number.NaN] })).toThrow(
      /^by, entry 1: .* NaN$/,
    );
    expect(() => makeBags(2, 1, { strategy: "cluster", x: [1, 2, 3], seed: 1 })).toThrow(
      /^x: expected a multiple of 2/,
    );
    expect(() => makeBags(2, 1, { strategy: "near" as never, seed: 1 })).toThrow(
      /^strategy: expected one of/,
    );
  });
});

describe("means of bags", () => {
  it("average numbers, classes and totals", () => {
    expect([...bagMeans([1, 3, 5], [0, 0, 1])]).toEqual([2, 5]);
    expect([...bagProportions([0, 1, 1], [0, 0, 1], 2)]).toEqual([0.5, 0.5, 0, 1]);
    expect([...bagMeansOfTotals([3, 0], [0, 0, 0, 1])]).toEqual([1, 0]);
  });

  it("refuse bad bags, naming the empty one, and bad responses", () => {
    expect(() => bagMeans([1, 2], [0, 2])).toThrow(/^bagIds, row 1: expected a bag from 0 to 1, got 2$/);
    expect(() => bagMeans([1, 2, 3], [0, 2, 2])).toThrow(
      /^bagIds: expected at least one row in every bag, got "none in bag 1"$/,
    );
    expect(() => bagMeans([1], [0.5])).toThrow(/^bagIds, row 0: /);
    expect(() => bagMeans([], [])).toThrow(/^bagIds: expected at least one row/);
    expect(() => bagMeans([1, Number.NaN], [0, 0])).toThrow(
      /^y, entry 1: expected a finite number, got NaN$/,
    );
    expect(() => bagMeans([1], [0, 0])).toThrow(/^y: expected 2 numbers/);
    expect(() => bagProportions([2], [0], 2)).toThrow(
      /^labels, row 0: expected class ids from 0 to 1, got 2$/,
    );
    expect(() => bagMeansOfTotals([1], [0, 1])).toThrow(/^totals: expected 2 numbers/);
  });
});

describe("debiasedLabels", () => {
  it("has the true label as its mean over random bags", () => {
    const rows = 12;
    const next = randomSource(5);
    const y = Array.from({ length: rows }, () => Number(next() < 0.4));
    const mean = y.reduce((a, b) => a + b) / rows;
    const draws = 4000;
    const sums = new Float64Array(rows);
    for (let seed = 0; seed < draws; seed++) {
      const ids = makeBags(rows, 3, { seed });
      const labels = debiasedLabels(bagMeans(y, ids), ids, { mean });
      for (let i = 0; i < rows; i++) sums[i] += labels[i] / draws;
    }
    // The others of a bag average (12 mean - y_i) / 11, not the mean of all: exact up to 2 (mean - y_i) / 11.
    y.forEach((label, i) => {
      expect(Math.abs(sums[i] - label - (2 * (mean - label)) / 11)).toBeLessThan(0.05);
    });
    expect([...debiasedLabels([0.5, 0], [0, 0, 1, 1])]).toEqual([0.75, 0.75, -0.25, -0.25]);
  });

  it("gives the squared and the logistic loss their gradient in the mean, up to the same", () => {
    const ids = makeBags(4, 1, { seed: 2 });
    const y = [0.2, 1, 0, 0.4];
    expect([...debiasedLabels(bagMeans(y, ids), ids)]).toEqual(y);
    expect(() => debiasedLabels([1], [0, 1])).toThrow(/^means: expected 2 numbers/);
  });
});
