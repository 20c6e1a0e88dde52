import { type DType, defaultDevice, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { compileWithJit } from "../engine/compile.ts";
import type { Tree } from "../engine/tree.ts";
import { disposeTree, leavesOf, refTree } from "../engine/tree.ts";
import { applyUpdates, type GradientTransformation } from "./transformation.ts";

const start = (dtype: DType = np.float32) => {
  const make = (values: number[], shape: number[]) => np.array(values, { shape, dtype });
  return { layers: [{ weight: make([3, -2, 1, 0.5], [2, 2]), bias: make([1, -1], [2]) }] } as Tree;
};
const numbers = (tree: Tree): number[] =>
  leavesOf(tree).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
/** The gradient of half the squared distance to zero is the point itself. */
const step =
  (optimizer: GradientTransformation) =>
  (params: Tree, state: Tree): Tree[] => {
    const [updates, next] = optimizer.update(refTree(params), state, refTree(params));
    return [applyUpdates(params, updates), next];
  };

/** The tests that every optimizer passes: its name, and what makes it. */
export function optimizersConform(optimizers: readonly [string, () => GradientTransformation][]): void {
  describe.each(optimizers)("%s", (_, make) => {
    it("finds the minimum of a quadratic", () => {
      const run = jit(step(make()) as never) as unknown as (p: Tree, s: Tree) => Tree[];
      let params = start();
      let state = make().init(params);
      for (let i = 0; i < 300; i++) {
        [params, state] = run(params, state);
        // Reading every step keeps the engine from piling up work.
        numbers(params);
      }
      for (const x of numbers(params)) expect(Math.abs(x)).toBeLessThan(0.05);
      disposeTree([params, state]);
    });

    it("makes the same steps compiled and eagerly", () => {
      const run = jit(step(make()) as never) as unknown as (p: Tree, s: Tree) => Tree[];
      let [a, b] = [start(), start()];
      let [sa, sb] = [make().init(a), make().init(b)];
      for (let i = 0; i < 5; i++) {
        [a, sa] = run(a, sa);
        [b, sb] = step(make())(b, sb);
        const eager = numbers(b);
        numbers(a).forEach((x, j) => {
          expect(x).toBeCloseTo(eager[j], 5);
        });
      }
      disposeTree([a, sa, b, sb]);
    });

    it("makes the same steps compiled and eagerly with all digits of float64", () => {
      // The device whose functions are exact.
      const device = defaultDevice();
      defaultDevice("cpu");
      try {
        const run = compileWithJit(step(make()));
        let [a, b] = [start(np.float64), start(np.float64)];
        let [sa, sb] = [make().init(a), make().init(b)];
        for (let i = 0; i < 4; i++) {
          [a, sa] = run(a, sa);
          [b, sb] = step(make())(b, sb);
          const eager = numbers([b, sb]);
          numbers([a, sa]).forEach((x, j) => {
            expect(Math.abs(x - eager[j])).toBeLessThanOrEqual(1e-13 * (1 + Math.abs(eager[j])));
          });
        }
        disposeTree([a, sa, b, sb]);
        run.dispose();
      } finally {
        defaultDevice(device);
      }
    });

    it("keeps structure, shapes and dtypes of parameters and state, in float32 and float64", () => {
      for (const dtype of [np.float32, np.float64]) {
        const params = start(dtype);
        const state = make().init(params);
        const before = leavesOf([params, state]).map((x) => `${x.dtype}${x.shape}`);
        const after = step(make())(params, state);
        expect(leavesOf(after).map((x) => `${x.dtype}${x.shape}`)).toEqual(before);
        disposeTree(after);
      }
    });

    it("consumes gradients, state and parameters and leaves nothing else alive", () => {
      const run = jit(step(make()) as never) as unknown as (p: Tree, s: Tree) => Tree[];
      const leak = leakOf(() => {
        const params = start();
        const next = run(params, make().init(params));
        numbers(next);
        disposeTree(next);
      });
      expect(leak).toBe(0);
      const eagerLeak = leakOf(() => {
        const params = start();
        const next = step(make())(params, make().init(params));
        numbers(next);
        disposeTree(next);
      });
      expect(eagerLeak).toBe(0);
    });
  });
}
