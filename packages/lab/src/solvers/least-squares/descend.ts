import { cholesky, solveFactored } from "minimand/internals";
import type { NormalEquations } from "./programs.ts";

/** Why the search of one problem ended: the objective hardly fell, or the gradient vanished; no step lowers it; steps were used up. */
export type LeastSquaresStatus = "converged" | "stalled" | "iterations";

/** How a search goes. */
export interface Descent {
  maxIterations: number;
  tolerance: number;
  gradientTolerance: number;
  damping: "diagonal" | "identity";
  initialDamping: number;
}

/** A point of all problems, row-major `[problems, parameters]`, with what is known there. */
export interface Reached extends NormalEquations {
  w: Float64Array;
  status: LeastSquaresStatus[];
  iterations: Int32Array;
}

/** Beyond this damping a step is shorter than rounding. */
const mostDamping = 1e16;

/**
 * Runs Levenberg and Marquardt's descent of independent problems side by side: `(J^T J + mu D) step = -J^T r` with `D` the diagonal of
 * `J^T J`, or 1; `mu` falls to a fifth where the objective fell and rises fourfold where it didn't.
 *
 * @param evaluate the normal equations at any point of all problems; may keep the point
 */
export function descend(
  evaluate: (w: Float64Array) => NormalEquations,
  w0: Float64Array,
  problems: number,
  options: Descent,
): Reached {
  const n = w0.length / problems;
  const { maxIterations, tolerance } = options;
  const at: Reached = {
    w: w0.slice(),
    ...evaluate(w0.slice()),
    status: Array.from({ length: problems }, () => "iterations"),
    iterations: new Int32Array(problems),
  };
  const damping = new Float64Array(problems).fill(options.initialDamping);
  const active: number[] = [];
  for (let p = 0; p < problems; p++) {
    if (flat(at, p, n, options)) at.status[p] = "converged";
    else active.push(p);
  }
  for (let i = 0; i < maxIterations && active.length > 0; i++) {
    const trial = at.w.slice();
    for (const p of active) {
      const step = dampedStep(at, p, n, damping[p], options.damping);
      step?.forEach((value, j) => {
        trial[p * n + j] += value;
      });
    }
    const found = evaluate(trial.slice());
    for (const p of active.slice()) {
      at.iterations[p]++;
      const before = at.objective[p];
      if (found.objective[p] < before) {
        take(at, found, trial, p, n);
        damping[p] /= 5;
        if (before - found.objective[p] <= tolerance * before || flat(at, p, n, options))
          at.status[p] = "converged";
      } else {
        damping[p] = Math.max(4 * damping[p], 1e-8);
        if (damping[p] > mostDamping) at.status[p] = "stalled";
      }
      if (at.status[p] !== "iterations") active.splice(active.indexOf(p), 1);
    }
  }
  return at;
}

/** Puts a problem to another point. */
export function take(at: Reached, found: NormalEquations, w: Float64Array, p: number, n: number): void {
  at.w.set(w.subarray(p * n, p * n + n), p * n);
  at.objective[p] = found.objective[p];
  at.gradient.set(found.gradient.subarray(p * n, p * n + n), p * n);
  at.gram.set(found.gram.subarray(p * n * n, (p + 1) * n * n), p * n * n);
}

/** Returns the length of a problem's gradient. */
export const gradientNorm = ({ gradient }: NormalEquations, p: number, n: number): number =>
  Math.hypot(...gradient.subarray(p * n, p * n + n));

/** Whether the residual is orthogonal to all columns of the Jacobian, up to a share of their lengths. */
export function flat(
  at: NormalEquations,
  p: number,
  n: number,
  { gradientTolerance }: Pick<Descent, "gradientTolerance">,
): boolean {
  let trace = 0;
  for (let j = 0; j < n; j++) trace += at.gram[p * n * n + j * n + j];
  const lengths = Math.sqrt(2 * at.objective[p] * trace);
  return gradientNorm(at, p, n) <= gradientTolerance * lengths;
}

/** The damped step of one problem, null where its matrix isn't positive definite. */
function dampedStep(
  { gradient, gram }: NormalEquations,
  p: number,
  n: number,
  damping: number,
  kind: Descent["damping"],
): Float64Array | null {
  const matrix = gram.slice(p * n * n, (p + 1) * n * n);
  const diagonal = Float64Array.from({ length: n }, (_, j) => matrix[j * n + j]);
  // A parameter without effect is damped as one that has hardly any.
  const least = 1e-12 * Math.max(...diagonal);
  for (let j = 0; j < n; j++)
    matrix[j * n + j] += damping * (kind === "identity" ? 1 : Math.max(diagonal[j], least));
  const factor = cholesky(matrix, n);
  return (
    factor &&
    solveFactored(
      factor,
      n,
      gradient.subarray(p * n, p * n + n).map((g) => -g),
    )
  );
}
