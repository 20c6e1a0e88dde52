import { symmetricEigen } from "minimand/internals";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import { deflatedPcg } from "./deflated.ts";
import { lanczos, ritz } from "./lanczos.ts";
import { poisson2d } from "./poisson.ts";
import { ritzMixture, ritzMixtures } from "./ritz-mixture.ts";
import { normals, relativeResidual, rightHandSide, withEigenvalues } from "./systems.fixture.ts";
import { tridiagonalEigen } from "./tridiagonal-eigen.ts";

const spread = (n: number) => Array.from({ length: n }, (_, i) => 1 + i * i);

describe("lanczos", () => {
  it("finds all eigenvalues of a simple spectrum, with orthonormal vectors", () => {
    const n = 40;
    const { vectors } = lanczos(withEigenvalues(spread(n)), normals(n, 3), n);
    expect(vectors).toHaveLength(n);
    for (const [i, u] of vectors.entries())
      for (const [j, v] of vectors.entries())
        expect(Math.abs(inner(u, v) - (i === j ? 1 : 0))).toBeLessThan(1e-12);
    const { values } = ritz(withEigenvalues(spread(n)), normals(n, 3), n);
    spread(n).forEach((value, i) => {
      expect(values[i] / value).toBeCloseTo(1, 10);
    });
  });

  it("loses orthogonality without looking back", () => {
    const n = 60;
    const of = (reorthogonalize: boolean) => {
      const { vectors } = lanczos(withEigenvalues(spread(n)), normals(n, 3), n, { reorthogonalize });
      return Math.abs(inner(vectors[0], vectors[n - 1]));
    };
    expect(of(true)).toBeLessThan(1e-13);
    expect(of(false)).toBeGreaterThan(1e-8);
  });

  it("ends where the space is whole", () => {
    const { vectors } = lanczos(withEigenvalues([1, 1, 1, 2, 2, 5]), normals(6), 6);
    expect(vectors).toHaveLength(3);
  });

  it("leaves out the null space", () => {
    const A = poisson2d({ shape: [6, 6], boundary: "neumann" });
    const { values, vectors } = ritz(A, normals(36), 20);
    expect(values[0]).toBeGreaterThan(0.1);
    for (const v of vectors) expect(v.reduce((sum, each) => sum + each)).toBeCloseTo(0, 10);
  });

  it.each([
    [[0, 0], 1, "||v||: expected a finite number > 0, got 0"],
    [[1, 2], 3, "steps: expected an integer >= 1 and <= 2, got 3"],
    [[1, Number.NaN], 1, "v[1]: expected a finite number, got NaN"],
  ])("refuses a start %j with %d steps", (v, steps, message) => {
    expect(() => lanczos((x) => x.slice(), v, steps)).toThrow(message);
  });
});

describe("tridiagonalEigen", () => {
  it("agrees with rotations of the whole matrix, and its vectors are eigenvectors", () => {
    const n = 25;
    const [diagonal, off] = [normals(n, 1), normals(n - 1, 2)];
    off[7] = 0;
    const dense = new Float64Array(n * n);
    for (let i = 0; i < n; i++) dense[i * n + i] = diagonal[i];
    for (let i = 0; i + 1 < n; i++) dense[i * n + i + 1] = dense[(i + 1) * n + i] = off[i];
    const expected = symmetricEigen(dense, n).values.toSorted();
    const { values, vectors } = tridiagonalEigen(diagonal, off);
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 10);
      for (let i = 0; i < n; i++)
        expect(inner(dense.subarray(i * n, (i + 1) * n), vectors[k])).toBeCloseTo(value * vectors[k][i], 10);
    });
  });

  it("takes a single number, and equal ones", () => {
    expect([...tridiagonalEigen(Float64Array.of(3), new Float64Array()).values]).toEqual([3]);
    expect([...tridiagonalEigen(new Float64Array(4).fill(2), new Float64Array(3)).values]).toEqual([
      2, 2, 2, 2,
    ]);
  });
});

describe("deflatedPcg", () => {
  const A = poisson2d({ shape: [32, 32] });
  const b = rightHandSide(A);

  it("solves, in fewer steps than without, and in none with all vectors", () => {
    const plain = conjugateGradient(A, b, { tolerance: 1e-8 });
    const deflated = deflatedPcg(A, b, { tolerance: 1e-8, vectors: 30 });
    expect(relativeResidual(A.matvec, deflated.x, b)).toBeLessThan(1e-8);
    expect(deflated.iterations).toBeLessThan(plain.iterations);
    const small = withEigenvalues([1, 2, 3, 4]);
    expect(deflatedPcg(small, normals(4), { vectors: 4, tolerance: 1e-10 }).iterations).toBe(0);
  });

  it("takes the pairs of an earlier call for another right-hand side, and a start", () => {
    const pairs = ritz(A, normals(A.size, 4), 120);
    const low = { values: pairs.values.slice(0, 12), vectors: pairs.vectors.slice(0, 12) };
    const other = rightHandSide(A, 9);
    const plain = conjugateGradient(A, other, { tolerance: 1e-6 });
    const deflated = deflatedPcg(A, other, { tolerance: 1e-6, vectors: low });
    expect(deflated.iterations).toBeLessThan(0.8 * plain.iterations);
    const again = deflatedPcg(A, other, { x0: plain.x, relativeTo: "rightHandSide", vectors: low });
    expect(again.iterations).toBe(0);
  });

  it("refuses pairs of another size, and too many vectors", () => {
    const pairs = ritz((v) => v.slice(), [1, 2], 1);
    expect(() => deflatedPcg(A, b, { vectors: pairs })).toThrow(
      "vectors: expected a number, or Ritz pairs of 1024",
    );
    expect(() => deflatedPcg(A, b, { vectors: 2000 })).toThrow(
      "vectors: expected an integer >= 1 and <= 1024",
    );
  });
});

describe("ritzMixture", () => {
  it("weights the lower half and a bit more", () => {
    const vectors = [0, 1, 2, 3].map((k) => Float64Array.from({ length: 4 }, (_, i) => (i === k ? 1 : 0)));
    const b = ritzMixture(vectors, [1, 1, 1, 1], { theta: 1, lowScale: 3 });
    expect(b[0] / b[3]).toBeCloseTo(3, 12);
    expect(b[2] / b[3]).toBeCloseTo(3, 12);
    expect(inner(b, b)).toBeCloseTo(1, 12);
  });

  it("refuses coefficients that are all zero or too few", () => {
    const vectors = [Float64Array.of(1, 0)];
    expect(() => ritzMixture(vectors, [0])).toThrow("coefficients: expected numbers that aren't all 0");
    expect(() => ritzMixture(vectors, [])).toThrow("coefficients: expected an array of 1 numbers");
  });

  it("makes right-hand sides that are the same for the same seed, and slow for conjugate gradients", () => {
    const A = poisson2d({ shape: [16, 16] });
    const of = (seed: number) => ritzMixtures(A, A.size, { count: 2, vectors: 64, seed });
    expect(of(1)).toEqual(of(1));
    expect(of(1)[0]).not.toEqual(of(2)[0]);
    const energy = (b: Float64Array) => inner(b, A.matvec(b)) / inner(b, b);
    expect(energy(of(1)[0])).toBeLessThan(0.7 * energy(normals(256)));
  });
});
