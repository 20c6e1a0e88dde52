import { rangeError, typeError } from "minimand/engine";
import type { CsrMatrix } from "./csr.ts";
import type { MatVec } from "./linear-operator.ts";
import { diagonalOf } from "./sparse-rows.ts";

/**
 * Returns the preconditioner of Jacobi: `z_i = r_i / a_ii`. Unknowns that no equation mentions (an empty row) stay 0.
 *
 * @param A a sparse matrix with a positive diagonal, or its diagonal alone
 * @returns `r -> z` for {@link conjugateGradient}
 * @throws RangeError for a diagonal that isn't positive: the matrix isn't positive definite
 * @example
 * jacobi(Float64Array.of(2, 4))(Float64Array.of(1, 1)) // [0.5, 0.25]
 * @see Saad 2003, "Iterative methods for sparse linear systems", section 10.2
 */
export function jacobi(A: CsrMatrix | Float64Array): MatVec {
  const diagonal = A instanceof Float64Array ? A : diagonalOf(checkCsr(A));
  const factors = diagonal.map((value, i) => {
    if (value > 0) return 1 / value;
    if (value === 0 && isFree(A, i)) return 0;
    throw diagonalError(i, value);
  });
  return (r, out: Float64Array = new Float64Array(r.length)) => {
    for (let i = 0; i < r.length; i++) out[i] = factors[i] * r[i];
    return out;
  };
}

const isFree = (A: CsrMatrix | Float64Array, i: number): boolean =>
  A instanceof Float64Array || (A.nullSpace?.labels[i] ?? -1) >= 0;

/** Returns the error for a diagonal that isn't positive. */
export function diagonalError(i: number, value: number): RangeError {
  return rangeError(
    `A[${i}][${i}]`,
    "a number > 0, as a positive definite matrix has (rows counted from 0)",
    value,
  );
}

/** Throws unless it is a sparse matrix. */
export function checkCsr(A: CsrMatrix): CsrMatrix {
  if (A?.pointers instanceof Int32Array && A.values instanceof Float64Array) return A;
  throw typeError("A", "a sparse matrix (of csrMatrix, or toCsr of a Poisson operator)", A);
}
