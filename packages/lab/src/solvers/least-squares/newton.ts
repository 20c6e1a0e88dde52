import { cholesky, solveFactored } from "minimand/internals";
import { type Descent, flat, gradientNorm, type Reached, take } from "./descend.ts";
import type { NormalEquations } from "./programs.ts";

/** Problems side by side whose normal equations can be asked for. */
interface Problems {
  problems: number;
  n: number;
  evaluate(w: Float64Array): NormalEquations;
}

/** Makes a Newton step of each problem, kept where the gradient gets shorter and the objective no larger than by rounding. */
export function polish(
  at: Reached,
  hessian: Float64Array,
  { problems, n, evaluate }: Problems,
  options: Pick<Descent, "gradientTolerance">,
): void {
  const trial = at.w.slice();
  for (let p = 0; p < problems; p++) {
    const factor = cholesky(hessian.subarray(p * n * n, (p + 1) * n * n), n);
    const step = factor && solveFactored(factor, n, at.gradient.subarray(p * n, p * n + n));
    step?.forEach((value, j) => {
      trial[p * n + j] -= value;
    });
  }
  const found = evaluate(trial);
  for (let p = 0; p < problems; p++) {
    const nearer = gradientNorm(found, p, n) < gradientNorm(at, p, n);
    if (nearer && found.objective[p] <= at.objective[p] * (1 + 1e-6)) take(at, found, trial, p, n);
    if (flat(at, p, n, options)) at.status[p] = "converged";
  }
}

/**
 * Cholesky factors of the second derivatives of all problems. Where one isn't positive definite, Gauss and Newton's matrix replaces it,
 * with as much on its diagonal as it takes.
 */
export function factored(
  matrices: Float64Array,
  { gram }: Pick<NormalEquations, "gram">,
  { problems, n }: Pick<Problems, "problems" | "n">,
): { factors: Float64Array[]; exact: boolean[] } {
  const exact: boolean[] = [];
  const factors = Array.from({ length: problems }, (_, p) => {
    const [matrix, simple] = [matrices, gram].map((all) => all.subarray(p * n * n, (p + 1) * n * n));
    let factor = cholesky(matrix, n);
    exact.push(factor !== null);
    let trace = 0;
    for (let j = 0; j < n; j++) trace += simple[j * n + j];
    for (let share = 1e-8; factor === null; share *= 10)
      factor = cholesky(simple, n, { shift: (share * (trace || 1)) / n });
    return factor;
  });
  return { factors, exact };
}

/** Returns the inverses of factored matrices, one after another. */
export function inverseOf(factors: readonly Float64Array[], n: number): Float64Array {
  const inverses = new Float64Array(factors.length * n * n);
  factors.forEach((factor, p) => {
    for (let j = 0; j < n; j++) {
      const unit = new Float64Array(n);
      unit[j] = 1;
      inverses.set(solveFactored(factor, n, unit), p * n * n + j * n);
    }
  });
  return inverses;
}
