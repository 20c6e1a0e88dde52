import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { describe, expect, it } from "vitest";
import {
  type ImplicitSolution,
  implicitAdjointLoss,
  implicitValue,
  type LeastSquaresOptions,
  type LeastSquaresProblem,
  leastSquaresSolver,
  levenbergMarquardt,
  type Residual,
  solveImplicit,
} from "./index.ts";

const problems = 2;
const rows = 8;
const n = 3;
const float = (values: ArrayLike<number>, shape: number[]): np.Array =>
  np.array(Float64Array.from(values), { shape });
const wave = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * i + seed) + 0.3 * Math.cos(i * seed));
const basis = wave(problems * rows * n, 1);
const targets = wave(problems * rows, 2);
const exact: LeastSquaresOptions = { tolerance: 1e-7, newtonSteps: 3 };
/** Entries of the basis at which differences are taken. */
const entries = [0, 7, 14, 21, 25, 30, 41, 47];
const start = (): np.Array => float(new Float64Array(problems * n), [problems, n]);
const basisOf = (values: ArrayLike<number> = basis): np.Array => float(values, [problems, rows, n]);

/** `[u + kappa u^3 - y ; ridge w]` with `u = B w`, of both problems. */
const cubic =
  (kappa = 0.3, ridge = 0.05, y: ArrayLike<number> = targets): Residual<np.Array> =>
  (w, B) => {
    const u = np.matmul(B, w.ref.reshape([problems, n, 1])).reshape([problems, rows]);
    const bent = u.ref
      .mul(u.ref)
      .mul(u.ref)
      .mul(float([kappa], [1]));
    return np.concatenate([u.add(bent).sub(float(y, [problems, rows])), w.mul(float([ridge], [1]))], 1);
  };

/** An outer loss that depends on the basis in both ways. */
const outer = (w: np.Array, B: np.Array): np.Array => {
  const u = np.matmul(B, w.reshape([problems, n, 1]));
  return np.square(u.sub(float([0.7], [1]))).sum();
};

const kept = ({ w, inverse, one }: ImplicitSolution): ImplicitSolution => ({
  w: w.ref,
  inverse: inverse.ref,
  one: one.ref,
});

/** Value and gradient of the outer loss, in the basis, through the minimum. */
function through(
  problem: Residual<np.Array> | LeastSquaresProblem<np.Array>,
  way: "value" | "adjoint" | "ignored",
  options: LeastSquaresOptions = exact,
): { value: number; gradient: number[] } {
  const { solution } = solveImplicit(problem, basisOf(), start(), options);
  const run = compiledValueAndGrad((B: np.Array) => {
    if (way === "adjoint") return implicitAdjointLoss(problem, outer, B, kept(solution));
    const w = way === "ignored" ? solution.w.ref : implicitValue(problem, B.ref, kept(solution));
    return outer(w, B);
  });
  const [value, gradient] = run(basisOf());
  return { value: value.item(), gradient: gradient.js().flat(2) as number[] };
}

/** Central differences of the outer loss behind a whole solve. */
function differencesOf(problem: Residual<np.Array>, h = 1e-5): number[] {
  const solver = leastSquaresSolver(problem, exact);
  const lossAt = (values: ArrayLike<number>): number => {
    const { solution } = solver.solve(basisOf(values), start());
    return outer(solution.w, basisOf(values)).item();
  };
  const differences = entries.map((i) => {
    const moved = (by: number) => basis.map((value, j) => value + (i === j ? by : 0));
    return (lossAt(moved(h)) - lossAt(moved(-h))) / (2 * h);
  });
  solver.dispose();
  return differences;
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));
const relative = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - b[i])) / Math.hypot(...b);

