import { describe, expect, it } from "vitest";
import { type CsrMatrix, csrMatrix } from "./csr.ts";
import { tripleProduct } from "./multigrid/sparse-product.ts";
import { transposed } from "./sparse-rows.ts";
import { matrixOf } from "./systems.fixture.ts";

const square = { rows: 2, columns: 2 };

describe("csrMatrix", () => {
  it("adds up entries at the same place, in any order", () => {
    const A = csrMatrix({ ...square, row: [1, 0, 1, 0, 1], column: [1, 1, 0, 0, 1], value: [2, 3, 3, 5, 4] });
    expect([...A.pointers, ...A.indices, ...A.values]).toEqual([0, 2, 4, 0, 1, 0, 1, 5, 3, 3, 6]);
    expect([...A.matvec(Float64Array.of(1, 2))]).toEqual([11, 15]);
  });

  it("leaves out zeros, also those that come of sums", () => {
    const A = csrMatrix({
      ...square,
      row: [0, 0, 1, 1, 0, 1],
      column: [0, 1, 0, 1, 1, 0],
      value: [2, 3, 3, 0, -3, -3],
    });
    expect([...A.pointers, ...A.indices, ...A.values]).toEqual([0, 1, 1, 0, 2]);
  });

  it("knows its null space where rows add up to zero, part by part", () => {
    const laplacian = matrixOf([
      [1, -1, 0, 0, 0],
      [-1, 1, 0, 0, 0],
      [0, 0, 2, -1, 0],
      [0, 0, -1, 1, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect([...laplacian.nullSpace!.labels]).toEqual([0, 0, -1, -1, 1]);
    expect(matrixOf([[1]]).nullSpace).toBeNull();
    // The sum of this row is out of range, and not zero.
    expect(
      csrMatrix({ ...square, row: [0, 0, 1], column: [0, 1, 0], value: [1e308, 1e308, 1e308] }).nullSpace,
    ).toBeNull();
  });

  it.each([
    [{ ...square, row: [0], column: [2], value: [1] }, "column[0]: expected an integer >= 0 and <= 1, got 2"],
    [
      { ...square, row: [0], column: [0], value: [Number.NaN] },
      "value[0]: expected a finite number, got NaN",
    ],
    [
      { ...square, row: [0, 1, 1], column: [0, 1, 1], value: [1, 1e308, 1e308] },
      "value: expected finite sums of the entries in row 1, column 1 (counted from 0), got Infinity",
    ],
    [{ ...square, row: [0, 1], column: [0], value: [1] }, "column: expected 2 numbers, one an entry, got 1"],
    [{ rows: 2, columns: 3, row: [], column: [], value: [] }, "columns: expected as many as rows, 2, got 3"],
    [
      { ...square, row: [0, 1], column: [1, 0], value: [1, 2] },
      "A: expected a symmetric matrix, got 1 in row 0, column 1 and 2 in row 1, column 0",
    ],
  ])("refuses %j", (entries, message) => {
    expect(() => csrMatrix(entries)).toThrow(message);
  });
});

describe("tripleProduct", () => {
  it("is the product, with rows of ascending columns", () => {
    const dense = ({
      rows,
      columns,
      pointers,
      indices,
      values,
    }: Pick<CsrMatrix, "rows" | "columns" | "pointers" | "indices" | "values">) =>
      Array.from({ length: rows }, (_, i) => {
        const row = new Array<number>(columns).fill(0);
        for (let at = pointers[i]; at < pointers[i + 1]; at++) row[indices[at]] += values[at];
        return row;
      });
    const A = matrixOf([
      [4, 1, 0],
      [1, 3, 2],
      [0, 2, 5],
    ]);
    const product = tripleProduct(A, A, A);
    expect(dense(product)).toEqual([
      [75, 42, 24],
      [42, 81, 108],
      [24, 108, 177],
    ]);
    const { pointers, indices } = product;
    for (let i = 0; i < 3; i++) {
      const row = [...indices.subarray(pointers[i], pointers[i + 1])];
      expect(row).toEqual(row.toSorted((a, b) => a - b));
    }
    expect(dense(transposed(product))).toEqual(dense(product));
  });
});
