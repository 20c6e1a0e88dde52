import { numpy as np } from "@jax-js/jax";
import {
  type ImplicitSolution,
  implicitAdjointLoss,
  implicitValue,
  leastSquaresSolver,
  type Residual,
} from "@minimand/lab/solvers";
import { compiledValueAndGrad, normal, randomSource } from "minimand/engine";
import { laterMedian } from "../../kit/statistics.ts";
import { gradients } from "./settings.ts";

/** Gradients through the minimum of `[u + kappa u^3 - y; ridge w]`, `u = B w`, in float64. */
export interface GradientsSpec {
  part: "gradients";
  seed: number;
}

export interface GradientsResult {
  part: "gradients";
  /** Largest distance of the two ways from each other and of one from central differences, by the largest entry. */
  ways: number;
  differences: number;
  /** The same of the gradient that holds the minimum constant, and of the one by Gauss and Newton's matrix. */
  ignored: number;
  gaussNewton: number;
  /** Iterations that were allowed to the solve, made, and milliseconds of the gradient behind it. */
  cost: { allowed: number; iterations: number; milliseconds: number }[];
}

const { problems, rows, parameters: n, kappa, ridge } = gradients;

export function gradientsTrial({ seed }: GradientsSpec): GradientsResult {
  const next = randomSource(seed);
  const draw = (count: number) => Float64Array.from({ length: count }, () => normal(next));
  const [basis, y] = [draw(problems * rows * n), draw(problems * rows)];
  const float = (values: Float64Array<ArrayBuffer>, shape: number[]) => np.array(values, { shape });
  const basisOf = (values = basis) => float(values, [problems, rows, n]);
  const start = () => float(new Float64Array(problems * n), [problems, n]);
  const combine = (B: np.Array, w: np.Array) =>
    np.matmul(B, w.reshape([problems, n, 1])).reshape([problems, rows]);
  const one = (value: number) => float(Float64Array.of(value), [1]);
  const residual: Residual<np.Array> = (w, B) => {
    const u = combine(B, w.ref);
    const bent = u.ref.mul(u.ref).mul(u.ref).mul(one(kappa));
    return np.concatenate([u.add(bent).sub(float(y, [problems, rows])), w.mul(one(ridge))], 1);
  };
  const outer = (w: np.Array, B: np.Array) => np.square(combine(B, w).sub(one(0.5))).sum();

  const exact = { tolerance: 1e-8, newtonSteps: 3 };
  const [solver, simple] = (["exact", "gauss-newton"] as const).map((hessian) =>
    leastSquaresSolver(residual, { ...exact, hessian }),
  );
  type Way = "value" | "adjoint" | "ignored";
  const programOf = (way: Way) =>
    compiledValueAndGrad((B: np.Array, solution: ImplicitSolution) => {
      if (way === "adjoint") return implicitAdjointLoss(residual, outer, B, solution);
      return outer(way === "ignored" ? solution.w : implicitValue(residual, B.ref, solution), B);
    });
  const gradientBy = (program: ReturnType<typeof programOf>, solution: ImplicitSolution): Float64Array => {
    const [value, gradient] = program(basisOf(), solution);
    value.dispose();
    return gradient.dataSync() as Float64Array;
  };
  const solutionOf = (own = solver) => own.solve(basisOf(), start()).solution;
  const programs = {
    value: programOf("value"),
    adjoint: programOf("adjoint"),
    ignored: programOf("ignored"),
  };
  const byValue = gradientBy(programs.value, solutionOf());
  const largest = Math.max(...byValue.map(Math.abs));
  const off = (other: ArrayLike<number>) =>
    Math.max(...byValue.map((value, i) => Math.abs(value - other[i]))) / largest;

  const lossAt = (i: number, by: number): number => {
    const moved = basis.slice();
    moved[i] += by;
    const { inverse, one: number, w } = solver.solve(basisOf(moved), start()).solution;
    for (const x of [inverse, number]) x.dispose();
    return outer(w, basisOf(moved)).item();
  };
  const h = 1e-5;
  const differences = Float64Array.from(basis, (_, i) => (lossAt(i, h) - lossAt(i, -h)) / (2 * h));

  const cost = gradients.iterations.map((allowed) => {
    const own = leastSquaresSolver(residual, { tolerance: 0, gradientTolerance: 0, maxIterations: allowed });
    const times: number[] = [];
    let iterations = 0;
    for (let round = 0; round < 9; round++) {
      const { solution, report } = own.solve(basisOf(), start());
      iterations = Math.max(...report.iterations);
      const before = performance.now();
      gradientBy(programs.value, solution);
      times.push(performance.now() - before);
    }
    own.dispose();
    return { allowed, iterations, milliseconds: laterMedian(times) };
  });
  const result: GradientsResult = {
    part: "gradients",
    ways: off(gradientBy(programs.adjoint, solutionOf())),
    differences: off(differences),
    ignored: off(gradientBy(programs.ignored, solutionOf())),
    gaussNewton: off(gradientBy(programs.value, solutionOf(simple))),
    cost,
  };
  for (const made of [solver, simple, ...Object.values(programs)]) made.dispose();
  return result;
}
