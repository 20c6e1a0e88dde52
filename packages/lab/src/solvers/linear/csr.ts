import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import type { LinearOperator } from "./linear-operator.ts";
import { balancedParts, type NullSpace } from "./null-space.ts";
import { type Entries, type SparseRows, sparseRows, times, transposed } from "./sparse-rows.ts";

/** A symmetric sparse matrix in compressed rows, all entries of both halves stored. */
export interface CsrMatrix extends SparseRows, LinearOperator {
  readonly nullSpace: NullSpace | null;
}

/**
 * Returns a symmetric sparse matrix from its entries, in any order; those at the same place are added up, and zeros left out.
 *
 * It knows its null space where that is made of groups of unknowns whose rows add up to zero (a graph Laplacian, a Poisson equation
 * without a fixed value, an empty row).
 *
 * @param options `rows` and `columns` (the same number), and `row`, `column`, `value` of each entry; both halves
 * @returns a matrix that solvers take
 * @throws TypeError, RangeError for places outside, values or sums that aren't finite, a matrix that isn't square or isn't symmetric
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [2, -1, -1, 2] })
 * A.matvec(Float64Array.of(1, 0)) // [2, -1]
 * csrMatrix({ rows: 2, columns: 2, row: [0], column: [1], value: [3] }) // throws: A: expected a symmetric matrix, got 3 in row 0, column 1 and 0 in row 1, column 0 (counted from 0)
 */
export function csrMatrix(options: Entries): CsrMatrix {
  const { rows, columns, row, column, value } = readOptions("csrMatrix", options, {
    rows: { min: 1, integer: true },
    columns: true,
    row: true,
    column: true,
    value: true,
  });
  if (columns !== rows) throw rangeError("columns", `as many as rows, ${rows}`, columns);
  for (const [name, list] of Object.entries({ row, column, value })) {
    if (typeof list?.length !== "number") throw typeError(name, "a list of numbers", list);
    if (list.length !== row.length)
      throw rangeError(name, `${row.length} numbers, one an entry`, list.length);
  }
  const isPlace = (at: number): boolean => Number.isInteger(at) && at >= 0 && at < rows;
  for (let k = 0; k < value.length; k++) {
    // Names are made for those alone that are refused: there may be millions of entries.
    if (isPlace(row[k]) && isPlace(column[k]) && Number.isFinite(value[k])) continue;
    checkNumber(`row[${k}]`, row[k], { min: 0, max: rows - 1, integer: true });
    checkNumber(`column[${k}]`, column[k], { min: 0, max: rows - 1, integer: true });
    checkNumber(`value[${k}]`, value[k]);
  }
  const sparse = sparseRows(options);
  checkSums(sparse);
  return symmetricMatrix(sparse);
}

/** Finite entries at the same place may have a sum that is not. */
function checkSums({ pointers, indices, values }: SparseRows): void {
  const at = values.findIndex((sum) => !Number.isFinite(sum));
  if (at < 0) return;
  const i = pointers.findIndex((start) => start > at) - 1;
  throw rangeError(
    "value",
    `finite sums of the entries in row ${i}, column ${indices[at]} (counted from 0)`,
    values[at],
  );
}

/** The matrix of compressed rows. @throws RangeError unless it is symmetric */
function symmetricMatrix(sparse: SparseRows): CsrMatrix {
  checkSymmetric(sparse);
  const { rows, pointers, indices, values } = sparse;
  const isBalanced = (i: number): boolean => {
    let [sum, size] = [0, 0];
    for (let at = pointers[i]; at < pointers[i + 1]; at++) {
      sum += values[at];
      size += Math.abs(values[at]);
    }
    return size < Infinity && Math.abs(sum) <= 1e-12 * size;
  };
  const neighbours = (i: number, visit: (column: number) => void): void => {
    for (let at = pointers[i]; at < pointers[i + 1]; at++) visit(indices[at]);
  };
  return asMatrix(sparse, balancedParts(rows, neighbours, isBalanced));
}

/** Returns the matrix of compressed rows that are symmetric, and map nothing else to zero. */
export function asMatrix(sparse: SparseRows, nullSpace: NullSpace | null): CsrMatrix {
  const matvec = (v: Float64Array, out: Float64Array = new Float64Array(sparse.rows)): Float64Array =>
    times(sparse, v, out);
  return { ...sparse, size: sparse.rows, matvec, nullSpace };
}

function checkSymmetric(sparse: SparseRows): void {
  const { rows, pointers, indices, values } = sparse;
  const other = transposed(sparse);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const refuse = (i: number, j: number): never => {
    throw new RangeError(
      `A: expected a symmetric matrix, got ${entry(sparse, i, j)} in row ${i}, column ${j} and ${entry(sparse, j, i)} in row ${j}, column ${i} (counted from 0)`,
    );
  };
  for (let i = 0; i < rows; i++) {
    // Both have ascending columns: they are walked side by side, where one lacks an entry it is zero.
    let [a, b] = [pointers[i], other.pointers[i]];
    while (a < pointers[i + 1] || b < other.pointers[i + 1]) {
      const ja = a < pointers[i + 1] ? indices[a] : Infinity;
      const jb = b < other.pointers[i + 1] ? other.indices[b] : Infinity;
      const j = Math.min(ja, jb);
      const difference = (ja === j ? values[a] : 0) - (jb === j ? other.values[b] : 0);
      if (Math.abs(difference) > 1e-12 * largest) refuse(i, j);
      if (ja === j) a++;
      if (jb === j) b++;
    }
  }
}

function entry({ pointers, indices, values }: SparseRows, i: number, j: number): number {
  for (let at = pointers[i]; at < pointers[i + 1]; at++) if (indices[at] === j) return values[at];
  return 0;
}
