import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../../engine/compile.ts";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { conformingLayers, floats, inputOf, startOf, titleOf, trained } from "./conformance.ts";

type Point = { params: Tree; x?: np.Array };

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
describe.each(conformingLayers.map((each) => [titleOf(each), each] as const))("%s", (_, conforming) => {
  const { layer, output, ids } = conforming;

  it.each([true, false])(
    "has the gradient of its finite differences in float64 (training: %s)",
    (training) => {
      const start = startOf(conforming, np.float64);
      const x = inputOf(conforming, np.float64);
      // Ids have no derivative: they are given beside the point.
      const point: Point = ids === undefined ? { params: start.params, x } : { params: start.params };
      const rest = () => [x.ref, refTree(start.state), floats(output, np.float64), keyOf(9)] as const;
      const objective = (at: Point, x: np.Array, state: Tree, weights: np.Array, key: np.Array): np.Array => {
        const [y, next] = layer.apply({ params: at.params, state }, at.x ?? x.ref, { training, key });
        disposeTree([next, x]);
        expect(y.dtype).toBe(np.float64);
        return np.square(y.add(1)).mul(weights).sum();
      };
      const run = compiledValueAndGrad(objective as never) as (p: Point, ...r: Tree[]) => [np.Array, Point];
      const [value, gradient] = run(refTree(point as Tree) as Point, ...rest());
      const g = leavesOf(gradient as Tree).map((leaf) => leaf.ref.dataSync());

      const compiled = compileWithJit(objective as never) as unknown as (...given: Tree[]) => np.Array;
      const h = 1e-5;
      leavesOf(point as Tree).forEach((leaf, i) => {
        expect(leaf.dtype).toBe(np.float64);
        // Some entries of each array stand for all.
        for (let j = 0; j < leaf.size; j += Math.ceil(leaf.size / 6)) {
          const at = (d: number): number => {
            let index = -1;
            const moved = mapTree(
              (a) => {
                index++;
                const data = Float64Array.from(a.dataSync() as Float64Array);
                if (index === i) data[j] += d;
                return np.array(data, { shape: a.shape });
              },
              refTree(point as Tree),
            );
            return compiled(moved, ...rest()).item();
          };
          const expected = (at(h) - at(-h)) / (2 * h);
          expect(Math.abs(g[i][j] - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
        }
      });
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
