import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { checkOptions } from "../../engine/options.ts";
import type { LinearOperator } from "./linear-operator.ts";
import { balancedParts, type NullSpace } from "./null-space.ts";

/** The rows of a sparse matrix one after another: entries of row i are those from `pointers[i]` to `pointers[i + 1]`, by column. */
export interface SparseRows {
  rows: number;
  columns: number;
  pointers: Int32Array;
  indices: Int32Array;
  values: Float64Array;
}

/** A symmetric sparse matrix in compressed rows, all entries of both halves stored. */
export interface CsrMatrix extends SparseRows, LinearOperator {
  readonly nullSpace: NullSpace | null;
}

/** Entries of a matrix in any order. */
export interface Entries {
  rows: number;
  columns: number;
  row: ArrayLike<number>;
  column: ArrayLike<number>;
  value: ArrayLike<number>;
}

/** Entries as compressed rows with ascending columns; those at the same place are added up, and zeros left out. */
export function sparseRows({ rows, columns, row, column, value }: Entries): SparseRows {
  const byColumn = counted(column, columns);
  const ordered = counted(
    byColumn.order.map((k) => row[k]),
    rows,
  );
  const pointers = new Int32Array(rows + 1);
  const indices = new Int32Array(value.length);
  const values = new Float64Array(value.length);
  let length = 0;
  for (let i = 0; i < rows; i++) {
    /** Forgets the last entry of the row where it came to zero. */
    const close = (): void => {
      if (length > pointers[i] && values[length - 1] === 0) length--;
    };
    for (let at = ordered.pointers[i]; at < ordered.pointers[i + 1]; at++) {
      const k = byColumn.order[ordered.order[at]];
      const isSame = length > pointers[i] && indices[length - 1] === column[k];
      if (isSame) values[length - 1] += value[k];
      else {
        close();
        indices[length] = column[k];
        values[length++] = value[k];
      }
    }
    close();
    pointers[i + 1] = length;
  }
  return { rows, columns, pointers, indices: indices.slice(0, length), values: values.slice(0, length) };
}

/** A stable order by a whole number below `size`, and where each number begins. */
function counted(keys: ArrayLike<number>, size: number): { order: Int32Array; pointers: Int32Array } {
  const pointers = new Int32Array(size + 1);
  for (let k = 0; k < keys.length; k++) pointers[keys[k] + 1]++;
  for (let i = 0; i < size; i++) pointers[i + 1] += pointers[i];
  const next = pointers.slice();
  const order = new Int32Array(keys.length);
  for (let k = 0; k < keys.length; k++) order[next[keys[k]]++] = k;
  return { order, pointers };
}

/**
 * A symmetric sparse matrix from its entries, in any order; those at the same place are added up, and zeros left out.
 *
 * It knows its null space where that is made of groups of unknowns whose rows add up to zero (a graph Laplacian, a Poisson equation
 * without a fixed value, an empty row).
 *
 * @param options `rows` and `columns` (the same number), and `row`, `column`, `value` of each entry; both halves
 * @returns a matrix that solvers take
 * @throws TypeError, RangeError for places outside, values that aren't finite, a matrix that isn't square or isn't symmetric
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [2, -1, -1, 2] })
 * A.matvec(Float64Array.of(1, 0)) // [2, -1]
 * csrMatrix({ rows: 2, columns: 2, row: [0], column: [1], value: [3] }) // throws: A: expected a symmetric matrix, got 3 in row 0, column 1 and 0 in row 1, column 0 (counted from 0)
 */
export function csrMatrix(options: Entries): CsrMatrix {
  checkOptions("csrMatrix", options, { rows: true, columns: true, row: true, column: true, value: true });
  const { rows, columns, row, column, value } = options;
  checkNumber("rows", rows, { min: 1, integer: true });
  if (columns !== rows) throw rangeError("columns", `as many as rows, ${rows}`, columns);
  for (const [name, list] of Object.entries({ row, column, value })) {
    if (typeof list?.length !== "number") throw typeError(name, "a list of numbers", list);
    if (list.length !== row.length)
      throw rangeError(name, `${row.length} numbers, one an entry`, list.length);
  }
  for (let k = 0; k < value.length; k++) {
    checkNumber(`row[${k}]`, row[k], { min: 0, max: rows - 1, integer: true });
    checkNumber(`column[${k}]`, column[k], { min: 0, max: rows - 1, integer: true });
    checkNumber(`value[${k}]`, value[k]);
  }
  return symmetricMatrix(sparseRows(options));
}

/** The matrix of compressed rows. @throws RangeError unless it is symmetric */
export function symmetricMatrix(sparse: SparseRows): CsrMatrix {
  checkSymmetric(sparse);
  const { rows, pointers, indices, values } = sparse;
  const matvec = (v: Float64Array, out: Float64Array = new Float64Array(rows)): Float64Array =>
    times(sparse, v, out);
  const isBalanced = (i: number): boolean => {
    let [sum, size] = [0, 0];
    for (let at = pointers[i]; at < pointers[i + 1]; at++) {
      sum += values[at];
      size += Math.abs(values[at]);
    }
    return Math.abs(sum) <= 1e-12 * size;
  };
  const nullSpace = balancedParts(
    rows,
    (i, visit) => {
      for (let at = pointers[i]; at < pointers[i + 1]; at++) if (values[at] !== 0) visit(indices[at]);
    },
    isBalanced,
  );
  return { ...sparse, size: rows, matvec, nullSpace };
}

/** `out = S v`. */
export function times(
  { rows, pointers, indices, values }: SparseRows,
  v: Float64Array,
  out: Float64Array,
): Float64Array {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let at = pointers[i]; at < pointers[i + 1]; at++) sum += values[at] * v[indices[at]];
    out[i] = sum;
  }
  return out;
}

/** The transposed matrix. */
export function transposed({ rows, columns, pointers, indices, values }: SparseRows): SparseRows {
  const row = new Int32Array(indices.length);
  for (let i = 0; i < rows; i++) row.fill(i, pointers[i], pointers[i + 1]);
  return sparseRows({ rows: columns, columns: rows, row: indices, column: row, value: values });
}

/** The diagonal, zero where no entry stands. */
export function diagonalOf({ rows, pointers, indices, values }: SparseRows): Float64Array {
  const diagonal = new Float64Array(rows);
  for (let i = 0; i < rows; i++)
    for (let at = pointers[i]; at < pointers[i + 1]; at++) if (indices[at] === i) diagonal[i] += values[at];
  return diagonal;
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
