import { checkChoice, checkNumber, rangeError } from "minimand/engine";
import { checkedVector, checkVector } from "../../online/vectors.ts";
import { type LinearOperator, type OperatorLike, operatorOf } from "./linear-operator.ts";
import { checkCompatible, projectOut } from "./null-space.ts";
import { normOf } from "./vectors.ts";

/** When a solver begins and when it ends. */
export interface SolveOptions {
  /** Where to start; default 0. */
  x0?: ArrayLike<number>;
  /** The residual norm that is small enough, as a share; default 1e-4. */
  tolerance?: number;
  /** A share of the residual at the start (default), or of the right-hand side: then a good start saves iterations. */
  relativeTo?: "start" | "rightHandSide";
  /** Steps after which a solver gives up. */
  maxIterations?: number;
}

export const solveOptions = { x0: true, tolerance: true, relativeTo: true, maxIterations: true } as const;

/** What a solver found. */
export interface SolveResult {
  x: Float64Array;
  iterations: number;
  /** `||b - A x||` at the start and after each iteration. */
  residualNorms: number[];
  /** `breakdown`: a direction along which nothing changes (dcdm without fallback). */
  status: "converged" | "maxIterations" | "breakdown";
}

/** What solvers work on: checked, copied, and free of what A maps to zero. */
export interface Started {
  operator: LinearOperator;
  b: Float64Array;
  x: Float64Array;
  r: Float64Array;
  /** The residual norm to be reached. */
  threshold: number;
  maxIterations: number;
  result: SolveResult;
}

/**
 * Checks what was given and takes the residual of the start.
 *
 * @throws TypeError, RangeError for what isn't finite numbers of one size, a matrix that isn't symmetric, and a right-hand side
 *   for which a singular matrix has no solution
 */
export function startSolve(
  A: OperatorLike,
  b: ArrayLike<number>,
  options: SolveOptions,
  mostIterations: number,
): Started {
  const { x0, tolerance = 1e-4, relativeTo = "start", maxIterations = mostIterations } = options;
  checkVector("b", b);
  checkNumber("tolerance", tolerance, { min: 0, below: 1 });
  checkChoice("relativeTo", relativeTo, ["start", "rightHandSide"]);
  checkNumber("maxIterations", maxIterations, { min: 0, integer: true });
  const right = Float64Array.from(b);
  const x = x0 === undefined ? new Float64Array(b.length) : checkedVector("x0", x0, b.length);
  const operator = operatorOf(A, b.length);
  checkCompatible(operator.nullSpace, right, tolerance);
  projectOut(operator.nullSpace, right);
  const r = x0 === undefined ? right.slice() : new Float64Array(b.length);
  if (x0 !== undefined) residual(operator, right, x, r);
  const norm = normOf(r);
  // Squares leave the range of numbers where the numbers themselves don't.
  if (!(norm < Infinity) || (norm === 0 && x0 === undefined && right.some((value) => value !== 0)))
    throw rangeError(
      "b",
      "numbers whose squares have a sum > 0 and < 1.8e308; scale b, and x will scale with it",
      norm,
    );
  const threshold = tolerance * (relativeTo === "start" ? norm : normOf(right));
  const converged = norm <= threshold || norm === 0;
  return {
    operator,
    b: right,
    x,
    r,
    threshold,
    maxIterations,
    result: { x, iterations: 0, residualNorms: [norm], status: converged ? "converged" : "maxIterations" },
  };
}

/** `r = b - A x`, without what rounding leaves in the null space. */
export function residual(
  { matvec, nullSpace }: LinearOperator,
  b: Float64Array,
  x: Float64Array,
  r: Float64Array,
): void {
  const Ax = matvec(x, r);
  for (let i = 0; i < r.length; i++) r[i] = b[i] - Ax[i];
  projectOut(nullSpace, r);
}

/**
 * Throws unless the curvature `p' A p` of a direction along which a step is taken is a number >= 0.
 *
 * @throws RangeError where it is negative: A isn't positive definite
 */
export function checkCurvature(curvature: number, iteration: number): void {
  if (Number.isNaN(curvature))
    throw new RangeError(`A p: expected finite numbers, got NaN at iteration ${iteration}`);
  if (curvature >= 0) return;
  throw new RangeError(
    `A: expected a positive definite matrix, got a direction p with p' A p = ${curvature.toPrecision(3)} at iteration ${iteration}`,
  );
}

/** Returns the error where a direction changes nothing and the residual isn't small. */
export function singularError(r: Float64Array, start: number, iteration: number): RangeError {
  const left = (normOf(r) / start).toPrecision(3);
  return new RangeError(
    `A: expected a matrix that isn't singular for this b, got a direction p with A p = 0 at iteration ${iteration}, where the residual is still ${left} of that of the start`,
  );
}
