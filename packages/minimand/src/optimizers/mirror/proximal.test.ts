import { jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupL2, proxGroupL2, proxL1 } from "./proximal.ts";

const matrix = fc.array(
  fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
  {
    minLength: 2,
    maxLength: 4,
  },
);
const norm = (row: readonly number[]): number => Math.hypot(...row);

describe("soft thresholding", () => {
  it("shrinks each entry by exactly the threshold, or to 0", () => {
    fc.assert(
      fc.property(matrix, fc.double({ min: 0, max: 3, noNaN: true }), (rows, t) => {
        const values = rows.flat().map(Math.fround);
        const found = proxL1(np.array(values), t).js() as number[];
        values.forEach((v, i) => {
          expect(found[i]).toBeCloseTo(Math.sign(v) * Math.max(Math.abs(v) - t, 0), 5);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("takes a traced threshold", () => {
    const run = jit(((x: np.Array, t: np.Array) => proxL1(x, t)) as never) as unknown as (
      x: np.Array,
      t: number,
    ) => np.Array;
    expect(run(np.array([1, -3]), 2).js()).toEqual([0, -1]);
  });
});

describe("block soft thresholding", () => {
  it("gives zero exactly where a norm is at most the threshold, and shortens the others by it", () => {
    fc.assert(
      fc.property(matrix, fc.double({ min: 0, max: 6, noNaN: true }), (rows, t) => {
        const found = proxGroupL2(np.array(rows), t).js() as number[][];
        rows.forEach((row, g) => {
          const n = norm(row);
          if (n < t - 1e-4) expect(norm(found[g])).toBe(0);
          else expect(norm(found[g])).toBeCloseTo(Math.max(n - t, 0), 4);
        });
        const columns = proxGroupL2(np.array(rows).transpose(), t, -1).transpose().js() as number[][];
        columns.forEach((row, g) => {
          row.forEach((v, k) => {
            expect(v).toBeCloseTo(found[g][k], 5);
          });
        });
      }),
      { numRuns: 30 },
    );
  });

  it("takes away whole groups whose squares leave float32", () => {
    const rows = np.array([
      [1e-25, 1e-25],
      [1e-40, 0],
      [1e-19, 0],
      [3, 4],
    ]);
    const found = proxGroupL2(rows.ref, 0.5).js() as number[][];
    expect(found.slice(0, 3)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(found[3][0]).toBeCloseTo(2.7, 5);
    expect(groupL2(rows).item()).toBeCloseTo(5, 6);
  });

  it("leaves groups of zeros at zero, without NaN, and has the norms as its penalty", () => {
    expect(
      proxGroupL2(
        np.array([
          [0, 0],
          [3, 4],
        ]),
        0,
      ).js(),
    ).toEqual([
      [0, 0],
      [3, 4],
    ]);
    expect(
      groupL2(
        np.array([
          [0, 0],
          [3, 4],
        ]),
      ).item(),
    ).toBe(5);
    expect(groupL2(np.array([3, -4])).item()).toBe(7);
  });

  it("refuses negative thresholds and axes that aren't there", () => {
    expect(() => proxL1(np.array([1]), -1)).toThrow(/^threshold: expected a finite number >= 0, got -1$/);
    expect(() => proxGroupL2(np.array([1]), Number.NaN)).toThrow(RangeError);
    expect(() => proxGroupL2(np.array([[1]]), 1, 2)).toThrow(/^axis: expected an axis of an array of rank 2/);
  });
});
