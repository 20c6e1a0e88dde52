import { apart } from "./apart.ts";

/** The rows of a sparse matrix one after another: entries of row i are those from `pointers[i]` to `pointers[i + 1]`, by column. */
export interface SparseRows {
  rows: number;
  columns: number;
  pointers: Int32Array;
  indices: Int32Array;
  values: Float64Array;
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
  const { pointers, next } = places(row, rows);
  const indices = new Int32Array(value.length);
  const values = new Float64Array(value.length);
  for (let k = 0; k < value.length; k++) {
    const at = next[row[k]]++;
    indices[at] = column[k];
    values[at] = value[k];
  }
  return merged(sorted({ rows, columns, pointers, indices, values }));
}

/** Where each of so many numbers begins in an order by number, and a copy to count on with. */
function places(numbers: ArrayLike<number>, size: number): { pointers: Int32Array; next: Int32Array } {
  const pointers = new Int32Array(size + 1);
  for (let k = 0; k < numbers.length; k++) pointers[numbers[k] + 1]++;
  for (let i = 0; i < size; i++) pointers[i + 1] += pointers[i];
  return { pointers, next: pointers.slice() };
}

/** Sorts rows so that columns ascend; entries at the same place keep their order. */
export const sorted = (sparse: SparseRows): SparseRows => transposed(transposed(sparse));

/** Adds up entries at the same place, one behind the other, and leaves zeros out. In place. */
function merged({ rows, columns, pointers, indices, values }: SparseRows): SparseRows {
  let length = 0;
  let at = 0;
  for (let i = 0; i < rows; i++) {
    const end = pointers[i + 1];
    while (at < end) {
      const j = indices[at];
      let sum = 0;
      for (; at < end && indices[at] === j; at++) sum += values[at];
      if (sum === 0) continue;
      indices[length] = j;
      values[length++] = sum;
    }
    pointers[i + 1] = length;
  }
  return { rows, columns, pointers, indices: indices.slice(0, length), values: values.slice(0, length) };
}

/** Returns the transposed matrix, whose columns ascend, whatever the order in the rows was. */
export function transposed({ rows, columns, pointers, indices, values }: SparseRows): SparseRows {
  const { pointers: starts, next } = places(indices, columns);
  const others = new Int32Array(indices.length);
  const entries = new Float64Array(indices.length);
  for (let i = 0; i < rows; i++)
    for (let at = pointers[i]; at < pointers[i + 1]; at++) {
      const to = next[indices[at]]++;
      others[to] = i;
      entries[to] = values[at];
    }
  return { rows: columns, columns: rows, pointers: starts, indices: others, values: entries };
}

/** `out = S v` */
export function times(sparse: SparseRows, v: Float64Array, out: Float64Array): Float64Array {
  if (sparse.values.length === 0) return out.fill(0);
  // In blocks: what is called often is compiled whole. One long loop is replaced while it runs, by code that checks more.
  for (let from = 0; from < sparse.rows; from += block)
    apart(timesRows, sparse, v, out, from, Math.min(from + block, sparse.rows));
  return out;
}
const block = 512;

/** Some rows of `out = S v`. */
function timesRows(
  { pointers, indices, values }: SparseRows,
  v: Float64Array,
  out: Float64Array,
  from: number,
  to: number,
): void {
  // V8 checks what an array is where it is first used: here once, and not again in each short row, which takes longer.
  out[from] = values[0] * v[indices[0]];
  let at = pointers[from];
  for (let i = from; i < to; i++) {
    const end = pointers[i + 1];
    let sum = 0;
    for (; at < end; at++) sum += values[at] * v[indices[at]];
    out[i] = sum;
  }
}

/** `out = b - S v`, row by row; where v is out, later rows see what earlier ones gave. */
export function residualOf(
  { rows, pointers, indices, values }: SparseRows,
  v: Float64Array,
  b: Float64Array,
  out: Float64Array,
): void {
  if (values.length === 0) {
    out.set(b);
    return;
  }
  // As in times.
  let sum = b[0] - values[0] * v[indices[0]];
  let at = pointers[0];
  for (let i = 0; i < rows; i++) {
    const end = pointers[i + 1];
    sum = b[i];
    for (; at < end; at++) sum -= values[at] * v[indices[at]];
    out[i] = sum;
  }
}

/** Returns the diagonal, zero where there is no entry. */
export function diagonalOf({ rows, pointers, indices, values }: SparseRows): Float64Array {
  const diagonal = new Float64Array(rows);
  for (let i = 0; i < rows; i++)
    for (let at = pointers[i]; at < pointers[i + 1]; at++) if (indices[at] === i) diagonal[i] = values[at];
  return diagonal;
}
