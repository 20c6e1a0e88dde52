import {
  type CsrMatrix,
  conjugateGradientSteps,
  deflatedPcgSteps,
  incompleteCholesky,
  jacobi,
  type SolveOptions,
  type SolveResult,
} from "@minimand/lab/solvers";
import { hear } from "../../run/interruptible.ts";
import type { SolverName } from "./solver-names.ts";
import { normOf } from "./vectors.ts";

/** What a solver found, and what it took. */
export interface Solved extends Omit<SolveResult, "residualNorms"> {
  solver: SolverName;
  /** Seconds before the first iteration, and of the iterations. */
  setupSeconds: number;
  seconds: number;
  /** `||b - A x|| / ||b||`, computed from x. */
  relativeResidual: number;
  /** `||r|| / ||b||` at the start and after each iteration. */
  residuals: number[];
  /** What had to be added to the diagonal, as a share of it, to have an incomplete factor. */
  shift: number;
}

/** Milliseconds of iterations after which a signal is looked at, and progress told. */
const turn = 50;

/**
 * Solves by one solver; the event loop has its turn now and then.
 *
 * @throws the signal's reason; RangeError for a matrix that isn't positive definite, or a right-hand side without a solution
 */
export async function solveBy(
  solver: SolverName,
  A: CsrMatrix,
  b: Float64Array,
  {
    vectors,
    signal,
    progress,
    ...options
  }: SolveOptions & {
    vectors: number;
    signal: AbortSignal;
    /** Told now and then how many iterations there were, and the relative residual behind them. */
    progress(iterations: number, residual: number): void;
  },
): Promise<Solved> {
  const started = performance.now();
  const factor = solver === "ic" ? incompleteCholesky(A) : null;
  const unit = unitOf(b);
  const right = b.map((value) => value / unit);
  const common = { ...options, relativeTo: "rightHandSide" } as const;
  const steps =
    solver === "deflated"
      ? deflatedPcgSteps(A, right, {
          ...common,
          preconditioner: jacobi(A),
          vectors: Math.min(vectors, A.size),
        })
      : conjugateGradientSteps(A, right, {
          ...common,
          preconditioner: factor ?? (solver === "jacobi" ? jacobi(A) : undefined),
        });
  const ready = performance.now();
  const scale = normOf(right) || 1;
  let last = ready;
  for (let step = steps.next(), k = 1; ; step = steps.next(), k++) {
    if (step.done === true) {
      const seconds = (performance.now() - ready) / 1000;
      const { residualNorms, ...found } = step.value;
      const left = A.matvec(found.x).map((value, i) => right[i] - value);
      return {
        solver,
        ...found,
        x: found.x.map((value) => value * unit),
        residuals: residualNorms.map((norm) => norm / scale),
        seconds,
        setupSeconds: (ready - started) / 1000,
        relativeResidual: normOf(left) / scale,
        shift: factor?.shift ?? 0,
      };
    }
    if (performance.now() - last < turn) continue;
    progress(k, step.value / scale);
    await hear(signal);
    last = performance.now();
  }
}

/** The power of two to divide a vector by so that its largest number is about 1, and no square leaves the range of numbers. Exact. */
function unitOf(v: Float64Array): number {
  const largest = v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? 1 : 2 ** Math.max(-1074, Math.min(1023, Math.floor(Math.log2(largest))));
}
