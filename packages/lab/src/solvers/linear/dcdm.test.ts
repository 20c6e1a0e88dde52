import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import { type DcdmOptions, type Direction, dcdm, dcdmAsync } from "./dcdm.ts";
import { incompleteCholesky } from "./incomplete-cholesky.ts";
import { poisson2d } from "./poisson.ts";
import { disc, normals, relativeResidual, rightHandSide } from "./systems.fixture.ts";

const A = poisson2d({ shape: [10, 10] });
const b = rightHandSide(A);
const exact = conjugateGradient(A, b, { tolerance: 1e-14, maxIterations: 500 }).x;
const same: Direction = (r) => r;

/** Distorted residuals: no symmetric preconditioner. */
const crooked =
  (seed: number): Direction =>
  (r) => {
    const noise = normals(r.length, seed);
    return r.map((value, i) => value + 0.3 * Math.abs(r[(i + 1) % r.length]) + 0.05 * noise[i]);
  };

/** Directions, iterates and residuals of all iterations. */
function followed(direction: Direction, options: DcdmOptions, iterations: number) {
  const xs = Array.from({ length: iterations + 1 }, (_, k) =>
    k === 0
      ? new Float64Array(b.length)
      : dcdm(A, b, direction, { ...options, tolerance: 0, maxIterations: k }).x,
  );
  const steps = xs.slice(1).map((x, k) => x.map((value, i) => value - xs[k][i]));
  const residuals = xs.map((x) => A.matvec(x).map((value, i) => b[i] - value));
  return { xs, steps, residuals };
}

const energyNorm = (x: Float64Array): number => {
  const error = x.map((value, i) => value - exact[i]);
  return Math.sqrt(inner(error, A.matvec(error)));
};

describe("dcdm", () => {
  it.each([1, 2, "all"] as const)(
    "is conjugate gradients for f(r) = r and k = %s",
    (orthogonalizeAgainst) => {
      const options = { maxIterations: 10, tolerance: 0 };
      const found = dcdm(A, b, same, { ...options, orthogonalizeAgainst });
      const expected = conjugateGradient(A, b, options);
      found.x.forEach((value, i) => {
        expect(Math.abs(value - expected.x[i])).toBeLessThan(1e-10);
      });
    },
  );

  it("is preconditioned conjugate gradients for a fixed M", () => {
    const preconditioner = incompleteCholesky(A.toCsr());
    const options = { maxIterations: 8, tolerance: 0 };
    const found = dcdm(A, b, (r) => preconditioner(r), { ...options, orthogonalizeAgainst: 1 });
    const expected = conjugateGradient(A, b, { ...options, preconditioner });
    found.residualNorms.forEach((norm, k) => {
      expect(norm).toBeCloseTo(expected.residualNorms[k], 8);
    });
  });

  it.each([1, -1, 1e-8, 1e8])("is done after one step along %d times A^-1 r", (scale) => {
    const inverse: Direction = (r) =>
      conjugateGradient(A, r, { tolerance: 1e-14, maxIterations: 500 }).x.map((value) => scale * value);
    const { iterations, residualNorms, status } = dcdm(A, b, inverse, { tolerance: 1e-10 });
    expect([status, iterations]).toEqual(["converged", 1]);
    expect(residualNorms[1] / residualNorms[0]).toBeLessThan(1e-12);
  });

  it("never comes further from the solution in the norm of A, takes the best steps, and leaves no residual along them", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.constantFrom(0, 1, 2, 3, "all" as const),
        (seed, orthogonalizeAgainst) => {
          const { xs, steps, residuals } = followed(crooked(seed), { orthogonalizeAgainst }, 6);
          steps.forEach((step, k) => {
            expect(energyNorm(xs[k + 1])).toBeLessThanOrEqual(energyNorm(xs[k]) * (1 + 1e-12));
            const scale = Math.sqrt(inner(step, step) * inner(residuals[k], residuals[k]));
            expect(Math.abs(inner(residuals[k + 1], step))).toBeLessThan(1e-11 * scale);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it.each([1, 2, 4])("makes each direction conjugate to the last %d", (k) => {
    const { steps } = followed(crooked(7), { orthogonalizeAgainst: k }, 7);
    const between = (i: number, j: number) => {
      const [p, q] = [steps[i], steps[j]];
      return inner(p, A.matvec(q)) / Math.sqrt(inner(p, A.matvec(p)) * inner(q, A.matvec(q)));
    };
    for (let i = 1; i < 7; i++)
      for (let j = Math.max(0, i - k); j < i; j++) expect(Math.abs(between(i, j))).toBeLessThan(1e-10);
    if (k < 3) expect(Math.abs(between(4, 4 - k - 1))).toBeGreaterThan(1e-7);
  });

  it("goes along the residual where a direction is none, or stops", () => {
    let calls = 0;
    const nothing: Direction = (r) => (calls++ % 2 === 0 ? new Float64Array(r.length) : r);
    expect(dcdm(A, b, nothing).status).toBe("converged");
    const stopped = dcdm(A, b, () => new Float64Array(b.length), { fallback: "stop" });
    expect([stopped.status, stopped.iterations]).toEqual(["breakdown", 0]);
    // The direction of the step before is no usable direction either.
    const stuck = dcdm(A, b, () => normals(b.length, 77), { fallback: "stop" });
    expect([stuck.status, stuck.iterations]).toEqual(["breakdown", 1]);
  });

  it("leaves solid cells and the null space alone, whatever the direction says of them", () => {
    const between = poisson2d({ shape: [12, 12], solid: disc(12), boundary: "neumann" });
    const right = rightHandSide(between);
    const { x, status } = dcdm(between, right, (r) => r.map((value) => value + 0.7), { tolerance: 1e-8 });
    expect(status).toBe("converged");
    expect(relativeResidual(between.matvec, x, right)).toBeLessThan(1e-8);
    expect(x.every((value, cell) => between.fluid[cell] === 1 || value === 0)).toBe(true);
  });

  it("does the same with directions that come later", async () => {
    const later = await dcdmAsync(A, b, async (r) => crooked(3)(r), { tolerance: 1e-6 });
    expect(later).toEqual(dcdm(A, b, crooked(3), { tolerance: 1e-6 }));
    await expect(dcdmAsync(A, b, () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  });

  const cases: [string, () => unknown, string | RegExp][] = [
    [
      "NaN",
      () => dcdm(A, b, (r) => r.fill(Number.NaN)),
      "direction[0]: expected a finite number, got NaN at iteration 1",
    ],
    ["another size", () => dcdm(A, b, () => [1]), "direction: expected an array of 100 numbers, got 1"],
    [
      "a promise",
      () => dcdm(A, b, (async (r: Float64Array) => r) as never),
      "direction: expected an array of 100 numbers, at once",
    ],
    [
      "no function",
      () => dcdm(A, b, null as never),
      "direction: expected a function of a residual of norm 1, got null",
    ],
    [
      "a singular matrix whose null space isn't known",
      () => dcdm((v) => v.map((value, i) => (i < 2 ? 0 : value)), [1, 1, 1, 1], same),
      /^A: expected a matrix that isn't singular for this b/,
    ],
    [
      "an indefinite matrix",
      () => dcdm((v) => v.map((value, i) => (i === 0 ? -value : value)), [3, 1], same),
      /^A: expected a positive definite matrix/,
    ],
    [
      "a fraction of directions",
      () => dcdm(A, b, same, { orthogonalizeAgainst: 1.5 }),
      "orthogonalizeAgainst: expected an integer",
    ],
  ];
  it.each(cases)("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
