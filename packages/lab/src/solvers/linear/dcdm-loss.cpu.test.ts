import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import { dcdmLoss } from "./dcdm-loss.ts";
import { poisson2d } from "./poisson.ts";
import { poissonProduct } from "./poisson-array.ts";
import { disc, normals, rightHandSide } from "./systems.fixture.ts";

const size = 6;
const A = poisson2d({ shape: [size, size], solid: disc(size), boundary: "neumannExceptTop" });
const product = poissonProduct(A);
const images = (...values: Float64Array[]): np.Array =>
  np.array(Float64Array.from(values.flatMap((each) => [...each])), { shape: [values.length, size, size, 1] });
const lossOf = (b: Float64Array, q: Float64Array, squared = true): number =>
  (dcdmLoss(images(b), images(q), product, { squared }).js() as number[])[0];

const b = rightHandSide(A).map((value) => value / Math.sqrt(inner(rightHandSide(A), rightHandSide(A))));
const q = normals(A.size, 5);

describe("dcdmLoss", () => {
  it("is the same for every multiple of a direction, of either sign", () => {
    for (const scale of [-1, 3, -1e-4, 1e5])
      expect(
        lossOf(
          b,
          q.map((value) => scale * value),
        ),
      ).toBeCloseTo(lossOf(b, q), 10);
  });

  it("is 0 for the solution, and for nothing else", () => {
    const x = conjugateGradient(A, b, { tolerance: 1e-14 }).x;
    expect(lossOf(b, x)).toBeLessThan(1e-20);
    expect(lossOf(b, q)).toBeGreaterThan(0.1);
  });

  it("is the square of the norm, 1 for what is no direction, and may be more for a bad one", () => {
    expect(lossOf(b, q, false) ** 2).toBeCloseTo(lossOf(b, q), 10);
    expect(lossOf(b, new Float64Array(A.size))).toBeCloseTo(1, 12);
    const line = poissonProduct(poisson2d({ shape: [1, 2] }));
    const [right, bad] = [
      [1, 0.1],
      [0.3, 1],
    ].map((values) => np.array(Float64Array.from(values), { shape: [1, 1, 2] }));
    expect((dcdmLoss(right, bad, line).js() as number[])[0]).toBeGreaterThan(1.01 * 0.9);
  });

  it("has the slope that the formula says", () => {
    const run = compiledValueAndGrad((each: np.Array) => dcdmLoss(images(b), each, product).sum());
    const [, gradient] = run(images(q));
    const found = Float64Array.from(gradient.dataSync());
    run.dispose();
    const u = A.matvec(q).slice();
    const curvature = inner(q, u);
    const s = inner(q, b) / curvature;
    const rho = b.map((value, i) => value - s * u[i]);
    const Arho = A.matvec(rho).slice();
    const slope = inner(u, rho);
    found.forEach((value, i) => {
      const expected = -2 * (slope * ((b[i] - 2 * s * u[i]) / curvature) + s * Arho[i]);
      expect(value).toBeCloseTo(expected, 9);
    });
  });

  it("looks at each example alone", () => {
    const other = normals(A.size, 8);
    const both = dcdmLoss(images(b, b), images(q, other), product).js() as number[];
    expect(both[0]).toBeCloseTo(lossOf(b, q), 12);
    expect(both[1]).toBeCloseTo(lossOf(b, other), 12);
  });

  it("refuses other arrays", () => {
    const x = () => np.zeros([1, 2, 2]);
    expect(() => dcdmLoss(x(), np.zeros([1, 4]), (u) => u)).toThrow("q: expected shape [1, 2, 2], that of b");
    expect(() => dcdmLoss(np.zeros([3], { dtype: np.int32 }), x(), (u) => u)).toThrow(
      "b: expected a float array [batch, ...]",
    );
    expect(() => dcdmLoss(x(), x(), undefined as never)).toThrow("applyA: expected a function u -> A u");
  });
});
