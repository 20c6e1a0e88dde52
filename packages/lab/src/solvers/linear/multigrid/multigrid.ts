import { readOptions, typeError } from "minimand/engine";
import type { MatVec } from "../linear-operator.ts";
import { projectOut } from "../null-space.ts";
import type { PoissonOperator } from "../poisson.ts";
import { diagonalOf, residualOf, type SparseRows, times, transposed } from "../sparse-rows.ts";
import { besideDiagonal, sweepBackwards, sweepForwards } from "../sweeps.ts";
import { addScaled } from "../vectors.ts";
import { denseCholesky } from "./dense-cholesky.ts";
import { coarser, type Grid, gridOf } from "./grid.ts";
import { tripleProduct } from "./sparse-product.ts";

/** Options of {@link multigrid}. */
export interface MultigridOptions {
  /** Sweeps of Gauss and Seidel before and after each coarse correction; default 1. */
  sweeps?: number;
}

interface Level {
  A: SparseRows;
  /** Reciprocals of the diagonal D; 0 for an empty row. */
  inverse: Float64Array;
  /** `D^-1 A` without its diagonal, for sweeps. */
  beside: SparseRows;
  /** From the next coarser grid to this one, and back; null on the coarsest. */
  prolongation: SparseRows | null;
  restriction: SparseRows | null;
  x: Float64Array;
  b: Float64Array;
  /** `D^-1 b` */
  scaled: Float64Array;
  r: Float64Array;
}

/**
 * Returns a V-cycle of geometric multigrid as preconditioner: cells of 2 by 2 (by 2) become one until few are left. Values go down by
 * linear interpolation P between the centres of fluid cells, residuals up by P', and the coarse operators are `P' A P`, so that obstacles
 * are seen on all grids. Gauss and Seidel sweep forwards before a coarse correction and backwards after it, which makes the whole symmetric
 * positive definite; the coarsest grid is solved.
 *
 * @param A a Poisson operator
 * @param options sweeps
 * @returns `r -> z` for {@link conjugateGradient}
 * @throws TypeError for another matrix: the grid has to be known
 * @example
 * const A = poisson2d({ shape: [32, 32] })
 * const b = Float64Array.from({ length: 1024 }, (_, i) => Math.sin(i))
 * conjugateGradient(A, b, { preconditioner: multigrid(A) }).iterations < 10 // true
 * @see Briggs, Henson, McCormick 2000, "A multigrid tutorial", chapters 3 and 7; McAdams, Sifakis, Teran 2010, "A parallel multigrid
 *   Poisson solver for fluids simulation on large grids"
 */
export function multigrid(A: PoissonOperator, options: MultigridOptions = {}): MatVec {
  const { sweeps } = readOptions("multigrid", options, { sweeps: [1, { min: 1, integer: true }] });
  if (typeof A?.toCsr !== "function" || !Array.isArray(A.shape))
    throw typeError("A", "a Poisson operator (of poisson2d or poisson3d)", A);
  const levels = levelsOf(A);
  const solveCoarsest = denseCholesky(levels[levels.length - 1].A);

  const cycle = (k: number): void => {
    const { A: matrix, inverse, beside, prolongation, restriction, x, b, scaled, r } = levels[k];
    if (prolongation === null || restriction === null) {
      solveCoarsest(b, x);
      return;
    }
    for (let i = 0; i < b.length; i++) scaled[i] = inverse[i] * b[i];
    x.fill(0);
    for (let sweep = 0; sweep < sweeps; sweep++) sweepForwards(beside, scaled, x);
    residualOf(matrix, x, b, r);
    const next = levels[k + 1];
    times(restriction, r, next.b);
    cycle(k + 1);
    times(prolongation, next.x, r);
    addScaled(x, 1, r);
    for (let sweep = 0; sweep < sweeps; sweep++) sweepBackwards(beside, scaled, x);
  };
  const [finest] = levels;
  return (r, z: Float64Array = new Float64Array(A.size)) => {
    finest.b.set(r);
    projectOut(A.nullSpace, finest.b);
    cycle(0);
    z.set(finest.x);
    projectOut(A.nullSpace, z);
    return z;
  };
}

/** Unknowns below which a grid is solved at once. */
const few = 32;

function levelsOf(operator: PoissonOperator): Level[] {
  const levels: Level[] = [];
  let A: SparseRows = operator.toCsr();
  let grid: Grid = gridOf(operator);
  for (;;) {
    const size = A.rows;
    const next = size > few ? coarser(grid) : null;
    const prolongation = next?.prolongation ?? null;
    const restriction = prolongation === null ? null : transposed(prolongation);
    const inverse = diagonalOf(A).map((value) => (value > 0 ? 1 / value : 0));
    const beside = besideDiagonal(A, inverse);
    const [x, b, scaled, r] = [0, 1, 2, 3].map(() => new Float64Array(size));
    levels.push({ A, inverse, beside, prolongation, restriction, x, b, scaled, r });
    if (next === null || prolongation === null || restriction === null) return levels;
    A = tripleProduct(restriction, A, prolongation);
    grid = next.grid;
  }
}
