import { readOptions, typeError } from "minimand/engine";
import { apart } from "./apart.ts";
import type { MatVec, OperatorLike } from "./linear-operator.ts";
import { projectOut } from "./null-space.ts";
import {
  checkCurvature,
  residual,
  type SolveOptions,
  type SolveResult,
  type Started,
  singularError,
  solveOptions,
  startSolve,
} from "./solve.ts";
import { addScaled, addScaledSquare, dot, turnTo } from "./vectors.ts";

/** Options of {@link conjugateGradient}. */
export interface ConjugateGradientOptions extends SolveOptions {
  /** `r -> M^-1 r` of a symmetric positive definite M that is like A: {@link jacobi}, {@link incompleteCholesky}, {@link multigrid}. */
  preconditioner?: MatVec;
}

/**
 * Solves `A x = b` of a symmetric positive definite A by conjugate gradients:
 * `alpha = r' z / p' A p`, `x += alpha p`, `r -= alpha A p`, `z = M^-1 r`, `beta = r'_new z_new / r' z`, `p = z + beta p`, from
 * `p = z = M^-1 r`, `r = b - A x`.
 *
 * Of a singular matrix whose null space is known the part in it is left out everywhere, so that x has mean 0 on each of its groups.
 * Once the recurrence says that r is small enough, the residual is computed anew; where it isn't, iterations go on from it.
 *
 * @param A a matrix, or a function `v -> A v`
 * @param b right-hand side, `[n]`
 * @param options start, tolerance, preconditioner; maxIterations default 1000
 * @returns x, the residual norms, and how it ended
 * @throws TypeError, RangeError for what isn't finite or has another size; for a matrix that isn't symmetric, or along a direction
 *   negative or singular; for a right-hand side without a solution
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [4, 1, 1, 3] })
 * conjugateGradient(A, [1, 2], { tolerance: 1e-10 }).x // [0.0909, 0.6364]
 * conjugateGradient((v) => v.map((each) => 2 * each), [2, 4]).iterations // 1
 * @see Hestenes, Stiefel 1952; Saad 2003, "Iterative methods for sparse linear systems", algorithm 9.1
 */
export function conjugateGradient(
  A: OperatorLike,
  b: ArrayLike<number>,
  options: ConjugateGradientOptions = {},
): SolveResult {
  readOptions("conjugateGradient", options, optionNames);
  return ended(conjugateGradientSteps(A, b, options));
}

/** Returns what a solver returns after all its iterations. */
export function ended(steps: Generator<unknown, SolveResult>): SolveResult {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

const optionNames = { ...solveOptions, preconditioner: true } as const;

/**
 * {@link conjugateGradient}, an iteration at a time: yields the residual norm after each, and returns the result. For programs that do
 * something else between iterations.
 *
 * @param A as conjugateGradient
 * @param b as conjugateGradient
 * @param options as conjugateGradient
 * @throws as conjugateGradient
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [4, 1, 1, 3] })
 * const steps = conjugateGradientSteps(A, [1, 2])
 * steps.next().value // 0.559
 */
export function conjugateGradientSteps(
  A: OperatorLike,
  b: ArrayLike<number>,
  options: ConjugateGradientOptions = {},
): Generator<number, SolveResult> {
  readOptions("conjugateGradientSteps", options, optionNames);
  checkPreconditioner(options.preconditioner);
  return iterate(startSolve(A, b, options, 1000), options.preconditioner);
}

export function checkPreconditioner(preconditioner: unknown): void {
  if (preconditioner !== undefined && typeof preconditioner !== "function")
    throw typeError("preconditioner", "a function r -> M^-1 r", preconditioner);
}

/** What is subtracted from each direction, so that it is conjugate to a subspace that was dealt with at the start. */
export type Deflation = (z: Float64Array) => void;

/** Returns the iterations of conjugate gradients. */
export function* iterate(
  started: Started,
  preconditioner: MatVec | undefined,
  deflate?: Deflation,
): Generator<number, SolveResult> {
  const { operator, b, x, r, threshold, maxIterations, result } = started;
  if (result.status === "converged") return result;
  const { matvec, nullSpace } = operator;
  const z = preconditioner === undefined ? r : new Float64Array(r.length);
  const precondition = (): void => {
    if (preconditioner === undefined) return;
    const found = apart(preconditioner, r, z);
    if (!(found instanceof Float64Array) || found.length !== r.length)
      throw typeError("preconditioner(r)", `a Float64Array of ${r.length} numbers`, found);
    if (found !== z) z.set(found);
    projectOut(nullSpace, z);
  };
  const towards = deflate === undefined ? z : new Float64Array(r.length);
  const p = new Float64Array(r.length);
  const Ap = new Float64Array(r.length);
  /** The next direction: `p = z + beta p`, conjugate to what is deflated. Returns `p' p`. */
  const turn = (beta: number): number => {
    if (deflate !== undefined) {
      towards.set(z);
      deflate(towards);
    }
    return apart(turnTo, towards, beta, p);
  };
  precondition();
  let squared = turn(0);
  let rz = dot(r, z);
  let steepest = 0;
  for (let k = 1; k <= maxIterations; k++) {
    const w = apart(matvec, p, Ap);
    const curvature = apart(dot, p, w);
    if (preconditioner !== undefined) checkPreconditioned(rz, k);
    checkCurvature(curvature, k);
    steepest = Math.max(steepest, curvature / squared);
    if (curvature <= 1e-15 * steepest * squared) throw singularError(r, result.residualNorms[0], k);
    const alpha = rz / curvature;
    apart(addScaled, x, alpha, p);
    let rr = apart(addScaledSquare, r, -alpha, w);
    let restart = false;
    if (Math.sqrt(rr) <= threshold) {
      residual(operator, b, x, r);
      rr = dot(r, r);
      restart = Math.sqrt(rr) > threshold;
    }
    const norm = Math.sqrt(rr);
    result.iterations = k;
    result.residualNorms.push(norm);
    if (norm <= threshold) {
      result.status = "converged";
      return result;
    }
    yield norm;
    precondition();
    const next = z === r ? rr : apart(dot, r, z);
    squared = turn(restart ? 0 : next / rz);
    rz = next;
  }
  return result;
}

/** Throws where the preconditioner isn't that of a positive definite matrix: its steps would go uphill. */
function checkPreconditioned(rz: number, iteration: number): void {
  if (rz > 0) return;
  const got = `r' M^-1 r = ${rz.toPrecision(3)} at iteration ${iteration}`;
  throw new RangeError(`preconditioner: expected a positive definite M, got ${got}`);
}
