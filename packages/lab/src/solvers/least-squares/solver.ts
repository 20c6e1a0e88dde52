import { numpy as np } from "@jax-js/jax";
import type { Compile } from "minimand/engine";
import { checkChoice, checkNumber, disposeTree, readOptions, type Tree } from "minimand/engine";
import { type Descent, descend, gradientNorm, type LeastSquaresStatus, type Reached } from "./descend.ts";
import { factored, inverseOf, polish } from "./newton.ts";
import { type LeastSquaresPrograms, leastSquaresPrograms } from "./programs.ts";
import { batched, type LeastSquaresProblem, problemOf, type Residual } from "./residual.ts";
import { checkStart, type Run, runOf } from "./run.ts";

/** How least-squares problems are solved. */
export interface LeastSquaresOptions {
  /** Steps of Levenberg and Marquardt, >= 0; default 50. */
  maxIterations?: number;
  /** The search ends where a step lowers the objective by no more than this share of it, >= 0; default 1e-4. */
  tolerance?: number;
  /** It also ends where `|J^T r| <= gradientTolerance |J| |r|`, >= 0; default 1e-10. */
  gradientTolerance?: number;
  /** What the damping multiplies: the diagonal of `J^T J` (Marquardt), or 1 (Levenberg); default `diagonal`. */
  damping?: Descent["damping"];
  /** The first damping, >= 0; default 1e-3. */
  initialDamping?: number;
  /** Newton steps behind the search, with the second derivative of `hessian`, >= 0; default 2. They are what makes gradients exact. */
  newtonSteps?: number;
  /**
   * `exact`, or `gauss-newton`, which leaves out the curvature of the residuals: the gradient is then exact only where they
   * vanish, and off by a share that grows with them. Default `exact`.
   */
  hessian?: "exact" | "gauss-newton";
  /** Default: the engine's compiler. */
  compile?: Compile;
}

/** How the search of each problem went. */
export interface LeastSquaresReport {
  /** `|r|^2 / 2`. */
  objective: Float64Array;
  /** `|J^T r|`: what is left of it biases gradients by as much. */
  gradientNorm: Float64Array;
  iterations: Int32Array;
  status: LeastSquaresStatus[];
  /**
   * Whether derivatives go by the second derivative that was asked for. Where that isn't positive definite, as at a kink or where the
   * search didn't end, Gauss and Newton's matrix replaces it, with a little on its diagonal. True where none was needed.
   */
  exact: boolean[];
}

/**
 * The solutions of least-squares problems with what their derivatives need: constants of a program that differentiates through
 * them. A tree of arrays, which are the caller's.
 */
export type ImplicitSolution = {
  /** Shaped like the start. */
  w: np.Array;
  /** The inverse of the second derivative of `|r|^2 / 2`, `[problems, parameters, parameters]`. */
  inverse: np.Array;
  /** A number 1 that is an input of the program, for gradients within. */
  one: np.Array;
};

/** Programs that solve problems of one kind, made once. */
export interface LeastSquaresSolver<Theta extends Tree> {
  /** The minimum alone. Consumes both arguments. */
  minimize(theta: Theta, w0: np.Array): { w: np.Array; report: LeastSquaresReport };
  /** The minimum, and what derivatives through it need. Consumes both arguments. */
  solve(theta: Theta, w0: np.Array): { solution: ImplicitSolution; report: LeastSquaresReport };
  dispose(): void;
}

/**
 * Solves batches of small non-linear least-squares problems, and gives what exact gradients through the solutions need.
 *
 * `w*(theta) = argmin_w |r(w, theta)|^2 / 2`
 *
 * by Levenberg and Marquardt's method from `w0` and some Newton steps. Residuals and derivatives are compiled programs; the small
 * linear systems are solved in float64 on the host, so that WebGPU, whose arrays can't be read at once, is no device for it.
 * Problems of a batch have equal shapes; one doesn't see another. With several minima the one near `w0` is found.
 *
 * @param problem the residual `(w [problems, parameters], theta) => [problems, residuals]`, or of a single problem
 *   `(w [parameters], theta) => [residuals]`; with its `jacobian` and `curvature` where those are known
 * @returns a solver for `solve(theta, w0)`, to be used inside {@link implicitValue} or {@link implicitAdjointLoss}; dispose of it
 * @throws TypeError or RangeError for options outside their ranges; from its methods for a start that isn't finite and for
 *   residuals that are fewer than the parameters, of another shape or not finite
 * @example
 * const solver = leastSquaresSolver((w: np.Array, y: np.Array) => w.sub(y))
 * solver.minimize(np.array([3, 4]), np.array([0, 0])).w // [3, 4]
 * solver.dispose()
 * @see Marquardt 1963, SIAM J. Appl. Math. 11(2)
 */
