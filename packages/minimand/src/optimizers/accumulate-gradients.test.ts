import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leavesOf, mapTree, refTree, type Tree } from "../engine/tree.ts";
import { accumulateGradients } from "./accumulate-gradients.ts";
import { adamw } from "./adam.ts";
import { applyIfFinite } from "./apply-if-finite.ts";
import { clipByGlobalNorm } from "./scale.ts";
import { cosineSchedule } from "./schedules.ts";
import { sgd } from "./sgd.ts";
import { applyUpdates, chain, type GradientTransformation } from "./transformation.ts";

const start = () => ({ w: np.array([[1, -2, 3]]), b: np.array([0.5, 4]) });
const gradientAt = (t: number) => ({
  w: np.array([[Math.sin(t), 2 * Math.cos(3 * t), 0.1 * t]]),
  b: np.array([Math.cos(t), -t / 3]),
});
const numbers = (tree: Tree): number[] => leavesOf(tree).flatMap((leaf) => [...leaf.ref.dataSync()]);

/** The state and the parameters after each gradient, by one compiled step. */
function follow(optimizer: GradientTransformation, gradients: Tree[]): { params: number[][]; state: Tree } {
  const run = jit(((p: Tree, s: Tree, g: Tree) => {
    const [updates, next] = optimizer.update(g, s, refTree(p));
    return [applyUpdates(p, updates), next];
  }) as never) as unknown as (...trees: Tree[]) => [Tree, Tree];
  let params: Tree = start();
  let state = optimizer.init(params);
  const after = gradients.map((gradient) => {
    [params, state] = run(params, state, gradient);
    return numbers(params);
  });
  return { params: after, state };
}
const expectClose = (a: number[], b: number[]) =>
  a.forEach((x, i) => {
    expect(x).toBeCloseTo(b[i], 5);
  });

/** Momentum, a schedule, a norm and moments: all that keeps count. */
const inner = () => chain(clipByGlobalNorm(1), adamw(cosineSchedule(0.1, 5), { weightDecay: 0.01 }));

describe("accumulateGradients", () => {
  it("of k micro-batches makes the steps of their mean gradients, and none in between", () => {
    const k = 3;
    const micro = Array.from({ length: 4 * k }, (_, t) => t);
    const means = [0, 1, 2, 3].map((step) =>
      micro
        .slice(k * step, k * (step + 1))
        .map((t): Tree => gradientAt(t))
        .reduce((a, b) => applyUpdates(a, b)),
    );
    const found = follow(accumulateGradients(inner(), k), micro.map(gradientAt)).params;
    const expected = follow(
      inner(),
      means.map((sum) => mapTree((x) => x.div(k), sum)),
    ).params;
    micro.forEach((t) => {
      const steps = Math.floor((t + 1) / k);
      expectClose(found[t], steps === 0 ? numbers(start()) : expected[steps - 1]);
      if (steps > 0 && (t + 1) % k !== 0) expect(found[t]).toEqual(found[t - 1]);
    });
  });

  it("of one is the optimizer itself", () => {
    const gradients = () => [1, 2, 3].map(gradientAt);
    expect(follow(accumulateGradients(inner(), 1), gradients()).params).toEqual(
      follow(inner(), gradients()).params,
    );
  });

  it("refuses a number of steps that is none", () => {
    for (const steps of [0, -2, 1.5])
      expect(() => accumulateGradients(sgd(0.1), steps)).toThrow(
        `steps: expected an integer >= 1, got ${steps}`,
      );
  });
});

describe("applyIfFinite", () => {
  const spoiled = (t: number, value: number): Tree => ({ ...gradientAt(t), b: np.array([1, value]) });

  it("skips what is not finite as if it had never been, and counts it", () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const mixed = [
      gradientAt(0),
      spoiled(9, bad[0]),
      gradientAt(1),
      spoiled(9, bad[1]),
      spoiled(9, bad[2]),
      gradientAt(2),
    ];
    const found = follow(applyIfFinite(inner()), mixed);
    const expected = follow(inner(), [0, 1, 2].map(gradientAt)).params;
    expect(found.params).toEqual([0, 0, 1, 1, 1, 2].map((i) => expected[i]));
    expect((found.state as { skipped: np.Array }).skipped.item()).toBe(3);
  });

  it("keeps one bad micro-batch out of an accumulated step", () => {
    const optimizer = () => applyIfFinite(accumulateGradients(sgd(0.1), 2));
    const found = follow(optimizer(), [gradientAt(0), spoiled(9, Number.NaN), gradientAt(1)]).params;
    expect(found[2]).toEqual(follow(optimizer(), [gradientAt(0), gradientAt(1)]).params[1]);
  });
});
