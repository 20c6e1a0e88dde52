import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { implicitAdjointLoss, implicitValue, leastSquaresSolver, type Residual } from "./index.ts";

/** Rows in fours and eights: there the engine's compiled second derivatives of matrix products go wrong in reverse over reverse. */
const [problems, rows, n] = [4, 16, 4];
const float = (count: number, seed: number, shape: number[]): np.Array =>
  np.array(
    Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * i + seed)),
    { shape },
  );
const basis = (): np.Array => float(problems * rows * n, 1, [problems, rows, n]);
const start = (): np.Array => float(problems * n, 3, [problems, n]);

const residual: Residual<np.Array> = (w, B) => {
  const u = np.matmul(B, w.ref.reshape([problems, n, 1])).reshape([problems, rows]);
  const bent = u.ref.mul(np.square(u.ref)).mul(0.3);
  return np.concatenate([u.add(bent).sub(0.7), w.mul(0.1)], 1);
};
const outer = (w: np.Array, B: np.Array): np.Array =>
  np.square(np.matmul(B, w.reshape([problems, n, 1])).sub(0.4)).sum();

describe("least squares in float32", () => {
  const solver = leastSquaresSolver(residual);
  const { solution } = solver.solve(basis(), start());
  const { w, inverse, one } = solution;
  const kept = () => ({ w: w.ref, inverse: inverse.ref, one: one.ref });
  const runs = [
    (B: np.Array) => outer(implicitValue(residual, B.ref, kept()), B),
    (B: np.Array) => implicitAdjointLoss(residual, outer, B, kept()),
  ].map((f) => compiledValueAndGrad(f));

  it("has gradients of its minimum by both ways, as of differences of the whole solve", () => {
    const [byValue, byAdjoint] = runs.map((run) => run(basis())[1].dataSync());
    byValue.forEach((value, i) => {
      expect(byAdjoint[i]).toBeCloseTo(value, 3);
    });
    const lossAt = (i: number, by: number): number => {
      const values = Float32Array.from(basis().dataSync());
      values[i] += by;
      const moved = np.array(values, { shape: [problems, rows, n] });
      return outer(solver.minimize(moved.ref, start()).w, moved).item();
    };
    for (const i of [0, 77, 130, 255])
      expect((lossAt(i, 0.01) - lossAt(i, -0.01)) / 0.02).toBeCloseTo(byValue[i], 1);
  });

  it("keeps no array", () => {
    expect(leakOf(() => solver.minimize(basis(), start()).w.dispose())).toBe(0);
    expect(
      leakOf(() => {
        const { solution: own } = solver.solve(basis(), start());
        for (const x of Object.values(own)) x.dispose();
      }),
    ).toBe(0);
    for (const run of runs)
      expect(
        leakOf(() => {
          for (const x of run(basis())) x.dispose();
        }),
      ).toBe(0);
  });

  it("consumes what it is given, no more", () => {
    const [B, w0] = [basis(), start()];
    solver.minimize(B.ref, w0.ref).w.dispose();
    expect([B.refCount, w0.refCount]).toEqual([1, 1]);
    const eager = kept();
    implicitValue(residual, B.ref, eager).dispose();
    implicitAdjointLoss(residual, outer, B.ref, kept()).dispose();
    // Each of the two compiled programs holds the solution as a constant.
    expect([B.refCount, w.refCount]).toEqual([1, 3]);
  });
});
