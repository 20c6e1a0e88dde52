import type { SolverName } from "./solver-names.ts";
import type { Source } from "./system.ts";

/** What `results.json` of `minimand solve` holds. */
export interface SolveFile {
  schema: "minimand.solve/1";
  created: string;
  versions: { minimand: string; engine: string; node: string };
  matrix: Source & {
    rows: number;
    /** Entries of both halves, those at the same place added up. */
    entries: number;
  };
  rightHandSide: Source;
  tolerance: number;
  maxIterations: number;
  /** Ritz vectors of the deflated solver. */
  vectors: number;
  runs: {
    solver: SolverName;
    status: "converged" | "maxIterations" | "breakdown";
    iterations: number;
    relativeResidual: number;
    setupSeconds: number;
    seconds: number;
    shift: number;
    /** `||r|| / ||b||` at the start and after each iteration. */
    residuals: number[];
  }[];
  /** The solver whose solution is in `solution.mtx`; null where none came to the tolerance. */
  solution: SolverName | null;
}
