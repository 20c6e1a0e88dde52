import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cholesky, invertPositive, solveFactored, times } from "./cholesky.ts";
import { randomSource } from "./random.ts";

/** `B B^T` of a random `[n, rank]` matrix. */
function product(n: number, rank: number, seed: number): Float64Array {
  const next = randomSource(seed);
  const b = Array.from({ length: n }, () => Array.from({ length: rank }, () => 2 * next() - 1));
  return Float64Array.from({ length: n * n }, (_, at) =>
    b[Math.floor(at / n)].reduce((sum, value, k) => sum + value * b[at % n][k], 0),
  );
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 1e6 }));
const close = (found: ArrayLike<number>, expected: ArrayLike<number>): void =>
  Array.from(expected).forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 7);
  });

describe("cholesky", () => {
  it("solves A + shift I, and leaves the matrix alone", () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(0.5, 3), ([n, seed], shift) => {
        const a = product(n, n, seed);
        const before = a.slice();
        const b = Float64Array.from({ length: n }, (_, i) => i - 1.5);
        const x = solveFactored(cholesky(a, n, { shift })!, n, b);
        close(
          times(a, n, x).map((value, i) => value + shift * x[i]),
          b,
        );
        expect(a).toEqual(before);
      }),
    );
  });

  it("is null where a pivot is not above 0, or not above its share of the diagonal", () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(cholesky(Float64Array.of(1, 0, 0, Number.NaN), 2)).toBeNull();
    const near = Float64Array.of(4, 4, 4, 4 + 1e-8);
    expect(cholesky(near, 2)).not.toBeNull();
    expect(cholesky(near, 2, { share: 1e-9 })).not.toBeNull();
    expect(cholesky(near, 2, { share: 1e-8 })).toBeNull();
  });

  it("makes columns of zeros for small pivots when asked, and still solves what has a solution", () => {
    fc.assert(
      fc.property(sizes, ([n, seed]) => {
        const a = product(n + 1, n, seed);
        const x = Float64Array.from({ length: n + 1 }, (_, i) => i + 1);
        const b = times(a, n + 1, x);
        const l = a.slice();
        expect(cholesky(l, n + 1, { zeroUpTo: 1e-10, into: l })).toBe(l);
        expect(l[(n + 1) ** 2 - 1]).toBe(0);
        const found = solveFactored(l, n + 1, b);
        expect(found[n]).toBe(0);
        times(a, n + 1, found).forEach((value, i) => {
          expect(value).toBeCloseTo(b[i], 4);
        });
      }),
      // Of random matrices few are so ill-conditioned that the last pivot isn't the smallest by far.
      { seed: 1, numRuns: 60 },
    );
  });
});

describe("invertPositive", () => {
  it("inverts in place, and returns false where there is no factor", () => {
    fc.assert(
      fc.property(sizes, ([n, seed]) => {
        const a = product(n, n, seed).map((value, at) => value + Number(at % (n + 1) === 0));
        const inverse = a.slice();
        expect(invertPositive(inverse, n)).toBe(true);
        for (let j = 0; j < n; j++)
          close(
            times(a, n, inverse.subarray(j * n, (j + 1) * n)),
            Array.from({ length: n }, (_, i) => Number(i === j)),
          );
      }),
    );
    expect(invertPositive(Float64Array.of(0, 0, 0, 1), 2)).toBe(false);
  });
});
