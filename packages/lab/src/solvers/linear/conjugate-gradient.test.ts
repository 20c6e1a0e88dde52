import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conjugateGradient, conjugateGradientSteps } from "./conjugate-gradient.ts";
import { incompleteCholesky } from "./incomplete-cholesky.ts";
import { jacobi } from "./jacobi.ts";
import { multigrid } from "./multigrid/multigrid.ts";
import { type Boundary, poisson2d, poisson3d } from "./poisson.ts";
import {
  disc,
  matrixOf,
  normals,
  relativeResidual,
  rightHandSide,
  withEigenvalues,
} from "./systems.fixture.ts";

describe("conjugateGradient", () => {
  it("ends after as many steps as there are different eigenvalues", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 99 }), (different, seed) => {
        const values = Array.from({ length: 24 }, (_, i) => 1 + (i % different));
        const { iterations, status } = conjugateGradient(withEigenvalues(values, seed), normals(24, seed), {
          tolerance: 1e-9,
        });
        expect([status, iterations]).toEqual(["converged", different]);
      }),
    );
  });

  it("solves to the tolerance, whose residual is the true one", () => {
    const A = poisson2d({ shape: [20, 20], solid: disc(20), boundary: "neumannExceptTop" });
    const b = rightHandSide(A);
    const { x, residualNorms, iterations } = conjugateGradient(A, b, { tolerance: 1e-11 });
    expect(relativeResidual(A.matvec, x, b)).toBeLessThan(1e-11);
    expect(residualNorms).toHaveLength(iterations + 1);
    expect(residualNorms[iterations] / residualNorms[0]).toBeLessThan(1e-11);
  });

  it.each(["neumann", "dirichlet"] satisfies Boundary[])(
    "leaves out what a singular matrix maps to zero: %s, with solid cells",
    (boundary) => {
      const A = poisson2d({ shape: [16, 16], solid: disc(16), boundary });
      const b = rightHandSide(A);
      for (const preconditioner of [
        undefined,
        incompleteCholesky(A.toCsr()),
        multigrid(A),
        jacobi(A.diagonal),
      ]) {
        const { x, status } = conjugateGradient(A, b, { tolerance: 1e-9, preconditioner });
        expect(status).toBe("converged");
        expect(relativeResidual(A.matvec, x, b)).toBeLessThan(1e-9);
        expect(x.every((value, cell) => A.fluid[cell] === 1 || value === 0)).toBe(true);
        if (boundary === "neumann") expect(x.reduce((sum, value) => sum + value)).toBeCloseTo(0, 9);
      }
    },
  );

  it("needs fewer steps with each better preconditioner, in the plane and in space", () => {
    for (const A of [poisson2d({ shape: [32, 32] }), poisson3d({ shape: [12, 12, 12] })]) {
      const b = rightHandSide(A);
      const steps = [undefined, incompleteCholesky(A.toCsr()), multigrid(A)].map(
        (preconditioner) => conjugateGradient(A, b, { preconditioner, tolerance: 1e-8 }).iterations,
      );
      expect(steps).toEqual(steps.toSorted((a, b) => b - a));
      expect(steps[1]).toBeLessThan(0.6 * steps[0]);
      expect(steps[2]).toBeLessThan(0.6 * steps[1]);
    }
  });

  it("gains from a good start where the tolerance is one of the right-hand side", () => {
    const A = poisson2d({ shape: [16, 16] });
    const b = rightHandSide(A);
    const { x } = conjugateGradient(A, b, { tolerance: 1e-6 });
    const from = (relativeTo: "start" | "rightHandSide") =>
      conjugateGradient(A, b, { x0: x, tolerance: 1e-4, relativeTo }).iterations;
    expect(from("rightHandSide")).toBe(0);
    expect(from("start")).toBeGreaterThan(10);
  });

  it("gives up after maxIterations, and has nothing to do for b = 0", () => {
    const A = poisson2d({ shape: [16, 16] });
    const stopped = conjugateGradient(A, rightHandSide(A), { maxIterations: 3 });
    expect([stopped.status, stopped.iterations]).toEqual(["maxIterations", 3]);
    const nothing = conjugateGradient(A, new Float64Array(256));
    expect([nothing.status, nothing.iterations, nothing.x.every((v) => v === 0)]).toEqual([
      "converged",
      0,
      true,
    ]);
  });

  it.each([1e308, 5e-324])("refuses a right-hand side of %d, whose square is out of range", (value) => {
    expect(() => conjugateGradient((v) => v.slice(), [value, value])).toThrow(
      /^b: expected numbers whose squares have a sum > 0 and < 1.8e308; scale b, and x will scale with it, got (Infinity|0)$/,
    );
  });

  it("goes on where the recurrence was too hopeful", () => {
    // Rounded in each product: the recurrence drifts away from the residual.
    const A = withEigenvalues(Array.from({ length: 40 }, (_, i) => 10 ** (i / 8)));
    const rough = (v: Float64Array) => Float64Array.from(Float32Array.from(A(v)));
    const { x, status, residualNorms } = conjugateGradient(rough, normals(40), { tolerance: 1e-3 });
    expect(status).toBe("converged");
    expect(relativeResidual(rough, x, normals(40))).toBeLessThan(1e-3);
    expect(residualNorms.at(-1)).toBeLessThan(1e-3 * residualNorms[0]);
  });

  it("changes neither what it is given nor what it gave", () => {
    const A = poisson2d({ shape: [4, 4] });
    const [b, x0] = [rightHandSide(A), normals(16, 5)];
    const kept = [[...b], [...x0]];
    const { x } = conjugateGradient(A, b, { x0 });
    const found = [...x];
    conjugateGradient(A, b, { x0 });
    expect([[...b], [...x0], [...x]]).toEqual([...kept, found]);
  });

  it("takes a right-hand side whose digits miss the range of a singular matrix by less than the tolerance", () => {
    const A = poisson2d({ shape: [8, 8], boundary: "neumann" });
    const b = A.matvec(normals(A.size, 3)).map((value) => value + 1e-6);
    const { x, status } = conjugateGradient(A, b, { tolerance: 1e-4 });
    expect(status).toBe("converged");
    const left = A.matvec(x).map((value, i) => b[i] - value);
    expect(Math.hypot(...left) / Math.hypot(...b)).toBeLessThan(1.01e-4);
    expect(() => conjugateGradient(A, b, { tolerance: 1e-8 })).toThrow(
      "b: expected mean 0 over all unknowns",
    );
  });

  it("yields the residual norms one after another", () => {
    const A = poisson2d({ shape: [8, 8] });
    const { residualNorms } = conjugateGradient(A, rightHandSide(A));
    const yielded = [...conjugateGradientSteps(A, rightHandSide(A))];
    expect(yielded).toEqual(residualNorms.slice(1, -1));
  });

  const twice = (v: Float64Array) => v.map((each) => 2 * each);
  const cases: [string, () => unknown, string | RegExp][] = [
    [
      "a matrix that isn't symmetric",
      () => conjugateGradient((v) => v.map((each, i) => 2 * each + (v[i + 1] ?? 0)), [1, 2, 3]),
      /^A: expected a symmetric matrix, got u' A v = .* and v' A u = /,
    ],
    [
      "a right-hand side that a singular matrix has no solution for",
      () => conjugateGradient(poisson2d({ shape: [3, 3], boundary: "neumann" }), new Float64Array(9).fill(1)),
      "b: expected mean 0 over all unknowns, since A is singular (it maps a constant there to 0), got 1",
    ],
    [
      "a right-hand side in a solid cell",
      () => conjugateGradient(poisson2d({ shape: [1, 3], solid: [0, 1, 0] }), [0, 1, 0]),
      "b: expected mean 0 over unknown 1, which no equation mentions",
    ],
    [
      "such a one where the null space isn't known",
      () => conjugateGradient(withEigenvalues([0, 0, 1, 2, 3]), normals(5), { tolerance: 1e-9 }),
      /^A: expected a matrix that isn't singular for this b/,
    ],
    [
      "a matrix with a negative eigenvalue",
      () => conjugateGradient(withEigenvalues([-1, 2, 3]), normals(3), { tolerance: 1e-9 }),
      /^A: expected a positive definite matrix, got a direction p with p' A p = -/,
    ],
    [
      "a preconditioner that isn't positive definite",
      () => conjugateGradient(twice, [1, 2], { preconditioner: (r) => r.map((each) => -each) }),
      "preconditioner: expected a positive definite M, got r' M^-1 r = -5",
    ],
    [
      "NaN of a preconditioner",
      () => conjugateGradient(twice, [1, 2], { preconditioner: (r) => r.map(() => Number.NaN) }),
      "preconditioner: expected a positive definite M, got r' M^-1 r = NaN",
    ],
    [
      "too few numbers of a preconditioner",
      () => conjugateGradient(twice, [1, 2], { preconditioner: (r) => r.slice(1) }),
      "preconditioner(r): expected a Float64Array of 2 numbers, got Float64Array(1)",
    ],
    [
      "a preconditioner that returns nothing",
      () => conjugateGradient(twice, [1, 2], { preconditioner: (() => undefined) as never }),
      "preconditioner(r): expected a Float64Array of 2 numbers, got undefined",
    ],
    ["NaN in b", () => conjugateGradient(twice, [1, Number.NaN]), "b[1]: expected a finite number, got NaN"],
    [
      "NaN of A",
      () => conjugateGradient((v) => v.map(() => Number.NaN), [1]),
      "A v: expected finite numbers",
    ],
    ["another size", () => conjugateGradient(matrixOf([[1]]), [1, 2]), "A: expected a matrix with 2 rows"],
    ["another x0", () => conjugateGradient(twice, [1, 2], { x0: [1] }), "x0: expected an array of 2 numbers"],
    [
      "a function of arrays",
      () => conjugateGradient((() => [1]) as never, [1]),
      "A v: expected a Float64Array",
    ],
    [
      "nothing",
      () => conjugateGradient(undefined as never, [1]),
      "A: expected a function v -> A v, or a matrix",
    ],
    [
      "a tolerance of 1",
      () => conjugateGradient(twice, [1], { tolerance: 1 }),
      "tolerance: expected a finite",
    ],
  ];
  it.each(cases)("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
