import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invert, largestSingularValue, leftSingularVectors } from "./linear-algebra.ts";
import { fill, type Matrix, matrixSpace, transpose } from "./matrix-space.ts";
import { difference, uniform } from "./naive.fixture.ts";

const square = (n: number, numbers: Float64Array) => ({
  rows: n,
  stride: n,
  data: new Float64Array(numbers),
});

/** Row by column. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) c[i * n + j] += a[i * k + p] * b[p * n + j];
  return c;
}
const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));

describe("matrixSpace", () => {
  const dimension = fc.integer({ min: 1, max: 23 });

  it.each(["float64", "float32"] as const)("multiplies matrices of any shape in %s", (precision) => {
    const property = fc.property(dimension, dimension, dimension, fc.nat(), (m, k, n, seed) => {
      // @ts-expect-error: one overload or the other
      const space = matrixSpace(precision);
      const shapes = { a: [m, k], aT: [k, m], b: [k, n], c: [m, n] } as const;
      const { a, aT, b, c } = space.plan(shapes) as Record<keyof typeof shapes, Matrix>;
      // What is beyond the rows and columns must not matter.
      for (const matrix of [a, aT, b, c]) matrix.data.fill(Number.NaN);
      const [x, y] = [uniform(m * k, seed), uniform(k * n, seed + 1)];
      fill(a, x);
      fill(b, y);
      transpose(a, aT);
      const read = (): number[] =>
        Array.from({ length: m * n }, (_, at) => c.data[Math.floor(at / n) * c.stride + (at % n)]);
      const expected = product(x, y, m, k, n);
      const tolerance = precision === "float64" ? 1e-13 : 1e-5;
      space.multiply(a, b, c);
      expect(difference(read(), expected)).toBeLessThan(tolerance);
      space.multiply(aT, b, c, { transpose: true, scale: -3, add: true });
      expect(
        difference(
          read(),
          expected.map((v) => -2 * v),
        ),
      ).toBeLessThan(4 * tolerance);
    });
    fc.assert(property, { numRuns: 50 });
  });

  it("keeps the numbers of matrices that keep their place when there is need of more memory", () => {
    const space = matrixSpace("float64");
    const { a } = space.plan({ a: [3, 3], b: [1, 1] });
    fill(a, Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    const later = space.plan({ a: [3, 3], b: [2000, 100] });
    expect([...later.a.data.subarray(0, 3), later.a.data[2 * later.a.stride + 2]]).toEqual([1, 2, 3, 9]);
  });

  it("refuses more than a memory can hold", () => {
    expect(() => matrixSpace("float64").plan({ a: [1e6, 1e4] })).toThrow("matrices: expected at most");
  });
});

describe("invert", () => {
  it("gives the inverse of random matrices, whatever rows must be swapped", () => {
    const property = fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (n, seed) => {
      const numbers = uniform(n * n, seed);
      // A pivot that is 0.
      if (n > 1) numbers[0] = 0;
      const matrix = square(n, numbers);
      const pivot = invert(matrix);
      fc.pre(pivot > 1e-3);
      expect(difference(product(numbers, matrix.data, n, n, n), identity(n))).toBeLessThan(1e-9);
    });
    fc.assert(property, { numRuns: 50 });
  });

  it("tells how small the pivots get, 0 for a singular matrix", () => {
    expect(invert(square(2, Float64Array.of(2, 0, 0, 1)))).toBe(0.5);
    expect(invert(square(2, Float64Array.of(1, 2, 2, 4)))).toBe(0);
    expect(invert(square(1, Float64Array.of(0)))).toBeNaN();
  });
});

describe("singular values", () => {
  it("are those of the matrix: vectors are orthonormal and carry it to orthogonal rows of these lengths", () => {
    const property = fc.property(fc.integer({ min: 1, max: 15 }), fc.nat(), (n, seed) => {
      const numbers = uniform(n * n, seed);
      const { values, vectors } = leftSingularVectors(square(n, numbers));
      const transposed = Float64Array.from(
        { length: n * n },
        (_, at) => vectors[(at % n) * n + Math.floor(at / n)],
      );
      expect(difference(product(vectors, transposed, n, n, n), identity(n))).toBeLessThan(1e-12);
      const rows = product(vectors, numbers, n, n, n);
      const flipped = Float64Array.from(
        { length: n * n },
        (_, at) => rows[(at % n) * n + Math.floor(at / n)],
      );
      const expected = Float64Array.from({ length: n * n }, (_, at) =>
        at % (n + 1) === 0 ? values[at / (n + 1)] ** 2 : 0,
      );
      expect(difference(product(rows, flipped, n, n, n), expected)).toBeLessThan(1e-11);
      const largest = Math.max(...values);
      // A start that happens to be almost orthogonal to the first vector ends at a later value: seldom, and never far off.
      expect(largestSingularValue(square(n, numbers), 2000) / largest).toBeGreaterThan(0.8);
      expect(largestSingularValue(square(n, numbers)) / largest).toBeLessThan(1 + 1e-9);
    });
    fc.assert(property, { numRuns: 50 });
  });

  it("are told within a thousandth by power iteration for nearly all matrices", () => {
    const ratios = Array.from({ length: 400 }, (_, seed) => {
      const n = 1 + (seed % 15);
      const matrix = square(n, uniform(n * n, seed));
      return largestSingularValue(matrix, 2000) / Math.max(...leftSingularVectors(matrix).values);
    });
    expect(ratios.filter((ratio) => ratio < 0.999).length).toBeLessThanOrEqual(2);
  });

  it("of the zero matrix are 0", () => {
    expect(largestSingularValue(square(3, new Float64Array(9)))).toBe(0);
    expect([...leftSingularVectors(square(3, new Float64Array(9))).values]).toEqual([0, 0, 0]);
  });
});