export function leastSquaresSolver<Theta extends Tree>(
  problem: Residual<Theta> | LeastSquaresProblem<Theta>,
  options: LeastSquaresOptions = {},
): LeastSquaresSolver<Theta> {
  const settings = checked(options);
  const whole = problemOf(problem) as unknown as LeastSquaresProblem;
  const programs = new Map<number, LeastSquaresPrograms>();
  const programsOf = (rank: number): LeastSquaresPrograms => {
    const found = programs.get(rank) ?? leastSquaresPrograms(batched(whole, rank), options.compile);
    programs.set(rank, found);
    return found;
  };
  /** Searches, hands the result on, and gives `theta` up. */
  const search = <R>(theta: Tree, w0: np.Array, use: (at: Reached, run: Run) => R): R => {
    checkStart(w0);
    try {
      const run = runOf(programsOf(w0.ndim), theta, w0);
      const at = descend(run.evaluate, run.start, run.problems, settings);
      return use(at, run);
    } finally {
      disposeTree([w0, theta]);
    }
  };
  return {
    minimize: (theta, w0) =>
      search(theta, w0, (at, run) => {
        const exact = Array.from(at.status, () => true);
        return { w: run.array(at.w), report: reportOf(at, run.n, exact) };
      }),
    solve: (theta, w0) =>
      search(theta, w0, (at, run) => {
        const hessian = (w: Float64Array) =>
          settings.hessian === "exact" ? run.hessian(w) : at.gram.slice();
        for (let i = 0; i < settings.newtonSteps; i++) polish(at, hessian(at.w), run, settings);
        const { factors, exact } = factored(hessian(at.w), at, run);
        const inverse = run.array(inverseOf(factors, run.n), [run.n, run.n]);
        const one = np.array(1, { dtype: inverse.dtype });
        return { solution: { w: run.array(at.w), inverse, one }, report: reportOf(at, run.n, exact) };
      }),
    dispose() {
      for (const own of programs.values()) own.dispose();
    },
  };
}

/**
 * Finds the minimum of non-linear least-squares problems by Levenberg and Marquardt's method, once. {@link leastSquaresSolver} is for
 * problems that are solved repeatedly.
 *
 * @param residual `(w, theta) => residuals`, of one problem or a batch, see {@link leastSquaresSolver}
 * @param theta what else residuals depend on; consumed
 * @param w0 the start `[parameters]` or `[problems, parameters]`; consumed
 * @returns `w` like the start, and how the search went
 * @throws as {@link leastSquaresSolver}
 * @example
 * // the rate of a decay: y = exp(-k t) at t = 0, 1, 2
 * const curve = (k: np.Array, y: np.Array) => np.exp(np.array([0, 1, 2]).mul(k).neg()).sub(y)
 * levenbergMarquardt(curve, np.array([1, 0.5, 0.25]), np.array([0])).w // [0.6931]
 * @see Marquardt 1963, SIAM J. Appl. Math. 11(2)
 */
export function levenbergMarquardt<Theta extends Tree>(
  residual: Residual<Theta> | LeastSquaresProblem<Theta>,
  theta: Theta,
  w0: np.Array,
  options: LeastSquaresOptions = {},
): { w: np.Array; report: LeastSquaresReport } {
  readOptions<LeastSquaresOptions>("levenbergMarquardt", options, optionNames);
  const solver = leastSquaresSolver(residual, options);
  try {
    return solver.minimize(theta, w0);
  } finally {
    solver.dispose();
  }
}

/**
 * {@link levenbergMarquardt} with what derivatives through the minimum need, for {@link implicitValue} and
 * {@link implicitAdjointLoss}.
 *
 * @param residual `(w, theta) => residuals`, of one problem or a batch, see {@link leastSquaresSolver}
 * @param theta what else residuals depend on; consumed
 * @param w0 the start `[parameters]` or `[problems, parameters]`; consumed
 * @returns the `solution`, a tree of arrays for programs that differentiate, and how the search went
 * @throws as {@link leastSquaresSolver}
 * @example
 * // the mean of y by least squares; its derivative by each of three numbers is 1/3
 * const mean = (w: np.Array, y: np.Array) => y.sub(w)
 * const { solution } = solveImplicit(mean, np.array([1, 2, 6]), np.array([0]))
 * const run = compiledValueAndGrad((y: np.Array) => implicitValue(mean, y, solution).sum())
 * run(np.array([1, 2, 6])) // [3, [0.3333, 0.3333, 0.3333]]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, equation (5)
 */
export function solveImplicit<Theta extends Tree>(
  residual: Residual<Theta> | LeastSquaresProblem<Theta>,
  theta: Theta,
  w0: np.Array,
  options: LeastSquaresOptions = {},
): { solution: ImplicitSolution; report: LeastSquaresReport } {
  readOptions<LeastSquaresOptions>("solveImplicit", options, optionNames);
  const solver = leastSquaresSolver(residual, options);
  try {
    return solver.solve(theta, w0);
  } finally {
    solver.dispose();
  }
}

export const optionNames = {
  maxIterations: true,
  tolerance: true,
  gradientTolerance: true,
  damping: true,
  initialDamping: true,
  newtonSteps: true,
  hessian: true,
  compile: true,
} as const;

function checked(options: LeastSquaresOptions): Required<Omit<LeastSquaresOptions, "compile">> {
  readOptions<LeastSquaresOptions>("leastSquaresSolver", options, optionNames);
  const settings = {
    maxIterations: options.maxIterations ?? 50,
    tolerance: options.tolerance ?? 1e-4,
    gradientTolerance: options.gradientTolerance ?? 1e-10,
    damping: options.damping ?? "diagonal",
    initialDamping: options.initialDamping ?? 1e-3,
    newtonSteps: options.newtonSteps ?? 2,
    hessian: options.hessian ?? "exact",
  };
  checkNumber("maxIterations", settings.maxIterations, { min: 0, integer: true });
  checkNumber("tolerance", settings.tolerance, { min: 0 });
  checkNumber("gradientTolerance", settings.gradientTolerance, { min: 0 });
  checkChoice("damping", settings.damping, ["diagonal", "identity"]);
  checkNumber("initialDamping", settings.initialDamping, { min: 0 });
  checkNumber("newtonSteps", settings.newtonSteps, { min: 0, integer: true });
  checkChoice("hessian", settings.hessian, ["exact", "gauss-newton"]);
  return settings;
}

function reportOf(at: Reached, n: number, exact: boolean[]): LeastSquaresReport {
  const { objective, iterations, status } = at;
  const norms = Float64Array.from(objective, (_, p) => gradientNorm(at, p, n));
  return { objective, gradientNorm: norms, iterations, status, exact };
}
