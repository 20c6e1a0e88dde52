import { normal, randomSource } from "minimand/engine";
import { inner } from "../../online/vectors.ts";
import { type CsrMatrix, csrMatrix } from "./csr.ts";
import type { PoissonOperator } from "./poisson.ts";

/** Numbers from N(0, 1). */
export function normals(size: number, seed = 1): Float64Array {
  const next = randomSource(seed);
  return Float64Array.from({ length: size }, () => normal(next));
}

/** A dense symmetric matrix, row by row, as one of compressed rows without its zeros. */
export function matrixOf(rows: readonly (readonly number[])[]): CsrMatrix {
  const entries = rows.flatMap((values, row) => values.map((value, column) => ({ row, column, value })));
  const stored = entries.filter(({ value }) => value !== 0);
  return csrMatrix({
    rows: rows.length,
    columns: rows.length,
    row: stored.map(({ row }) => row),
    column: stored.map(({ column }) => column),
    value: stored.map(({ value }) => value),
  });
}

/** `Q diag(values) Q'` of a drawn reflection product Q, as a function. */
export function withEigenvalues(values: readonly number[], seed = 1): (v: Float64Array) => Float64Array {
  const mirrors = [1, 2, 3].map((k) => {
    const u = normals(values.length, seed * 10 + k);
    const size = Math.sqrt(inner(u, u));
    return u.map((each) => each / size);
  });
  const reflect = (v: Float64Array, u: Float64Array): Float64Array => {
    const along = 2 * inner(u, v);
    return v.map((each, i) => each - along * u[i]);
  };
  return (v) => {
    const turned = mirrors.reduce(reflect, v).map((each, i) => each * values[i]);
    return mirrors.toReversed().reduce(reflect, turned);
  };
}

/** `||b - A x|| / ||b||` */
export function relativeResidual(
  matvec: (v: Float64Array) => Float64Array,
  x: Float64Array,
  b: ArrayLike<number>,
): number {
  const left = matvec(x).map((value, i) => b[i] - value);
  return Math.sqrt(inner(left, left) / inner(b, b));
}

/** A disc of solid cells, as in the sheet of the reproduction. */
export function disc(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, cell) => {
    const [y, x] = [(Math.floor(cell / size) + 0.5) / size, ((cell % size) + 0.5) / size];
    return (x - 0.5) ** 2 + (y - 0.55) ** 2 < 0.02 ? 1 : 0;
  });
}

/** Drawn numbers for which the equation of an operator has a solution: 0 on solid cells, of mean 0 where nothing is fixed. */
export function rightHandSide(A: PoissonOperator, seed = 1): Float64Array {
  return A.matvec(normals(A.size, seed)).slice();
}
