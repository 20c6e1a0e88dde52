import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smote, undersample } from "./resampling.ts";

const sizes = (labels: ArrayLike<number>): number[] => {
  const counts: number[] = [];
  for (const y of Array.from(labels)) counts[y] = (counts[y] ?? 0) + 1;
  return counts.filter((n) => n > 0);
};
const seeds = fc.integer({ min: -1e6, max: 1e6 });

describe("undersample", () => {
  it("keeps every class at the size of the smallest, each row at most once", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }), seeds, (labels, seed) => {
        const kept = undersample(labels, { seed });
        expect(new Set(kept).size).toBe(kept.length);
        const smallest = Math.min(...sizes(labels));
        expect(sizes(Array.from(kept, (i) => labels[i]))).toEqual(sizes(labels).map(() => smallest));
      }),
    );
  });

  it("chooses by the seed: the same one again, and every row of the large class sooner or later", () => {
    const labels = [0, 0, 0, 0, 0, 1];
    expect(undersample(labels, { seed: 3 })).toEqual(undersample(labels, { seed: 3 }));
    const chosen = new Set(Array.from({ length: 60 }, (_, seed) => undersample(labels, { seed })[0]));
    expect([...chosen].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("refuses no rows, labels that are no class ids and seeds that are no integers", () => {
    expect(() => undersample([], { seed: 1 })).toThrow("labels: expected at least one row");
    expect(() => undersample([0, -1], { seed: 1 })).toThrow("labels[1]: expected a class id >= 0, got -1");
    expect(() => undersample([0, 0.5], { seed: 1 })).toThrow(RangeError);
    expect(() => undersample([0, 1], { seed: 0.5 })).toThrow("seed: expected an integer, got 0.5");
  });
});

describe("smote", () => {
  it("fills all classes up to the largest and leaves the given rows as they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.float({ min: -5, max: 5, noNaN: true })), {
          minLength: 6,
          maxLength: 40,
        }),
        seeds,
        (rows, seed) => {
          // Two rows of each class, so that each of them can grow.
          const labels = [0, 0, 1, 1, 2, 2, ...rows.map(([y]) => y)];
          const x = Float64Array.from(labels, (y, i) => y * 100 + (rows[i % rows.length][1] as number));
          const grown = smote(x, labels, { seed });
          expect(grown.x.slice(0, x.length)).toEqual(x);
          expect([...grown.labels.slice(0, x.length)]).toEqual(labels);
          const largest = Math.max(...sizes(labels));
          expect(sizes(grown.labels)).toEqual([largest, largest, largest]);
          // A class's synthetic rows lie between its own rows.
          grown.labels.forEach((y, i) => {
            expect(Math.abs(grown.x[i] - 100 * y)).toBeLessThanOrEqual(5 + 1e-9);
          });
        },
      ),
    );
  });

  it("puts a new row on the line between a row and one of its nearest neighbours", () => {
    // Class 1: two distant pairs. With one neighbour no synthetic row may lie between the pairs.
    const x = new Float32Array([0, 0, 1, 1, 50, 0, 51, 1, ...new Array<number>(60).fill(9)]);
    const labels = [1, 1, 1, 1, ...new Array<number>(30).fill(0)];
    const grown = smote(x, labels, { seed: 5, neighbours: 1 });
    for (let i = labels.length; i < grown.labels.length; i++) {
      expect(grown.labels[i]).toBe(1);
      const [a, b] = [grown.x[2 * i], grown.x[2 * i + 1]];
      expect(Math.min(Math.abs(a - b), Math.abs(a - 50 - b))).toBeLessThan(1e-5);
      expect(b).toBeGreaterThanOrEqual(0);
      expect(b).toBeLessThanOrEqual(1);
    }
    expect(grown.x).toBeInstanceOf(Float32Array);
    expect(smote(x, labels, { seed: 5, neighbours: 1 })).toEqual(grown);
    expect(smote(x, labels, { seed: 6, neighbours: 1 }).x).not.toEqual(grown.x);
  });

  it("refuses a class that would grow from one row, ragged or non-finite features, and no neighbours", () => {
    const x = new Float32Array([1, 2, 3]);
    expect(() => smote(x, [0, 0, 1], { seed: 1 })).toThrow(
      "labels: expected at least 2 rows of a class that grows, got 1",
    );
    expect(() => smote(x, [0, 1], { seed: 1 })).toThrow(/x: expected a multiple of 2 numbers/);
    expect(() => smote(new Float32Array([1, Number.NaN]), [0, 1], { seed: 1 })).toThrow(
      "x[1]: expected a finite number, got NaN",
    );
    expect(() => smote(x, [0, 0, 1], { seed: 1, neighbours: 0 })).toThrow(/neighbours/);
  });
});
