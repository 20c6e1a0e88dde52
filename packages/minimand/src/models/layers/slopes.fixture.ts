import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../../engine/compile.ts";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { keyOf } from "../../engine/random.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { type ConformingLayer, floats, inputOf, startOf, titleOf, trained } from "./conformance.ts";

type Point = { params: Tree; x?: np.Array };

/** Every layer has the gradient of its finite differences. */
export function layersHaveSlopes(layers: readonly ConformingLayer[]): void {
  // Exact mathematics (float64 on the cpu device), so finite differences mean something.
  describe.each(layers.map((each) => [titleOf(each), each] as const))("%s", (_, conforming) => {
    const { layer, output, ids } = conforming;

    it.each([true, false])(
      "has the gradient of its finite differences in float64 (training: %s)",
      (training) => {
        const start = startOf(conforming, np.float64);
        const x = inputOf(conforming, np.float64);
        // Ids have no derivative: they are given beside the point.
        const point: Point = ids === undefined ? { params: start.params, x } : { params: start.params };
        const rest = () => [x.ref, refTree(start.state), floats(output, np.float64), keyOf(9)] as const;
        const objective = (
          at: Point,
          x: np.Array,
          state: Tree,
          weights: np.Array,
          key: np.Array,
        ): np.Array => {
          const [y, next] = layer.apply({ params: at.params, state }, at.x ?? x.ref, { training, key });
          disposeTree([next, x]);
          expect(y.dtype).toBe(np.float64);
          return np.square(y.add(1)).mul(weights).sum();
        };
        const run = compiledValueAndGrad(objective as never) as (p: Point, ...r: Tree[]) => [np.Array, Point];
        const [value, gradient] = run(refTree(point as Tree) as Point, ...rest());
        const g = leavesOf(gradient as Tree).map((leaf) => leaf.ref.dataSync());
        const leaves = leavesOf(point as Tree);
        for (const leaf of leaves) expect(leaf.dtype).toBe(np.float64);

        const compiled = compileWithJit(objective as never) as unknown as (...given: Tree[]) => np.Array;
        const at = (moved: Float64Array<ArrayBuffer>[]): number => {
          let index = 0;
          const there = mapTree(
            ({ shape }) => np.array(moved[index++], { shape: [...shape] }),
            point as Tree,
          );
          return compiled(there, ...rest()).item();
        };
        const start64 = leaves.map((leaf) => leaf.ref.dataSync());
        expectSlopes(at, start64, g, { h: 1e-6, tolerance: 1e-6 });
        const eager = objective(refTree(point as Tree) as Point, ...rest()).item();
        expect(value.item() / eager).toBeCloseTo(1, 12);
      },
    );

    it.each([np.float32, np.float64])("trains in a compiled step of %s", (dtype) => {
      const { losses, params } = trained(conforming, { dtype });
      expect(losses.every(Number.isFinite)).toBe(true);
      if (params.length > 0) expect(losses[19]).toBeLessThan(losses[0]);
    });
  });
}
