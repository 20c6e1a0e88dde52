import { checkNumber, typeError } from "../../../engine/errors.ts";
import { checkOptions } from "../../../engine/options.ts";
import { type SparseRows, times, transposed } from "../csr.ts";
import type { MatVec } from "../linear-operator.ts";
import { projectOut } from "../null-space.ts";
import type { PoissonOperator } from "../poisson.ts";
import { denseCholesky } from "./dense-cholesky.ts";
import { coarser, type Grid, gridOf } from "./grid.ts";
import { sparseProduct } from "./sparse-product.ts";

/** Of {@link multigrid}. */
export interface MultigridOptions {
  /** Sweeps of Gauss and Seidel before and after each coarse correction; default 1. */
  sweeps?: number;
}

interface Level {
  A: SparseRows;
  /** Where the diagonal of each row stands in A; -1 for an empty row. */
  diagonal: Int32Array;
  /** From the next coarser grid to this one, and back; null on the coarsest. */
  prolongation: SparseRows | null;
  restriction: SparseRows | null;
  x: Float64Array;
  b: Float64Array;
  r: Float64Array;
}

/**
 * A V-cycle of geometric multigrid as preconditioner: cells of 2 by 2 (by 2) become one until few are left. Values go down by linear
 * interpolation P between the centres of fluid cells, residuals up by P', and the coarse operators are `P' A P`, so that obstacles are
 * seen on all grids. Gauss and Seidel sweep forwards before a coarse correction and backwards after it, which makes the whole
 * symmetric positive definite; the coarsest grid is solved.
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
  checkOptions("multigrid", options, { sweeps: true });
  const { sweeps = 1 } = options;
  checkNumber("sweeps", sweeps, { min: 1, integer: true });
  if (typeof A?.toCsr !== "function" || !Array.isArray(A.shape))
    throw typeError("A", "a Poisson operator (of poisson2d or poisson3d)", A);
  const levels = levelsOf(A);
  const solveCoarsest = denseCholesky(levels[levels.length - 1].A);

  const cycle = (k: number): void => {
    const { A: matrix, diagonal, prolongation, restriction, x, b, r } = levels[k];
    if (prolongation === null || restriction === null) {
      solveCoarsest(b, x);
      return;
    }
    x.fill(0);
    for (let sweep = 0; sweep < sweeps; sweep++) forwards(matrix, diagonal, x, b);
    times(matrix, x, r);
    for (let i = 0; i < r.length; i++) r[i] = b[i] - r[i];
    const next = levels[k + 1];
    times(restriction, r, next.b);
    cycle(k + 1);
    times(prolongation, next.x, r);
    for (let i = 0; i < x.length; i++) x[i] += r[i];
    for (let sweep = 0; sweep < sweeps; sweep++) backwards(matrix, diagonal, x, b);
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
    levels.push({
      ...{ A, diagonal: diagonals(A), prolongation, restriction },
      ...{ x: new Float64Array(size), b: new Float64Array(size), r: new Float64Array(size) },
    });
    if (next === null || prolongation === null || restriction === null) return levels;
    A = sparseProduct(restriction, sparseProduct(A, prolongation));
    grid = next.grid;
  }
}

function diagonals({ rows, pointers, indices, values }: SparseRows): Int32Array {
  const diagonal = new Int32Array(rows).fill(-1);
  for (let i = 0; i < rows; i++)
    for (let at = pointers[i]; at < pointers[i + 1]; at++)
      if (indices[at] === i && values[at] > 0) diagonal[i] = at;
  return diagonal;
}

function forwards(A: SparseRows, diagonal: Int32Array, x: Float64Array, b: Float64Array): void {
  for (let i = 0; i < A.rows; i++) relax(A, diagonal, x, b, i);
}

function backwards(A: SparseRows, diagonal: Int32Array, x: Float64Array, b: Float64Array): void {
  for (let i = A.rows - 1; i >= 0; i--) relax(A, diagonal, x, b, i);
}

/** Solves the equation of one unknown for it. */
function relax(
  { pointers, indices, values }: SparseRows,
  diagonal: Int32Array,
  x: Float64Array,
  b: Float64Array,
  i: number,
): void {
  const own = diagonal[i];
  if (own < 0) return;
  let sum = b[i];
  for (let at = pointers[i]; at < pointers[i + 1]; at++) sum -= values[at] * x[indices[at]];
  x[i] += sum / values[own];
}
