import { lax, type numpy as np } from "@jax-js/jax";
import { differentiate, forward, mapTree, refTree, type Tree } from "minimand/engine";
import {
  batched,
  type LeastSquaresProblem,
  linearize,
  matrixTimes,
  problemOf,
  type Residual,
  transposedTimes,
} from "./residual.ts";
import type { ImplicitSolution } from "./solver.ts";

/**
 * Returns the minimum as a function of `theta`, for use inside what is differentiated: one Newton step from the solution, whose value is
 * the solution and whose derivative is that of the minimum.
 *
 * `w* - H^-1 (G(w*, theta) - stop(G))` with `G = J^T r`, whose derivative by `theta` is `-H^-1 dG/dtheta`
 *
 * `w*` and `H^-1` are constants. Costs a forward pass of the residual a parameter, unless the problem has its `jacobian`; time
 * and memory don't depend on how many iterations the search took. Second derivatives are not those of the minimum.
 *
 * @param residual as it was solved
 * @param theta as it was solved with; consumed
 * @param solution of {@link solveImplicit} or a {@link leastSquaresSolver} at this `theta`; consumed
 * @returns `w*`, shaped like the start
 * @throws RangeError for residuals of another shape than the solution's
 * @example
 * // w minimises (b w - 1)^2 + w^2: w* = b / (b^2 + 1), and its derivative at b = 2 is -3 / 25
 * const residual = (w: np.Array, b: np.Array) => np.concatenate([w.ref.mul(b).sub(1), w])
 * const { solution } = solveImplicit(residual, np.array([2]), np.array([0]))
 * const run = compiledValueAndGrad((b: np.Array) => implicitValue(residual, b, solution).sum())
 * run(np.array([2])) // [0.4, [-0.12]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, equation (5), of the stationarity of the objective
 */
export function implicitValue<Theta extends Tree>(
  residual: Residual<Theta> | LeastSquaresProblem<Theta>,
  theta: Theta,
  solution: ImplicitSolution,
): np.Array {
  const { w, inverse, one } = solution;
  one.dispose();
  const constant = lax.stopGradient(w);
  const problem = batched(problemOf(residual), constant.ndim);
  const rows = constant.ndim === 1 ? [1, constant.shape[0]] : constant.shape;
  const { r, J } = linearize(problem, constant.ref.reshape([...rows]), theta);
  const H = lax.stopGradient(inverse).reshape([...rows, rows[1]]);
  const step = matrixTimes(H, transposedTimes(J, r)).reshape([...constant.shape]);
  return constant.sub(step.ref.sub(lax.stopGradient(step)));
}

/**
 * Returns an outer loss of the minimum, with the gradient that it has as a function of `theta`: the adjoint of {@link implicitValue}, which
 * takes one forward pass of the residual instead of one per parameter.
 *
 * `l(w*, theta) - (S - stop(S))` with `S = r . J lambda` and `H lambda = dl/dw`; `w*` and `lambda` are constants
 *
 * @param residual as it was solved
 * @param outer `(w, theta) => scalar`, pure; called twice
 * @param theta as it was solved with; consumed
 * @param solution of {@link solveImplicit} or a {@link leastSquaresSolver} at this `theta`; consumed
 * @returns the outer loss, 0-d
 * @throws RangeError for residuals of another shape than the solution's
 * @example
 * const residual = (w: np.Array, b: np.Array) => np.concatenate([w.ref.mul(b).sub(1), w])
 * const outer = (w: np.Array, b: np.Array) => w.add(b).sum()
 * const { solution } = solveImplicit(residual, np.array([2]), np.array([0]))
 * const run = compiledValueAndGrad((b: np.Array) => implicitAdjointLoss(residual, outer, b, solution))
 * run(np.array([2])) // [2.4, [0.88]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 3
 */
export function implicitAdjointLoss<Theta extends Tree>(
  residual: Residual<Theta> | LeastSquaresProblem<Theta>,
  outer: (w: np.Array, theta: Theta) => np.Array,
  theta: Theta,
  solution: ImplicitSolution,
): np.Array {
  const problem = problemOf(residual);
  const w = lax.stopGradient(solution.w);
  const held = mapTree((x) => lax.stopGradient(x), refTree(theta));
  const [[value], sensitivity] = differentiate((x: np.Array, t: Theta): [np.Array, Tree] => [
    outer(x, t),
    [],
  ])(lax.stopGradient(solution.one), w.ref, held);
  value.dispose();
  const adjoint = lax.stopGradient(matrixTimes(solution.inverse, sensitivity));
  const [r, along] = forward((x) => problem.residual(x, refTree(theta)), w.ref, adjoint);
  const surrogate = r.mul(along).sum();
  return outer(w, theta).sub(surrogate.ref.sub(lax.stopGradient(surrogate)));
}
