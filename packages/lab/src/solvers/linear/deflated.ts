import { checkNumber, readOptions, typeError } from "minimand/engine";
import { checkPreconditioner, type Deflation, ended, iterate } from "./conjugate-gradient.ts";
import { type RitzPairs, ritz } from "./lanczos.ts";
import type { MatVec, OperatorLike } from "./linear-operator.ts";
import {
  residual,
  type SolveOptions,
  type SolveResult,
  type Started,
  solveOptions,
  startSolve,
} from "./solve.ts";
import { addScaled, dot, normOf } from "./vectors.ts";

/** Options of {@link deflatedPcg}. */
export interface DeflatedPcgOptions extends SolveOptions {
  /**
   * Number of Ritz vectors of a Krylov space of b (default 16); or pairs of an earlier call of {@link ritz}, of this matrix or one like it.
   */
  vectors?: number | RitzPairs;
  /** `r -> M^-1 r`, as in {@link conjugateGradient}; default none. The paper's code has {@link jacobi}. */
  preconditioner?: MatVec;
}

/**
 * Deflated preconditioned conjugate gradients: with V of Ritz vectors and the values `lambda = v' A v / v' v`, let
 * `P w = V diag(1 / lambda) V' w`. The start gets `x += P r`, and every direction is made conjugate to V:
 * `p = z + beta p - P A z`. What V spans, usually the slowest part, is dealt with once.
 *
 * The products `A V` are taken once, so that an iteration costs one product more than nothing: 2 inner products a vector.
 *
 * @param A as {@link conjugateGradient}
 * @param b right-hand side, `[n]`
 * @param options as conjugateGradient, and the vectors; maxIterations default 1000
 * @returns as conjugateGradient; `residualNorms[0]` is that before the deflation of the start
 * @throws as conjugateGradient
 * @example
 * const A = (v: Float64Array) => v.map((each, i) => (i + 1) * each)
 * deflatedPcg(A, [1, 1, 1], { vectors: 3, tolerance: 1e-8 }).iterations // 0
 * @see Saad, Yeung, Erhel, Guyomarc'h 2000, SIAM J. Sci. Comput. 21; Kaneda et al. 2022, arXiv 2205.10763 (as a baseline)
 */
export function deflatedPcg(
  A: OperatorLike,
  b: ArrayLike<number>,
  options: DeflatedPcgOptions = {},
): SolveResult {
  readOptions("deflatedPcg", options, optionNames);
  return ended(deflatedPcgSteps(A, b, options));
}

const optionNames = { ...solveOptions, vectors: true, preconditioner: true } as const;

/**
 * {@link deflatedPcg}, an iteration at a time: yields the residual norm after each, and returns the result.
 *
 * @param A as deflatedPcg
 * @param b as deflatedPcg
 * @param options as deflatedPcg
 * @throws as deflatedPcg
 * @example
 * const steps = deflatedPcgSteps((v) => v.map((each) => 2 * each), [2, 4], { vectors: 1 })
 * steps.next().done // true
 */
export function deflatedPcgSteps(
  A: OperatorLike,
  b: ArrayLike<number>,
  options: DeflatedPcgOptions = {},
): Generator<number, SolveResult> {
  const { vectors = 16, preconditioner } = readOptions("deflatedPcgSteps", options, optionNames);
  checkPreconditioner(preconditioner);
  if (typeof vectors !== "number") checkPairs(vectors, b.length);
  const started = startSolve(A, b, options, 1000);
  if (typeof vectors === "number") checkNumber("vectors", vectors, { min: 1, max: b.length, integer: true });
  if (started.result.status === "converged") return iterate(started, preconditioner);
  return iterate(started, preconditioner, deflated(started, vectors));
}

/** Takes the part of the solution that the vectors span, and gives what is to be taken out of each direction. */
function deflated(started: Started, vectors: number | RitzPairs): Deflation {
  const { operator, b, x, r, threshold, result } = started;
  const pairs = typeof vectors === "number" ? ritz(operator, r, vectors) : vectors;
  const space = pairs.vectors.map((v) => {
    const Av = Float64Array.from(operator.matvec(v));
    return { v, Av, value: dot(v, Av) / dot(v, v) };
  });
  // Those of a null space that isn't known take no part.
  const usable = space.filter(({ value }) => value > 0);
  for (const { v, value } of usable) addScaled(x, dot(v, r) / (value * dot(v, v)), v);
  residual(operator, b, x, r);
  if (normOf(r) <= threshold) result.status = "converged";
  return (z) => {
    const weights = usable.map(({ v, Av, value }) => -dot(Av, z) / (value * dot(v, v)));
    usable.forEach(({ v }, k) => {
      addScaled(z, weights[k], v);
    });
  };
}

function checkPairs(pairs: RitzPairs, size: number): void {
  const fits =
    Array.isArray(pairs?.vectors) &&
    pairs.vectors.every((v) => v instanceof Float64Array && v.length === size);
  if (!fits) throw typeError("vectors", `a number, or Ritz pairs of ${size} unknowns`, pairs);
}
