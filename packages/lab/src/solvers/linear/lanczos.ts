import { checkNumber, readOptions } from "minimand/engine";
import { checkVector } from "../../online/vectors.ts";
import { type OperatorLike, operatorOf } from "./linear-operator.ts";
import { projectOut } from "./null-space.ts";
import { tridiagonalEigen } from "./tridiagonal-eigen.ts";
import { addScaled, dot, normOf } from "./vectors.ts";

/** Options of {@link lanczos} and {@link ritz}. */
export interface LanczosOptions {
  /** Takes every new vector's parts along all earlier ones out of it, so that they stay orthogonal in rounded numbers. Default true. */
  reorthogonalize?: boolean;
}

/** An orthonormal basis of a Krylov space, and what the matrix is in it: tridiagonal. */
export interface LanczosBasis {
  /** `q_1, q_2, ...`, orthonormal. */
  vectors: Float64Array[];
  /** `a_k = q_k' A q_k` */
  diagonal: Float64Array;
  /** `b_k = q_k' A q_{k+1}`, one fewer. */
  subdiagonal: Float64Array;
}

/** Approximate eigenvectors. */
export interface RitzPairs {
  /** Ascending. */
  values: Float64Array;
  /** Orthonormal, in the order of the values. */
  vectors: Float64Array[];
}

/** `b_k` below which the space is whole: A maps it into itself. */
const invariant = 1e-10;

/**
 * Returns the iteration of Lanczos: from `q_1 = v / ||v||`, `w = A q_k`, `a_k = w' q_k`, `w -= a_k q_k + b_{k-1} q_{k-1}`, `b_k = ||w||`,
 * `q_{k+1} = w / b_k`. It ends early where `b_k < 1e-10`: then A maps what is spanned into itself.
 *
 * @param A a symmetric matrix, or a function `v -> A v`
 * @param v start, `[n]`, not zero
 * @param steps how many vectors, at most n
 * @param options whether to orthogonalise against all earlier vectors
 * @throws TypeError, RangeError for a start that is zero or isn't finite, steps beyond n, a matrix that isn't symmetric
 * @example
 * lanczos((v) => v.map((each, i) => (i + 1) * each), [1, 1], 2).diagonal // [1.5, 1.5]
 * @see Lanczos 1950; Saad 2003, "Iterative methods for sparse linear systems", algorithm 6.15
 */
export function lanczos(
  A: OperatorLike,
  v: ArrayLike<number>,
  steps: number,
  options: LanczosOptions = {},
): LanczosBasis {
  const { reorthogonalize } = readOptions("lanczos", options, { reorthogonalize: [true] });
  checkVector("v", v);
  checkNumber("steps", steps, { min: 1, max: v.length, integer: true });
  const { matvec, nullSpace } = operatorOf(A, v.length);
  const q = Float64Array.from(v);
  projectOut(nullSpace, q);
  const size = normOf(q);
  checkNumber("||v||", size, { above: 0 });
  const vectors = [q.map((value) => value / size)];
  const diagonal: number[] = [];
  const subdiagonal: number[] = [];
  for (let k = 0; ; k++) {
    const w = Float64Array.from(matvec(vectors[k]));
    projectOut(nullSpace, w);
    diagonal.push(dot(w, vectors[k]));
    addScaled(w, -diagonal[k], vectors[k]);
    if (k > 0) addScaled(w, -subdiagonal[k - 1], vectors[k - 1]);
    // Once more than once in exact arithmetic: of what rounding leaves, the first pass leaves a part.
    if (reorthogonalize)
      for (let pass = 0; pass < 2; pass++) for (const each of vectors) addScaled(w, -dot(each, w), each);
    const next = normOf(w);
    if (k + 1 === steps || next < invariant) break;
    subdiagonal.push(next);
    vectors.push(w.map((value) => value / next));
  }
  return { vectors, diagonal: Float64Array.from(diagonal), subdiagonal: Float64Array.from(subdiagonal) };
}

/**
 * Ritz values and vectors of a matrix in the Krylov space of a start: with `T = S Lambda S'` of {@link lanczos}, the values are those
 * of Lambda and the vectors the columns of `[q_1 ... q_m] S`. The outermost approximate eigenvalues first.
 *
 * @param A as lanczos
 * @param v as lanczos
 * @param steps as lanczos
 * @param options as lanczos
 * @returns pairs by ascending value, as many as steps or fewer where lanczos ends early
 * @throws as lanczos
 * @example
 * ritz((v) => v.map((each, i) => (i + 1) * each), [1, 1], 2).values // [1, 2]
 * @see Saad 2011, "Numerical methods for large eigenvalue problems", section 6.6
 */
export function ritz(
  A: OperatorLike,
  v: ArrayLike<number>,
  steps: number,
  options: LanczosOptions = {},
): RitzPairs {
  readOptions("ritz", options, { reorthogonalize: true });
  const { vectors: basis, diagonal, subdiagonal } = lanczos(A, v, steps, options);
  const { values, vectors } = tridiagonalEigen(diagonal, subdiagonal);
  return {
    values,
    vectors: vectors.map((weights) => {
      const vector = new Float64Array(v.length);
      weights.forEach((weight, k) => {
        addScaled(vector, weight, basis[k]);
      });
      return vector;
    }),
  };
}
