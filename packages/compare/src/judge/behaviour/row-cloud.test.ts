import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitsOf, rowCloud } from "./row-cloud.ts";

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe("rowCloud", () => {
  it("keeps every row in some dot, and the means of both coordinates", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 300 }), (rows) => {
        const [x, y] = [0, 1].map((k) => Float64Array.from(rows, (row) => row[k]));
        const all = (values: Float64Array) => [Math.min(...values), Math.max(...values)] as const;
        const cloud = rowCloud(x, y, { x: all(x), y: all(y) });
        expect(cloud.beyond).toBe(0);
        expect(sum(cloud.count)).toBe(rows.length);
        expect(sum(cloud.x.map((v, i) => v * cloud.count[i]))).toBeCloseTo(sum(x), 0);
        expect(sum(cloud.y.map((v, i) => v * cloud.count[i]))).toBeCloseTo(sum(y), 0);
      }),
    );
  });

  it("puts near rows together and leaves far ones alone", () => {
    const x = Float64Array.of(0, 0.01, 10);
    expect(rowCloud(x, x, { x: [0, 10], y: [0, 10] })).toEqual({
      x: [0.005, 10],
      y: [0.005, 10],
      count: [2, 1],
      beyond: 0,
    });
  });

  it("takes what lies outside to the edge, and counts it", () => {
    const cloud = rowCloud(Float64Array.of(1, 50), Float64Array.of(2, 2), { x: [0, 10], y: [0, 10] });
    expect(cloud).toEqual({ x: [1, 10], y: [2, 2], count: [1, 1], beyond: 1 });
  });
});

describe("limitsOf", () => {
  it("is the whole range where nothing is far, and isn't flattened by one value that is", () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => i / 199);
    expect(limitsOf(values)).toEqual([0, 1]);
    const [low, high] = limitsOf(values.with(100, 1e6));
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThan(2.1);
  });
});
