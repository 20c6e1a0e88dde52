import { numpy as np } from "@jax-js/jax";
import { disposeTree, forward, rangeError, refTree, type Tree, typeError, unitRows } from "minimand/engine";

/**
 * The residuals of least-squares problems, `w [problems, parameters] -> [problems, residuals]`, or of a single one, `w [parameters] ->
 * [residuals]`. `theta` is what else they depend on: data, outputs of a network, any tree of arrays.
 *
 * A pure function that consumes both. Each problem must depend on its own row of `w` alone.
 */
export type Residual<Theta extends Tree = Tree> = (w: np.Array, theta: Theta) => np.Array;

/** A residual, with derivatives in closed form where the caller has them; otherwise they come by forward differentiation. */
export interface LeastSquaresProblem<Theta extends Tree = Tree> {
  residual: Residual<Theta>;
  /** `d residual / d w`, `[problems, residuals, parameters]`. Default: a forward pass a parameter, all in one program. */
  jacobian?: (w: np.Array, theta: Theta) => np.Array;
  /** `sum_i r_i d2 r_i / dw2`, `[problems, parameters, parameters]`. Default: a forward over reverse pass a parameter. */
  curvature?: (w: np.Array, theta: Theta) => np.Array;
}

/** Returns a problem of the general kind from a residual or from the parts of one. */
export function problemOf<Theta extends Tree>(
  of: Residual<Theta> | LeastSquaresProblem<Theta>,
): LeastSquaresProblem<Theta> {
  const problem = typeof of === "function" ? { residual: of } : of;
  if (typeof problem?.residual !== "function")
    throw typeError("residual", "a function of w and theta, or an object with one", of);
  return problem;
}

/** One problem as a batch of one; a batch as it is. */
export function batched<Theta extends Tree>(
  problem: LeastSquaresProblem<Theta>,
  rank: number,
): LeastSquaresProblem<Theta> {
  if (rank === 2) return problem;
  const single = (f: (w: np.Array, theta: Theta) => np.Array) => (w: np.Array, theta: Theta) => {
    const value = f(w.reshape(w.shape.slice(1)), theta);
    return value.reshape([1, ...value.shape]);
  };
  const { residual, jacobian, curvature } = problem;
  return {
    residual: single(residual),
    ...(jacobian && { jacobian: single(jacobian) }),
    ...(curvature && { curvature: single(curvature) }),
  };
}

/** Throws unless residuals belong to the problems and determine their parameters. */
export function checkResidual(r: np.Array, [problems, parameters]: readonly number[]): np.Array {
  if (r.ndim !== 2 || r.shape[0] !== problems || r.shape[1] < parameters)
    throw rangeError("residual", `shape [${problems}, at least ${parameters}]`, r);
  return r;
}

/** Residuals `[problems, residuals]` and their Jacobian. Consumes both arguments; of a batch of problems. */
export function linearize<Theta extends Tree>(
  { residual, jacobian }: LeastSquaresProblem<Theta>,
  w: np.Array,
  theta: Theta,
): { r: np.Array; J: np.Array } {
  const shape = w.shape;
  if (jacobian !== undefined) {
    const r = checkResidual(residual(w.ref, refTree(theta)), shape);
    const J = jacobian(w, theta);
    const expected = [...r.shape, shape[1]];
    if (J.shape.length !== 3 || J.shape.some((size, i) => size !== expected[i]))
      throw rangeError("jacobian", `shape [${expected.join(", ")}]`, J);
    return { r, J };
  }
  const columns: np.Array[] = [];
  let r: np.Array | undefined;
  for (let j = 0; j < shape[1]; j++) {
    const [value, column] = forward((x) => residual(x, refTree(theta)), w.ref, unitRows(w, j));
    if (r === undefined) r = checkResidual(value, shape);
    else value.dispose();
    columns.push(column);
  }
  w.dispose();
  disposeTree(theta);
  return { r: r!, J: np.stack(columns, 2) };
}

/** `J^T r`, `[problems, parameters]`. Consumes both. */
export function transposedTimes(J: np.Array, r: np.Array): np.Array {
  const [problems, , parameters] = J.shape;
  return np.matmul(np.transpose(J, [0, 2, 1]), r.reshape([...r.shape, 1])).reshape([problems, parameters]);
}

/** `A x` for a matrix `[parameters, parameters]` a problem. Consumes both. */
export function matrixTimes(A: np.Array, x: np.Array): np.Array {
  return np.matmul(A, x.reshape([...x.shape, 1])).reshape(x.shape);
}
