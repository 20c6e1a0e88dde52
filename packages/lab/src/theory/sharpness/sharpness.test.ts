import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { disposeTree, leavesOf, type Tree } from "minimand/engine";
import { crossEntropy } from "minimand/losses";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../../test/support/leaks.ts";
import { sharpness } from "./index.ts";

/** `sum_i c_i p_i^2 / 2` and a slope: the Hessian is diagonal with entries c. */
type Quadratic = { c: np.Array; slope: np.Array };
const quadratic = (p: Tree, { c, slope }: Quadratic): np.Array => {
  const { w, b } = p as { w: np.Array; b: np.Array };
  const all = np.concatenate([w.reshape([-1]), b]);
  return c.mul(np.square(all.ref)).sum().mul(0.5).add(slope.mul(all).sum());
};
const measure = sharpness(quadratic);
const params = (w: number[], b: number[]): Tree => ({
  w: np.array(Float32Array.from(w), { shape: [2, 2] }),
  b: np.array(Float32Array.from(b)),
});
const at = () => params([0.5, -1, 2, 0.3], [0.1, -0.4]);
const data = (c: number[], slope = [0.3, -0.2, 0.1, 0.5, -0.4, 0.2]): Quadratic => ({
  c: np.array(Float32Array.from(c)),
  slope: np.array(Float32Array.from(slope)),
});
const curvatures = [3, 0.5, 1, 2, 0.1, 1.5];

