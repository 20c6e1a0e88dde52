import { symmetricEigen } from "minimand/internals";
import { expect, it } from "vitest";
import { ista, lipschitzConstant, type Matrix, tista } from "./index.ts";
import { randomMatrix } from "./peers.fixture.ts";
import { pseudoInverse } from "./system.ts";

const times = (A: Matrix, B: Matrix): number[] => {
  const [rows, inner] = A.shape;
  const columns = B.shape[1];
  return Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += A.data[i * inner + k] * B.data[k * columns + j];
    return sum;
  });
};

const transposed = (A: Matrix): Matrix => {
  const [rows, columns] = A.shape;
  return {
    shape: [columns, rows],
    data: Float64Array.from(
      { length: rows * columns },
      (_, at) => A.data[(at % rows) * columns + Math.floor(at / rows)],
    ),
  };
};

it.each([1, 2, 3])(
  "the Lipschitz constant is the largest eigenvalue of A^T A within a millionth (matrix %d)",
  (seed) => {
    const A = randomMatrix(12, 30, seed, "f64");
    const { values } = symmetricEigen(times(A, transposed(A)), 12);
    const L = lipschitzConstant(A);
    expect(Math.abs(L / Math.max(...values) - 1)).toBeLessThan(1e-6);
    const scaled = { ...A, data: A.data.map((v) => 3 * v) } as Matrix;
    expect(lipschitzConstant(scaled) / L).toBeCloseTo(9, 6);
  },
);

it("the Lipschitz constant of zeros is 0, and of equal eigenvalues their value", () => {
  expect(lipschitzConstant({ shape: [2, 2], data: new Float64Array(4) })).toBe(0);
  expect(lipschitzConstant({ shape: [2, 2], data: Float64Array.of(2, 0, 0, 2) })).toBeCloseTo(4, 10);
});

it("the pseudoinverse is a right inverse, in the row space", () => {
  const A = randomMatrix(8, 15, 4, "f64");
  const W = pseudoInverse(A);
  times(A, W).forEach((value, at) => {
    expect(value).toBeCloseTo(at % 9 === 0 ? 1 : 0, 10);
  });
  const projection: Matrix = { shape: [15, 15], data: Float64Array.from(times(W, A)) };
  times(projection, projection).forEach((value, at) => {
    expect(value).toBeCloseTo(projection.data[at], 10);
  });
});

it.each<[unknown, string]>([
  [
    [[1, 2]],
    "A: expected a matrix { shape: [rows, columns], data } of a Float32Array or Float64Array, got an array of length 1",
  ],
  [{ shape: [2], data: new Float32Array(2) }, "A.shape: expected [rows, columns], got an array of length 1"],
  [{ shape: [2, 2], data: new Float32Array(3) }, "A.data: expected 4 numbers, got Float32Array(3)"],
  [{ shape: [1, 2], data: Float32Array.of(1, Number.NaN) }, "A.data[1]: expected a finite number, got NaN"],
])("refuses what is no matrix: %#", (A, message) => {
  expect(() => lipschitzConstant(A as Matrix)).toThrow(message);
  expect(() => ista(A as Matrix, { lambda: 1 })).toThrow(message);
});

it("refuses a matrix of zeros, which has no step size, and rows that depend on each other", () => {
  expect(() => ista({ shape: [1, 2], data: new Float32Array(2) }, { lambda: 1 })).toThrow(
    "A: expected a matrix with an entry that is not 0, got 0",
  );
  const twice = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 2, 4, 6) };
  expect(() => tista(twice, { probability: 0.1, noiseVariance: 0 })).toThrow(
    "A: expected linearly independent rows",
  );
});
