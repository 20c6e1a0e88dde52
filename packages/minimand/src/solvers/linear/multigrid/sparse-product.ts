import type { SparseRows } from "../csr.ts";

/** `A B` of two sparse matrices (Gustavson's rows). */
export function sparseProduct(A: SparseRows, B: SparseRows): SparseRows {
  const pointers = new Int32Array(A.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  const sums = new Float64Array(B.columns);
  const row = new Int32Array(B.columns);
  const metAt = new Int32Array(B.columns).fill(-1);
  for (let i = 0; i < A.rows; i++) {
    let length = 0;
    for (let a = A.pointers[i]; a < A.pointers[i + 1]; a++) {
      const k = A.indices[a];
      for (let b = B.pointers[k]; b < B.pointers[k + 1]; b++) {
        const j = B.indices[b];
        if (metAt[j] !== i) {
          metAt[j] = i;
          row[length++] = j;
          sums[j] = 0;
        }
        sums[j] += A.values[a] * B.values[b];
      }
    }
    for (const j of row.subarray(0, length).sort()) {
      indices.push(j);
      values.push(sums[j]);
    }
    pointers[i + 1] = indices.length;
  }
  return {
    ...{ rows: A.rows, columns: B.columns, pointers },
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}
