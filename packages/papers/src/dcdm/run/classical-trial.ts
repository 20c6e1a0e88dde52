import { classical } from "./arms.ts";
import { gridOf, measure, type Shown, type Solved, show, solutionOf } from "./measure.ts";
import { type Family, families, problemOf } from "./problems.ts";
import { mostClassical } from "./settings.ts";

export interface ClassicalSpec {
  part: "classical";
  seed: number;
  size: number;
  sizes: number[];
  solves: number;
  /** Whether curves and fields are kept. */
  shown: boolean;
}

export interface ClassicalResult {
  part: "classical";
  families: { family: Family; solver: string; solved: Solved }[];
  /** Plumes on all grids; `milliseconds` is the time of the work done once for the matrix. */
  sizes: { size: number; solver: string; solved: Solved; milliseconds: number }[];
  shown: Shown[];
  /** The exact solution, whose errors are shown. */
  solution: (number | null)[][];
}

/** Runs all solvers without a network, on every family, and on plumes on larger grids. */
export function classicalTrial({ seed, size, sizes, solves, shown }: ClassicalSpec): ClassicalResult {
  const result: ClassicalResult = { part: "classical", families: [], sizes: [], shown: [], solution: [] };
  for (const family of families) {
    const problem = problemOf(family, size, seed, solves);
    for (const { id: solver, prepare } of classical) {
      const solved = measure(prepare(problem.A), problem, mostClassical, 3);
      result.families.push({ family, solver, solved });
    }
  }
  for (const each of [size, ...sizes]) {
    const problem = problemOf("plume", each, seed, solves);
    for (const { id: solver, prepare } of classical.filter(({ id }) => id !== "steepest")) {
      const start = performance.now();
      const solve = prepare(problem.A);
      const milliseconds = performance.now() - start;
      const solved = measure(solve, problem, mostClassical, 3);
      result.sizes.push({ size: each, solver, solved, milliseconds });
    }
  }
  if (shown) {
    result.shown = classical.map(({ id, prepare }) => show(id, prepare, size, seed));
    const { A, rightHandSides } = problemOf("plume, disc", size, seed, 1);
    result.solution = gridOf(A, solutionOf(A, rightHandSides[0]));
  }
  return result;
}
