import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { residualOf, type SparseRows, sparseRows, times, transposed } from "./sparse-rows.ts";
import { besideDiagonal, sweepBackwards, sweepForwards } from "./sweeps.ts";
import { normals } from "./systems.fixture.ts";

const size = 12;
/** Drawn entries, about four a row and none in some; each kept where `at` says so. */
const drawn = (seed: number, at: (i: number, j: number) => boolean): SparseRows => {
  const values = normals(size * size, seed);
  const places = Array.from({ length: size * size }, (_, k) => k).filter((k) => {
    const [i, j] = [Math.floor(k / size), k % size];
    return i !== 5 && Math.abs(values[k]) > 0.9 && at(i, j);
  });
  return sparseRows({
    rows: size,
    columns: size,
    row: places.map((k) => Math.floor(k / size)),
    column: places.map((k) => k % size),
    value: places.map((k) => values[k]),
  });
};
const entry = ({ pointers, indices, values }: SparseRows, i: number, j: number): number => {
  const at = indices.subarray(pointers[i], pointers[i + 1]).indexOf(j);
  return at < 0 ? 0 : values[pointers[i] + at];
};
const seeds = fc.integer({ min: 1, max: 500 });
const expectClose = (found: Float64Array, expected: ArrayLike<number>): void => {
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 9);
};
/** `x_i = b_i - sum_j n_ij x_j` for these unknowns, one after another. */
function swept(N: SparseRows, b: Float64Array, x: Float64Array, order: readonly number[]): number[] {
  const next = [...x];
  for (const i of order) next[i] = b[i] - next.reduce((sum, value, j) => sum + entry(N, i, j) * value, 0);
  return next;
}
const upwards = Array.from({ length: size }, (_, i) => i);

describe("products of sparse rows", () => {
  it("are those of all entries, with empty rows and without any entry, transposed, too", () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, isEmpty) => {
        const S = drawn(seed, () => !isEmpty);
        const [v, b] = [normals(size, seed + 1), normals(size, seed + 2)];
        const dense = upwards.map((i) => upwards.reduce((sum, j) => sum + entry(S, i, j) * v[j], 0));
        expectClose(times(S, v, new Float64Array(size).fill(9)), dense);
        const r = new Float64Array(size).fill(9);
        residualOf(S, v, b, r);
        expectClose(
          r,
          dense.map((value, i) => b[i] - value),
        );
        for (const i of upwards)
          for (const j of upwards) expect(entry(transposed(S), j, i)).toBe(entry(S, i, j));
      }),
    );
  });
});

describe("sweeps", () => {
  it("go over the unknowns in their order, forwards and backwards", () => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, isEmpty) => {
        const N = besideDiagonal(
          drawn(seed, () => !isEmpty),
          new Float64Array(size).fill(0.3),
        );
        for (const i of upwards) expect(entry(N, i, i)).toBe(0);
        const [b, start] = [normals(size, seed + 1), normals(size, seed + 2)];
        const [x, y] = [start.slice(), start.slice()];
        sweepForwards(N, b, x);
        expectClose(x, swept(N, b, start, upwards));
        sweepBackwards(N, b, y);
        expectClose(y, swept(N, b, start, upwards.toReversed()));
      }),
    );
  });

  it("solve where the entries are a triangle, whatever stood there before", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const b = normals(size, seed + 1);
        const x = normals(size, seed + 2);
        const lower = drawn(seed, (i, j) => j < i);
        sweepForwards(lower, b, x);
        expectClose(
          times(lower, x, new Float64Array(size)).map((value, i) => value + x[i]),
          b,
        );
        const upper = transposed(lower);
        const y = b.slice();
        sweepBackwards(upper, y, y);
        expectClose(
          times(upper, y, new Float64Array(size)).map((value, i) => value + y[i]),
          b,
        );
      }),
    );
  });
});