describe("lambdaMax", () => {
  it("is the largest curvature of a quadratic, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 6, maxLength: 6 }),
        async (c) => {
          c[2] = 3;
          const found = await measure.lambdaMax(at(), data(c), { iterations: 200, tolerance: 1e-6 });
          expect(found).toBeCloseTo(3, 2);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("finds it beside a negative curvature of larger size", async () => {
    const found = await measure.lambdaMax(at(), data([-5, 0.5, 1, 2, 0.1, 1.5]), { iterations: 300 });
    expect(found).toBeCloseTo(2, 2);
    const concave = await measure.lambdaMax(at(), data([-5, -1, -3, -2, -4, -6]), { iterations: 300 });
    expect(concave).toBeCloseTo(-1, 2);
  });

  it("agrees with the closed form of logistic regression on one input", async () => {
    // p(1 - p) x^2 [[1, -1], [-1, 1]] for both logits: the largest eigenvalue is 2 p (1 - p) mean x^2.
    const xs = [0.5, -1, 2];
    const own = sharpness((w: Tree, d: { x: np.Array; y: np.Array }) =>
      np.mean(crossEntropy(np.matmul(d.x, w as np.Array), d.y)),
    );
    const w = np.zeros([1, 2]);
    const found = await own.lambdaMax(w as Tree, {
      x: np.array(xs).reshape([3, 1]).mul(1),
      y: np.array(Int32Array.of(0, 1, 1)),
    });
    expect(found).toBeCloseTo((2 * 0.25 * (0.25 + 1 + 4)) / 3, 3);
    own.dispose();
  });
});

describe("trace", () => {
  it("is the sum of curvatures: exact, and by signs, which are exact for a diagonal", async () => {
    const sum = curvatures.reduce((a, b) => a + b);
    expect(await measure.trace(at(), data(curvatures), { samples: "exact" })).toBeCloseTo(sum, 3);
    expect(await measure.trace(at(), data(curvatures), { samples: 2 })).toBeCloseTo(sum, 3);
  });
});

describe("firstOrder and ascent", () => {
  it("agree with the formula on a quadratic, and ascent goes at least as far in steps of the radius", async () => {
    const p = [0.5, -1, 2, 0.3, 0.1, -0.4];
    const slope = [0.3, -0.2, 0.1, 0.5, -0.4, 0.2];
    // The leaves of a tree come in the order of its keys as given.
    const value = (q: number[]) => q.reduce((s, v, i) => s + (curvatures[i] * v * v) / 2 + slope[i] * v, 0);
    const g = p.map((v, i) => curvatures[i] * v + slope[i]);
    const norm = Math.hypot(...g);
    const expected = value(p.map((v, i) => v + (0.3 * g[i]) / norm)) - value(p);
    expect(await measure.firstOrder(at(), data(curvatures), { rho: 0.3 })).toBeCloseTo(expected, 4);
    expect(await measure.ascent(at(), data(curvatures), { rho: 0.3, steps: 1, stepSize: 0.3 })).toBeCloseTo(
      expected,
      4,
    );
    expect(
      await measure.ascent(at(), data(curvatures), { rho: 0.3, steps: 8, stepSize: 0.3 }),
    ).toBeGreaterThanOrEqual(expected - 1e-5);
  });

  it("are nothing at radius 0", async () => {
    expect(await measure.firstOrder(at(), data(curvatures), { rho: 0 })).toBeCloseTo(0, 6);
    expect(await measure.ascent(at(), data(curvatures), { rho: 0 })).toBeCloseTo(0, 6);
  });
});

describe("curves and planes", () => {
  it("pass through the loss at 0, along directions as long as the parameters", async () => {
    const value = quadratic(at(), data(curvatures)).item();
    const { alphas, mean, curves } = await measure.along(at(), data(curvatures), { directions: 3 });
    expect(alphas).toHaveLength(21);
    expect(curves).toHaveLength(3);
    for (const curve of curves) expect(curve[10]).toBeCloseTo(value, 4);
    expect(mean[0]).toBeCloseTo(curves.reduce((s, c) => s + c[0], 0) / 3, 6);
    const plane = await measure.plane(at(), data(curvatures), { x: [-0.5, 0, 0.5], y: [0, 1] });
    expect(plane.loss.map((r) => r.length)).toEqual([3, 3]);
    expect(plane.loss[0][1]).toBeCloseTo(value, 4);
    // The first direction of the plane is that of the curves.
    expect(plane.loss[0][0]).toBeCloseTo(curves[0][5], 4);
    // A flat loss with unit curvature: L(p + d) + L(p - d) - 2 L(p) = ||d||^2 = ||p||^2.
    const unit = data([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]);
    const line = await measure.along(at(), unit, { directions: 1, alphas: [-1, 0, 1] });
    const [left, middle, right] = line.curves[0];
    const length = leavesOf(at()).reduce((s, x) => s + np.square(x).sum().item(), 0);
    expect(left + right - 2 * middle).toBeCloseTo(length, 3);
  });

  it("go along the same directions for the same seed, others for another", async () => {
    const curve = async (seed: number) =>
      (await measure.along(at(), data(curvatures), { seed, directions: 1, alphas: [0.7] })).mean;
    expect(await curve(1)).toEqual(await curve(1));
    expect(await curve(1)).not.toEqual(await curve(2));
  });
});

describe("what measures do not do", () => {
  it("consume parameters and data, or leave anything behind", async () => {
    const [p, d] = [at(), data(curvatures)];
    const all = async () => {
      await measure.firstOrder(p, d);
      await measure.ascent(p, d);
      await measure.lambdaMax(p, d);
      await measure.trace(p, d, { samples: 2 });
      await measure.trace(p, d, { samples: "exact" });
      await measure.along(p, d, { directions: 2, alphas: [0, 1] });
      await measure.plane(p, d, { x: [0, 1], y: [0] });
    };
    await all();
    const before = liveBuffers();
    await all();
    expect(liveBuffers()).toBe(before);
    for (const leaf of leavesOf([p, d as unknown as Tree])) expect(leaf.refCount).toBe(1);
    expect(leakOf(() => disposeTree(at()))).toBe(0);
  });

  it("take impossible options, or parameters where the loss isn't a number", async () => {
    const d = data(curvatures);
    await expect(measure.firstOrder(at(), d, { rho: -1 })).rejects.toThrow(
      "rho: expected a finite number >= 0, got -1",
    );
    await expect(measure.ascent(at(), d, { steps: 0 })).rejects.toThrow("steps: expected an integer >= 1");
    await expect(measure.lambdaMax(at(), d, { iterations: 0.5 })).rejects.toThrow("iterations: expected");
    await expect(measure.trace(at(), d, { samples: 0 })).rejects.toThrow("samples: expected an integer >= 1");
    await expect(measure.along(at(), d, { alphas: [] })).rejects.toThrow("alphas: expected at least one");
    await expect(measure.plane(at(), d, { x: [Number.NaN] })).rejects.toThrow("x: expected a finite number");
    await expect(measure.lambdaMax(params([Number.NaN, 0, 0, 0], [0, 0]), d)).rejects.toThrow(
      "params: expected parameters where the loss is finite, got NaN",
    );
  });
});