describe("the gradient through a minimum", () => {
  const newton = through(cubic(), "value");
  const adjoint = through(cubic(), "adjoint");

  it("is the same by a Newton step and by the adjoint", () => {
    expect(distance(newton.gradient, adjoint.gradient)).toBeLessThan(1e-10);
    expect(Math.abs(newton.value - adjoint.value)).toBeLessThan(1e-12);
  });

  it("is that of differences of the whole solve", () => {
    const found = entries.map((i) => newton.gradient[i]);
    expect(distance(found, differencesOf(cubic()))).toBeLessThan(1e-6);
  });

  it("is another where the minimum is held constant", () => {
    expect(relative(through(cubic(), "ignored").gradient, newton.gradient)).toBeGreaterThan(0.5);
  });

  it("is biased by Gauss and Newton's matrix where residuals stay, and exact where they vanish", () => {
    const simple: LeastSquaresOptions = { ...exact, hessian: "gauss-newton" };
    expect(relative(through(cubic(), "value", simple).gradient, newton.gradient)).toBeGreaterThan(0.01);
    // Targets that are in reach.
    const u = basis.reduce(
      (sums, value, i) => {
        sums[Math.floor(i / n)] += value * [0.5, -0.2, 0.1][i % n];
        return sums;
      },
      new Float64Array(problems * rows),
    );
    const reached = cubic(
      0.3,
      0,
      u.map((value) => value + 0.3 * value ** 3),
    );
    const full = through(reached, "value");
    expect(distance(through(reached, "value", simple).gradient, full.gradient)).toBeLessThan(1e-7);
  });

  it("is that of the closed form, b y / (b^2 + 1)", () => {
    const single: Residual<np.Array> = (w, b) =>
      np.concatenate([b.mul(w.ref).sub(float([1], [1])), w.mul(float([1], [1]))]);
    for (const [b, y, expected, slope] of [
      [1, 2, 1, 0],
      [2, 1, 0.4, -0.12],
    ]) {
      const residual: Residual<np.Array> = (w, at) => single(w, at).add(float([1 - y, 0], [2]));
      const theta = () => float([b], [1]);
      const { solution, report } = solveImplicit(residual, theta(), float([0], [1]), {
        initialDamping: 0,
        maxIterations: 1,
        tolerance: 0,
        newtonSteps: 0,
      });
      expect(solution.w.ref.js()).toEqual([expect.closeTo(expected, 12)]);
      expect([...report.iterations]).toEqual([1]);
      const run = compiledValueAndGrad((at: np.Array) => implicitValue(residual, at, kept(solution)).sum());
      expect(run(theta())[1].js()).toEqual([expect.closeTo(slope, 12)]);
    }
  });

  it("needs one step without damping where the residual is linear", () => {
    const { report } = levenbergMarquardt(cubic(0), basisOf(), start(), {
      initialDamping: 0,
      maxIterations: 1,
      tolerance: 0,
    });
    for (const norm of report.gradientNorm) expect(norm).toBeLessThan(1e-12);
  });

  it("leaves the value as it is, to the last bit", () => {
    const { solution } = solveImplicit(cubic(), basisOf(), start(), exact);
    const found = implicitValue(cubic(), basisOf(), kept(solution));
    expect(found.js()).toEqual(solution.w.js());
  });
});

