import { checkChoice, checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import type { OperatorLike } from "./linear-operator.ts";
import { projectOut } from "./null-space.ts";
import {
  checkCurvature,
  residual,
  type SolveOptions,
  type SolveResult,
  singularError,
  solveOptions,
  startSolve,
} from "./solve.ts";
import { addScaled, dot, normOf } from "./vectors.ts";

/** Options of {@link dcdm}. */
export interface DcdmOptions extends SolveOptions {
  /**
   * Against how many of the last directions each new one is made conjugate; `"all"`: every one. Default 2, as in the paper, which may go
   * round in circles where the direction misses something. `"all"` goes a new way each time, keeps two vectors an iteration, and
   * may stall, too, once there are as many as unknowns.
   */
  orthogonalizeAgainst?: number | "all";
  /** What is done where a direction changes nothing (`q' A q` is 0): go along the residual instead (default), or stop. */
  fallback?: "residual" | "stop";
}

/** A direction for a residual of norm 1, as if by `r -> A^-1 r` up to a factor. It may keep what it is given, and what it returns is copied. */
export type Direction = (unitResidual: Float64Array) => ArrayLike<number>;

/** A {@link Direction} that comes later, e.g. from a graphics card. */
export type AsyncDirection = (unitResidual: Float64Array) => ArrayLike<number> | Promise<ArrayLike<number>>;

/**
 * Solves `A x = b` along directions that a function gives: the deep conjugate direction method, where the function is a network.
 *
 * `q = f(r / ||r||)`; for the last k directions p, the latest first, `q -= p (q' A p) / (p' A p)`; `alpha = q' r / q' A q`;
 * `x += alpha q`; `r = b - A x`, computed anew. The step is the best one along q, so that `||x - x*||_A` never rises, whatever f is;
 * the norm of the residual may. With `f(r) = r` it is steepest descent (k = 0) or conjugate gradients (k >= 1), with `f = A^-1` it
 * is done after one step.
 *
 * @param A a symmetric positive definite matrix, or a function `v -> A v`
 * @param b right-hand side, `[n]`
 * @param direction f, `[n] -> [n]`
 * @param options k, start and tolerance; maxIterations default 100
 * @returns x, the residual norms, and how it ended
 * @throws as {@link conjugateGradient}; RangeError, TypeError for a direction that isn't n finite numbers
 * @example
 * const A = csrMatrix({ rows: 2, columns: 2, row: [0, 0, 1, 1], column: [0, 1, 0, 1], value: [4, 1, 1, 3] })
 * dcdm(A, [1, 2], (r) => r, { tolerance: 1e-10 }).iterations // 2
 * dcdm(A, [1, 2], ([r0, r1]) => [3 * r0 - r1, 4 * r1 - r0]).x // [0.0909, 0.6364]
 * dcdm(A, [1, 2], () => [Number.NaN, 0]) // throws: direction[0]: expected a finite number, got NaN at iteration 1
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 3 (the algorithm)
 */
export function dcdm(
  A: OperatorLike,
  b: ArrayLike<number>,
  direction: Direction,
  options: DcdmOptions = {},
): SolveResult {
  readOptions("dcdm", options, optionNames);
  const steps = along(A, b, direction, options);
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = steps.next(direction(step.value));
  }
}

/**
 * {@link dcdm} with directions that come later: each is waited for.
 *
 * @param A as dcdm
 * @param b as dcdm
 * @param direction f, which may return a promise
 * @param options as dcdm
 * @returns a promise of what dcdm returns
 * @throws as dcdm, and what the direction rejects with
 * @example
 * const later = async (r: Float64Array) => r
 * const { status } = await dcdmAsync((v) => v.map((each) => 2 * each), [2, 4], later)
 * status // "converged"
 */
export async function dcdmAsync(
  A: OperatorLike,
  b: ArrayLike<number>,
  direction: AsyncDirection,
  options: DcdmOptions = {},
): Promise<SolveResult> {
  readOptions("dcdmAsync", options, optionNames);
  const steps = along(A, b, direction, options);
  for (let step = steps.next(); ; ) {
    if (step.done === true) return step.value;
    step = steps.next(await direction(step.value));
  }
}

const optionNames = { ...solveOptions, orthogonalizeAgainst: true, fallback: true } as const;

/** A direction that was gone along, with what its use in others needs. */
interface Past {
  q: Float64Array;
  Aq: Float64Array;
  curvature: number;
}

/** What is smaller than this share of what it was made of is rounding. */
const rounding = 1e-13;

/** The iterations: yields a residual of norm 1, and is given a direction for it. */
function* along(
  A: OperatorLike,
  b: ArrayLike<number>,
  direction: unknown,
  options: DcdmOptions,
): Generator<Float64Array, SolveResult, ArrayLike<number>> {
  if (typeof direction !== "function")
    throw typeError("direction", "a function of a residual of norm 1", direction);
  const { orthogonalizeAgainst = 2, fallback = "residual" } = options;
  if (orthogonalizeAgainst !== "all")
    checkNumber("orthogonalizeAgainst", orthogonalizeAgainst, { min: 0, integer: true });
  checkChoice("fallback", fallback, ["residual", "stop"]);
  const most = orthogonalizeAgainst === "all" ? Infinity : orthogonalizeAgainst;
  const { operator, b: right, x, r, threshold, maxIterations, result } = startSolve(A, b, options, 100);
  if (result.status === "converged") return result;
  const { matvec, nullSpace } = operator;
  const size = r.length;
  /** The last directions, the latest first. */
  const past: Past[] = [];
  const orthogonalized = (from: ArrayLike<number>): Past | null => {
    const q = Float64Array.from(from);
    const given = normOf(q);
    projectOut(nullSpace, q);
    for (const p of past) addScaled(q, -dot(q, p.Aq) / p.curvature, p.q);
    const Aq = Float64Array.from(matvec(q));
    const curvature = dot(q, Aq);
    const [length, image] = [normOf(q), normOf(Aq)];
    if (length <= rounding * given || Math.abs(curvature) <= rounding * length * image) return null;
    checkCurvature(curvature, result.iterations + 1);
    return { q, Aq, curvature };
  };

  for (let k = 1; k <= maxIterations; k++) {
    const norm = result.residualNorms[k - 1];
    const unit = r.map((value) => value / norm);
    const found = yield unit.slice();
    checkDirection(found, size, k);
    let step = orthogonalized(found);
    if (step === null && fallback === "residual") {
      step = orthogonalized(unit);
      if (step === null) throw singularError(r, result.residualNorms[0], k);
    }
    if (step === null) {
      result.status = "breakdown";
      return result;
    }
    addScaled(x, dot(step.q, r) / step.curvature, step.q);
    residual(operator, right, x, r);
    past.unshift(step);
    if (past.length > most) past.pop();
    result.iterations = k;
    result.residualNorms.push(normOf(r));
    if (result.residualNorms[k] <= threshold) {
      result.status = "converged";
      return result;
    }
  }
  return result;
}

function checkDirection(found: ArrayLike<number>, size: number, iteration: number): void {
  if (typeof found?.length !== "number")
    throw typeError("direction", `an array of ${size} numbers, at once: dcdmAsync waits`, found);
  if (found.length !== size) throw rangeError("direction", `an array of ${size} numbers`, found.length);
  for (let i = 0; i < size; i++)
    if (!Number.isFinite(found[i]))
      throw new RangeError(
        `direction[${i}]: expected a finite number, got ${found[i]} at iteration ${iteration}`,
      );
}
