import { type SparseRows, sorted } from "../sparse-rows.ts";

/** Returns `A B C` of three sparse matrices, with rows of ascending columns. */
export const tripleProduct = (A: SparseRows, B: SparseRows, C: SparseRows): SparseRows =>
  sorted(product(A, product(B, C)));

/** `A B`, row by row (Gustavson 1978), the columns of a row in the order in which they are met. */
function product(A: SparseRows, B: SparseRows): SparseRows {
  const { pointers: rowsOfA, indices: columnsOfA, values: valuesOfA } = A;
  const { pointers: rowsOfB, indices: columnsOfB, values: valuesOfB } = B;
  const pointers = productPointers(A, B);
  const indices = new Int32Array(pointers[A.rows]);
  const values = new Float64Array(indices.length);
  /** The place of the entry of a column, for those in the row. */
  const places = new Int32Array(B.columns).fill(-1);
  let end = 0;
  for (let i = 0; i < A.rows; i++) {
    const start = end;
    for (let a = rowsOfA[i]; a < rowsOfA[i + 1]; a++) {
      const k = columnsOfA[a];
      const factor = valuesOfA[a];
      for (let b = rowsOfB[k]; b < rowsOfB[k + 1]; b++) {
        const j = columnsOfB[b];
        const place = places[j];
        if (place >= start) values[place] += factor * valuesOfB[b];
        else {
          places[j] = end;
          indices[end] = j;
          values[end++] = factor * valuesOfB[b];
        }
      }
    }
  }
  return { rows: A.rows, columns: B.columns, pointers, indices, values };
}

/** Where the rows of a product begin. */
function productPointers(A: SparseRows, B: SparseRows): Int32Array {
  const { pointers: rowsOfA, indices: columnsOfA } = A;
  const { pointers: rowsOfB, indices: columnsOfB } = B;
  const pointers = new Int32Array(A.rows + 1);
  /** The last row that a column was met in. */
  const metIn = new Int32Array(B.columns).fill(-1);
  let count = 0;
  for (let i = 0; i < A.rows; i++) {
    for (let a = rowsOfA[i]; a < rowsOfA[i + 1]; a++) {
      const k = columnsOfA[a];
      for (let b = rowsOfB[k]; b < rowsOfB[k + 1]; b++) {
        const j = columnsOfB[b];
        if (metIn[j] === i) continue;
        metIn[j] = i;
        count++;
      }
    }
    pointers[i + 1] = count;
  }
  return pointers;
}