describe("a search for a minimum", () => {
  it("never lets the objective rise, and ends with a gradient that it tells", () => {
    let before: ArrayLike<number> = [Infinity, Infinity];
    for (let maxIterations = 0; maxIterations < 8; maxIterations++) {
      const { report } = levenbergMarquardt(cubic(2), basisOf(), start(), { maxIterations, tolerance: 0 });
      report.objective.forEach((value, p) => {
        expect(value).toBeLessThanOrEqual(before[p]);
      });
      before = report.objective;
    }
    const { report } = solveImplicit(cubic(2), basisOf(), start(), exact);
    for (const norm of report.gradientNorm) expect(norm).toBeLessThan(1e-9);
    expect(report.status).toEqual(["converged", "converged"]);
  });

  it("finds in a batch what it finds alone", () => {
    const { w } = levenbergMarquardt(cubic(), basisOf(), start(), exact);
    const both = w.js() as number[][];
    for (let p = 0; p < problems; p++) {
      const alone: Residual<np.Array> = (x, B) => {
        const u = np.matmul(B, x.ref);
        const bent = u.ref
          .mul(u.ref)
          .mul(u.ref)
          .mul(float([0.3], [1]));
        const y = float(targets.slice(p * rows, (p + 1) * rows), [rows]);
        return np.concatenate([u.add(bent).sub(y), x.mul(float([0.05], [1]))]);
      };
      const own = float(basis.slice(p * rows * n, (p + 1) * rows * n), [rows, n]);
      const found = levenbergMarquardt(alone, own, float([0, 0, 0], [3]), exact);
      expect(distance(found.w.js() as number[], both[p])).toBeLessThan(1e-12);
    }
  });

  it("fits the same curve in any basis of the same space", () => {
    const mixing = [1, 0.5, 0, -0.3, 1, 0.2, 0.1, 0, 2];
    const mixed = new Float64Array(basis.length).map((_, i) => {
      const row = Math.floor(i / n);
      return [0, 1, 2].reduce((sum, k) => sum + basis[row * n + k] * mixing[k * n + (i % n)], 0);
    });
    const fieldOf = (values: Float64Array): number[] => {
      const { w } = solveImplicit(cubic(0.3, 0), basisOf(values), start(), exact).solution;
      return np
        .matmul(basisOf(values), w.reshape([problems, n, 1]))
        .js()
        .flat(2) as number[];
    };
    expect(distance(fieldOf(mixed), fieldOf(basis))).toBeLessThan(1e-8);
  });

  it("is the same with derivatives in closed form as without", () => {
    const linear: Residual<np.Array> = (w, B) => {
      const u = np.matmul(B, w.reshape([problems, n, 1])).reshape([problems, rows]);
      return u.ref.mul(u).sub(float(targets, [problems, rows]));
    };
    const closed: LeastSquaresProblem<np.Array> = {
      residual: linear,
      jacobian: (w, B) =>
        np
          .matmul(B.ref, w.reshape([problems, n, 1]))
          .mul(B)
          .mul(float([2], [1])),
      curvature: (w, B) => {
        const r = linear(w, B.ref)
          .reshape([problems, rows, 1])
          .mul(float([2], [1]));
        return np.matmul(np.transpose(B.ref, [0, 2, 1]), B.mul(r));
      },
    };
    const from = () => float([0.3, 0.1, -0.2, 0.5, -0.1, 0.2], [problems, n]);
    const [own, given] = [linear, closed].map((problem) => {
      const { solution } = solveImplicit<np.Array>(problem, basisOf(), from(), exact);
      return [solution.w, solution.inverse].map((x) => x.js().flat(2) as number[]);
    });
    expect(distance(own[0], given[0])).toBeLessThan(1e-12);
    expect(relative(own[1], given[1])).toBeLessThan(1e-10);
  });

  it("tells of a second derivative that it could not use", () => {
    // The objective is flat in the second parameter, which no residual sees.
    const residual: Residual<np.Array> = (w, y) => y.sub(w.slice(0));
    const { report, solution } = solveImplicit(residual, float([1, 3], [2]), float([0, 0], [2]), exact);
    expect(report.exact).toEqual([false]);
    expect((solution.w.js() as number[])[0]).toBeCloseTo(2, 10);
    expect((solution.inverse.js() as number[][]).flat().every(Number.isFinite)).toBe(true);
  });

  it("serves problems that come again, of both ranks, with the same programs", () => {
    let traced = 0;
    const solver = leastSquaresSolver<np.Array>((w, y) => {
      traced++;
      return w.sub(y);
    });
    const first = solver.minimize(float([1, 2], [2]), float([0, 0], [2]));
    const after = traced;
    const second = solver.minimize(float([3, 5], [2]), float([0, 0], [2]));
    expect(traced).toBe(after);
    expect([first, second].map(({ w }) => w.js())).toEqual([
      [1, 2],
      [3, 5],
    ]);
    const batch = solver.minimize(float([3, 5], [2, 1]), float([0, 0], [2, 1]));
    expect(batch.w.js()).toEqual([[3], [5]]);
    solver.dispose();
  });
});

describe("bad input", () => {
  const good: Residual<np.Array> = (w, y) => w.sub(y);
  const y = () => float([1, 2], [2]);
  const cases: [string, () => unknown, string][] = [
    [
      "a residual that is none",
      () => levenbergMarquardt(3 as never, y(), y()),
      "residual: expected a function of w and theta, or an object with one, got 3",
    ],
    [
      "a residual of wrong length",
      () => levenbergMarquardt((w: np.Array) => w.slice([0, 1]), y(), y()),
      "residual: expected shape [1, at least 2], got float64[1, 1]",
    ],
    [
      "a residual of another batch",
      () => levenbergMarquardt((w: np.Array) => w.slice(0), y(), float([1, 2, 3, 4], [2, 2])),
      "residual: expected shape [2, at least 2], got float64[2]",
    ],
    [
      "a Jacobian of wrong shape",
      () => levenbergMarquardt({ residual: good, jacobian: (w) => w }, y(), y()),
      "jacobian: expected shape [1, 2, 2], got float64[1, 2]",
    ],
    [
      "a start that is no array",
      () => levenbergMarquardt(good, y(), [0, 0] as never),
      "w0: expected a float array [parameters] or [problems, parameters], got an array of length 2",
    ],
    [
      "a start that isn't finite",
      () => levenbergMarquardt(good, y(), float([0, Number.NaN], [2])),
      "w0: expected finite numbers, got NaN",
    ],
    [
      "a residual that isn't finite",
      () => levenbergMarquardt(good, float([Number.NaN, 1], [2]), y()),
      "residual: expected finite numbers at the start, got NaN",
    ],
    [
      "options out of range",
      () => leastSquaresSolver(good, { tolerance: -1 }),
      "tolerance: expected a finite number >= 0, got -1",
    ],
    [
      "a choice that is none",
      () => leastSquaresSolver(good, { hessian: "none" as never }),
      'hessian: expected one of "exact", "gauss-newton", got "none"',
    ],
  ];

  it.each(cases)("%s is one clear error", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
