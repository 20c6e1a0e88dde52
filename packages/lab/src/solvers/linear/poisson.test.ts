import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";
import { type Boundary, type PoissonOperator, poisson2d, poisson3d } from "./poisson.ts";
import { poissonProduct } from "./poisson-array.ts";
import { disc, normals } from "./systems.fixture.ts";

const boundaries: Boundary[] = ["dirichlet", "neumann", "neumannExceptTop"];

const operators = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 3 }),
    boundary: fc.constantFrom(...boundaries),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ shape, boundary, seed }): PoissonOperator => {
    const draws = normals(
      shape.reduce((a, b) => a * b),
      seed,
    );
    const solid = draws.map((value) => (value > 1 ? 1 : 0));
    return shape.length === 2
      ? poisson2d({ shape: shape as [number, number], solid, boundary })
      : poisson3d({ shape: shape as [number, number, number], solid, boundary });
  });

describe("poisson2d and poisson3d", () => {
  it("are symmetric, never negative, and zero on solid cells, whatever stands there", () => {
    fc.assert(
      fc.property(operators, fc.integer({ min: 1, max: 1000 }), (A, seed) => {
        const [u, v] = [normals(A.size, seed), normals(A.size, seed + 1)];
        const [Au, Av] = [A.matvec(u), A.matvec(v)];
        expect(inner(u, Av)).toBeCloseTo(inner(v, Au), 10);
        expect(inner(u, Au)).toBeGreaterThan(-1e-12);
        const masked = u.map((value, cell) => value * A.fluid[cell]);
        expect([...A.matvec(masked)]).toEqual([...Au]);
        expect(Au.every((value, cell) => A.fluid[cell] === 1 || value === 0)).toBe(true);
      }),
    );
  });

  it("are the sparse matrix that they give, and the engine's product", () => {
    fc.assert(
      fc.property(operators, (A) => {
        const u = normals(A.size);
        const expected = [...A.matvec(u)];
        const sparse = A.toCsr();
        const engine = poissonProduct(A)(
          np.array(Float32Array.from(u), { shape: [1, ...A.shape, 1] }),
        ).dataSync();
        sparse.matvec(u).forEach((value, cell) => {
          expect(value).toBeCloseTo(expected[cell], 12);
          expect(engine[cell]).toBeCloseTo(expected[cell], 4);
        });
        // A part of the grid without a fixed value, recognised by its cells here and by sums of rows there.
        expect(sparse.nullSpace?.groups).toEqual(A.nullSpace?.groups);
      }),
      { numRuns: 40 },
    );
  });

  it("have the eigenvalues of an empty box", () => {
    const n = 5;
    const A = poisson2d({ shape: [n, n] });
    for (const [i, j] of [
      [1, 1],
      [2, 5],
      [4, 3],
    ]) {
      const wave = Float64Array.from(
        { length: n * n },
        (_, cell) =>
          Math.sin((i * Math.PI * (Math.floor(cell / n) + 1)) / (n + 1)) *
          Math.sin((j * Math.PI * ((cell % n) + 1)) / (n + 1)),
      );
      const value = 4 - 2 * Math.cos((i * Math.PI) / (n + 1)) - 2 * Math.cos((j * Math.PI) / (n + 1));
      A.matvec(wave).forEach((image, cell) => {
        expect(image).toBeCloseTo(value * wave[cell], 12);
      });
    }
  });

  it("map constants to zero between walls, on each part that an obstacle leaves", () => {
    const solid = [0, 1, 0, 0, 1, 0, 0, 1, 0];
    const A = poisson2d({ shape: [3, 3], solid, boundary: "neumann" });
    const sides = Float64Array.from([1, 0, 2, 1, 0, 2, 1, 0, 2]);
    expect([...A.matvec(sides)]).toEqual(new Array(9).fill(0));
    // Two columns of fluid, and each of the three solid cells.
    expect(A.nullSpace?.groups).toBe(5);
    expect(poisson2d({ shape: [3, 3], solid }).nullSpace?.groups).toBe(3);
    expect(poisson2d({ shape: [3, 3] }).nullSpace).toBeNull();
  });

  it("are open above the first row alone where only the top is", () => {
    const A = poisson2d({ shape: [3, 2], boundary: "neumannExceptTop" });
    expect([...A.matvec(new Float64Array(6).fill(1))]).toEqual([1, 1, 0, 0, 0, 0]);
    const volume = poisson3d({ shape: [2, 1, 2], boundary: "neumannExceptTop" });
    expect([...volume.matvec(new Float64Array(4).fill(1))]).toEqual([1, 1, 0, 0]);
  });

  it.each([
    [{ shape: [3] }, "shape: expected a list of 2 sizes, got an array of length 1"],
    [{ shape: [3, 0] }, "shape[1]: expected an integer >= 1, got 0"],
    [{ shape: [3, 3], solid: [1, 0] }, "solid: expected 9 numbers, one a cell, got 2"],
    [{ shape: [3, 3], boundary: "periodic" }, 'boundary: expected one of "dirichlet"'],
    [
      { shape: [3, 3], walls: true },
      'poisson2d: expected only the options shape, solid, boundary, got "walls"',
    ],
  ])("refuse %j", (options, message) => {
    expect(() => poisson2d(options as never)).toThrow(message);
  });
});

describe("poissonProduct", () => {
  it("refuses other arrays", () => {
    const A = poissonProduct(poisson2d({ shape: [2, 3] }));
    expect(() => A(np.zeros([1, 3, 2]))).toThrow("u: expected shape [batch, 2, 3]");
    expect(() => A(np.zeros([1, 2, 3], { dtype: np.int32 }))).toThrow("u: expected a float array");
    expect(() => poissonProduct({} as never)).toThrow("operator: expected a Poisson operator, got object");
  });

  it("consumes what it is given", () => {
    const u = np.array(Float32Array.from(normals(64)), { shape: [1, 8, 8] });
    poissonProduct(poisson2d({ shape: [8, 8], solid: disc(8) }))(u.ref).dispose();
    expect(u.refCount).toBe(1);
    u.dispose();
  });
});
