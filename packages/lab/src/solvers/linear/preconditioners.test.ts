import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import { csrMatrix } from "./csr.ts";
import { incompleteCholesky } from "./incomplete-cholesky.ts";
import { jacobi } from "./jacobi.ts";
import { multigrid } from "./multigrid/multigrid.ts";
import { type Boundary, type PoissonOperator, poisson2d, poisson3d } from "./poisson.ts";
import { disc, matrixOf, normals, rightHandSide } from "./systems.fixture.ts";

describe("incompleteCholesky", () => {
  it("is the whole factor of a tridiagonal matrix: one step", () => {
    const n = 30;
    const A = matrixOf(
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (i === j ? 2.1 + (i % 3) : Math.abs(i - j) === 1 ? -1 : 0)),
      ),
    );
    const preconditioner = incompleteCholesky(A);
    expect(preconditioner.shift).toBe(0);
    expect(conjugateGradient(A, normals(n), { preconditioner, tolerance: 1e-12 }).iterations).toBe(1);
  });

  it("shifts the diagonal of a positive definite matrix that has no incomplete factor, and says by how much", () => {
    // Of Kershaw 1978: positive definite, and its last pivot without fill-in is negative.
    const A = matrixOf([
      [3, -2, 0, 2],
      [-2, 3, -2, 0],
      [0, -2, 3, -2],
      [2, 0, -2, 3],
    ]);
    const preconditioner = incompleteCholesky(A);
    expect(preconditioner.shift).toBeGreaterThan(0);
    expect(Math.log2(preconditioner.shift / 1e-3) % 1).toBeCloseTo(0, 9);
    // Half of it wouldn't have sufficed.
    expect(incompleteCholesky(A, { shift: preconditioner.shift / 2 }).shift).toBe(preconditioner.shift);
    const { status } = conjugateGradient(A, [1, 2, 3, 4], { preconditioner, tolerance: 1e-10 });
    expect(status).toBe("converged");
  });

  it("ends for a matrix that no shift makes positive definite, and takes one of a sure shift", () => {
    const far = (value: number) =>
      matrixOf([
        [1, value],
        [value, 1],
      ]);
    expect(() => incompleteCholesky(far(1e200))).toThrow(
      "A: expected a positive definite matrix, got one without a factor at alpha 4.096",
    );
    const overflowing = csrMatrix({ rows: 1, columns: 1, row: [0], column: [0], value: [1] });
    overflowing.values[0] = Infinity;
    expect(() => incompleteCholesky(overflowing)).toThrow("A: expected a positive definite matrix");
    expect(incompleteCholesky(far(3)).shift).toBe(2.048);
  });

  it("refuses a diagonal that isn't positive", () => {
    const indefinite = matrixOf([
      [1, 2],
      [2, -1],
    ]);
    expect(() => incompleteCholesky(indefinite)).toThrow("A[1][1]: expected a number > 0");
    expect(() => jacobi(indefinite)).toThrow("A[1][1]: expected a number > 0");
    expect(() => incompleteCholesky({} as never)).toThrow("A: expected a sparse matrix");
  });
});

const operators = fc
  .record({
    shape: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 })),
      fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 7 }))),
    ),
    boundary: fc.constantFrom<Boundary>("dirichlet", "neumann", "neumannExceptTop"),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ shape, boundary, seed }): PoissonOperator => {
    const cells = shape.reduce((a, b) => a * b, 1);
    const solid = normals(cells, seed).map((value) => (value > 1.3 ? 1 : 0));
    return shape.length === 2
      ? poisson2d({ shape: shape as [number, number], solid, boundary })
      : poisson3d({ shape: shape as unknown as [number, number, number], solid, boundary });
  });

describe("multigrid", () => {
  it("is symmetric and positive on every grid, with any obstacles", () => {
    fc.assert(
      fc.property(operators, fc.integer({ min: 1, max: 1000 }), (A, seed) => {
        const apply = multigrid(A);
        const [u, v] = [rightHandSide(A, seed), rightHandSide(A, seed + 1)];
        const scale = Math.max(inner(u, u), 1e-9);
        expect(Math.abs(inner(v, apply(u)) - inner(u, apply(v)))).toBeLessThan(
          1e-8 * Math.max(scale, inner(v, v)) * A.size,
        );
        if (inner(u, u) > 1e-9) expect(inner(u, apply(u))).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["dirichlet", "neumann", "neumannExceptTop"] satisfies Boundary[])(
    "needs as many steps on fine grids as on coarse ones: %s",
    (boundary) => {
      const steps = [16, 33, 64, 100].map((n) => {
        const A = poisson2d({ shape: [n, n], solid: disc(n), boundary });
        return conjugateGradient(A, rightHandSide(A), { preconditioner: multigrid(A), tolerance: 1e-6 })
          .iterations;
      });
      expect(Math.max(...steps)).toBeLessThanOrEqual(8);
    },
  );

  it("may sweep more, and asks for a grid", () => {
    const A = poisson3d({ shape: [10, 10, 10] });
    const steps = [1, 3].map(
      (sweeps) =>
        conjugateGradient(A, rightHandSide(A), { preconditioner: multigrid(A, { sweeps }), tolerance: 1e-10 })
          .iterations,
    );
    expect(steps[1]).toBeLessThan(steps[0]);
    expect(() => multigrid(A.toCsr() as never)).toThrow("A: expected a Poisson operator");
    expect(() => multigrid(A, { sweeps: 0 })).toThrow("sweeps: expected an integer >= 1, got 0");
  });
});
