import { conjugateGradient, multigrid, type PoissonOperator } from "@minimand/lab/solvers";
import type { Solve } from "./arms.ts";
import { type Problem, problemOf } from "./problems.ts";
import { shownAfter, tolerances } from "./settings.ts";

/** Numbers of one solver on the right-hand sides of a problem, one each. */
export interface Solved {
  /** Iterations to each tolerance; the maximum where it wasn't reached. */
  iterations: number[][];
  /** Solves that didn't reach the first tolerance. */
  failed: number;
  /** Time of a solve to the first tolerance, the least of the repeats. */
  milliseconds: number[];
}

/** Solves all right-hand sides. */
export function measure(solve: Solve, { rightHandSides }: Problem, most: number, repeats: number): Solved {
  const solved: Solved = { iterations: tolerances.map(() => []), failed: 0, milliseconds: [] };
  for (const b of rightHandSides) {
    const times = Array.from({ length: repeats }, () => {
      const start = performance.now();
      solve(b, tolerances[0]);
      return performance.now() - start;
    });
    solved.milliseconds.push(Math.min(...times));
    const { residualNorms } = solve(b, tolerances[1]);
    tolerances.forEach((tolerance, i) => {
      const at = residualNorms.findIndex((norm) => norm <= tolerance * residualNorms[0]);
      solved.iterations[i].push(at < 0 ? most : at);
      if (i === 0 && at < 0) solved.failed++;
    });
  }
  return solved;
}

/** Returns the result of a network whose training diverged. */
export function unsolved(count: number, most: number): Solved {
  const all = new Array<number>(count).fill(most);
  return { iterations: tolerances.map(() => all), failed: count, milliseconds: [] };
}

/** Residuals and error of one solver on a plume around a disc, for figures. */
export interface Shown {
  solver: string;
  /** Residual norms by iteration, as shares of the first. */
  residuals: number[];
  /** The error after a few iterations, row by row. */
  error: (number | null)[][];
}

/** Returns the residuals of one solver, and the error after a few iterations. */
export function show(
  solver: string,
  prepare: (A: PoissonOperator) => Solve,
  size: number,
  seed: number,
): Shown {
  const { A, rightHandSides } = problemOf("plume, disc", size, seed, 1);
  const [b] = rightHandSides;
  const solve = prepare(A);
  const { residualNorms } = solve(b, tolerances[1]);
  const early = solve(b, 0, shownAfter).x;
  const exact = solutionOf(A, b);
  return {
    solver,
    residuals: residualNorms.map((norm) => Number((norm / residualNorms[0]).toPrecision(4))),
    error: gridOf(
      A,
      exact.map((value, cell) => value - early[cell]),
    ),
  };
}

/** Returns the solution, exact to rounding. */
export const solutionOf = (A: PoissonOperator, b: Float64Array): Float64Array =>
  conjugateGradient(A, b, { tolerance: 1e-12, preconditioner: multigrid(A) }).x;

/** Rounds numbers to three digits on the fluid cells, row by row. */
export function gridOf({ shape, fluid }: PoissonOperator, x: Float64Array): (number | null)[][] {
  const [rows, columns] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const cell = i * columns + j;
      return fluid[cell] === 1 ? Number(x[cell].toPrecision(3)) : null;
    }),
  );
}
