import { readOptions } from "minimand/engine";
import type { CsrMatrix } from "./csr.ts";
import { checkCsr, diagonalError } from "./jacobi.ts";
import type { MatVec } from "./linear-operator.ts";
import { diagonalOf, type SparseRows, transposed } from "./sparse-rows.ts";
import { besideDiagonal, sweepBackwards, sweepForwards } from "./sweeps.ts";

/** Options of {@link incompleteCholesky}. */
export interface IncompleteCholeskyOptions {
  /** The smallest share of the diagonal that is added where it has to be; doubled until the factor exists. Default 1e-3. */
  shift?: number;
}

/** A preconditioner that says which matrix it is the factor of. */
export type IncompleteCholesky = MatVec & {
  /** The alpha of `A + alpha diag(A)`; 0 where A itself has a factor. */
  readonly shift: number;
};

/**
 * Returns the incomplete Cholesky factor without fill-in, IC(0): `A ~ L L'` with the entries of the lower half of A alone,
 * `L_ij = (A_ij - sum_{k < j} L_ik L_jk) / L_jj`, `L_ii = sqrt(A_ii - sum_{k < i} L_ik^2)`. Applied it is a forward and a backward
 * substitution, `z = L'^-1 L^-1 r`.
 *
 * A positive definite matrix may have none, as a pivot becomes 0 or less: then that of `A + alpha diag(A)` is taken, with
 * `alpha = shift` doubled until there is one, and reported. Unknowns that no equation mentions stay 0.
 *
 * A positive definite matrix has one for each alpha above its number of rows: `|A_ij| < sqrt(A_ii A_jj)`, so that, scaled to ones on its
 * diagonal, it is then diagonally dominant. No alpha above twice that number is tried.
 *
 * @param A a sparse matrix with a positive diagonal
 * @param options the first alpha
 * @returns `r -> z` for {@link conjugateGradient}, with the `shift` that was needed
 * @throws TypeError for another matrix; RangeError for a diagonal that isn't positive, or a matrix that isn't positive definite by the
 *   alphas tried
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [4, 2, 2, 2] })
 * incompleteCholesky(A)(Float64Array.of(4, 2)) // [1, 0]
 * incompleteCholesky(A).shift // 0
 * @see Meijerink, van der Vorst 1977, Mathematics of Computation 31; Manteuffel 1980, Mathematics of Computation 34 (the shift)
 */
export function incompleteCholesky(
  A: CsrMatrix,
  options: IncompleteCholeskyOptions = {},
): IncompleteCholesky {
  const { shift: first } = readOptions("incompleteCholesky", options, { shift: [1e-3, { above: 0 }] });
  const lower = lowerHalf(checkCsr(A));
  let shift = 0;
  let values = factor(lower, shift);
  while (values === null) {
    if (shift > 2 * A.rows)
      throw new RangeError(
        `A: expected a positive definite matrix, got one without a factor at alpha ${shift}`,
      );
    shift = shift === 0 ? first : 2 * shift;
    values = factor(lower, shift);
  }
  return Object.assign(substitution({ ...lower, values }), { shift });
}

/** The lower half of a matrix; the diagonal is the last entry of each row. */
function lowerHalf({ rows, pointers, indices, values, nullSpace }: CsrMatrix): SparseRows {
  const starts = new Int32Array(rows + 1);
  const columns = new Int32Array(indices.length + rows);
  const entries = new Float64Array(indices.length + rows);
  let length = 0;
  for (let i = 0; i < rows; i++) {
    let diagonal = 0;
    for (let at = pointers[i]; at < pointers[i + 1] && indices[at] <= i; at++) {
      if (indices[at] === i) diagonal = values[at];
      else {
        columns[length] = indices[at];
        entries[length++] = values[at];
      }
    }
    if (!(diagonal > 0)) {
      const empty = pointers[i] === pointers[i + 1] || (diagonal === 0 && (nullSpace?.labels[i] ?? -1) >= 0);
      if (!empty) throw diagonalError(i, diagonal);
      // An equation of its own: what is asked for there stays what it is, and solvers leave it out.
      diagonal = 1;
    }
    columns[length] = i;
    entries[length++] = diagonal;
    starts[i + 1] = length;
  }
  const pattern = { rows, columns: rows, pointers: starts, indices: columns.slice(0, length) };
  return { ...pattern, values: entries.slice(0, length) };
}

/** The entries of L in the order of the lower half; null where a pivot isn't positive. */
function factor({ rows, pointers, indices, values }: SparseRows, shift: number): Float64Array | null {
  const L = values.slice();
  for (let i = 0; i < rows; i++) {
    const [start, end] = [pointers[i], pointers[i + 1] - 1];
    let pivot = L[end] * (1 + shift);
    for (let at = start; at < end; at++) {
      const j = indices[at];
      const last = pointers[j + 1] - 1;
      let sum = L[at];
      // Rows i and j have ascending columns.
      let [a, b] = [start, pointers[j]];
      while (a < at && b < last) {
        if (indices[a] === indices[b]) sum -= L[a++] * L[b++];
        else if (indices[a] < indices[b]) a++;
        else b++;
      }
      L[at] = sum / L[last];
      pivot -= L[at] ** 2;
    }
    // A pivot of rounding alone is not used: its reciprocal would be noise.
    if (!(pivot > 1e-14 * values[end])) return null;
    L[end] = Math.sqrt(pivot);
  }
  return L;
}

/**
 * `z = L'^-1 L^-1 r`. With `L = N D` of a diagonal D, ones are on the diagonal of N: `z = N'^-1 D^-2 N^-1 r`, where no row waits for a
 * division.
 */
function substitution(L: SparseRows): MatVec {
  const { rows } = L;
  const inverse = diagonalOf(L).map((value) => 1 / value);
  const upper = besideDiagonal(transposed(L), inverse);
  const lower = transposed(upper);
  const squares = inverse.map((value) => value * value);
  return (r, z: Float64Array = new Float64Array(rows)) => {
    sweepForwards(lower, r, z);
    for (let i = 0; i < rows; i++) z[i] *= squares[i];
    sweepBackwards(upper, z, z);
    return z;
  };
}
