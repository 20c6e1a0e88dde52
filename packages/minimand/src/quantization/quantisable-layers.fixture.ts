import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { keyOf } from "../engine/random.ts";
import { disposeTree, mapTree, type Tree } from "../engine/tree.ts";
import { type Model, sequential, type Variables } from "../models/index.ts";
import { elasticNetwork, quantisableLayers } from "./index.ts";
import { rows } from "./networks.fixture.ts";

/** Variables as after training: no statistic and no bias is where it starts. */
export function trained(model: Model): Variables {
  const { params, state } = model.init(keyOf(3));
  let n = 0;
  const moved = (tree: Tree): Tree =>
    mapTree((leaf: np.Array) => {
      n++;
      return leaf.add(rows([...leaf.shape], n).mul(0.1)).mul(leaf.ndim === 2 ? 1 : 1.3);
    }, tree);
  // A variance has to be positive, and rows that only pad are zeros.
  return { params: padded(moved(params)), state: mapTree((leaf: np.Array) => np.abs(leaf), moved(state)) };
}

/** Zeros in the rows of weights beyond six inputs. */
function padded(params: Tree): Tree {
  return mapTree((leaf: np.Array) => {
    if (leaf.ndim !== 2 || leaf.shape[0] !== 8) return leaf;
    return np.pad(leaf.slice([0, 6]), [
      [0, 2],
      [0, 0],
    ]);
  }, params);
}

const outputsOf = (model: Model, { params, state }: Variables): number[] => {
  const [y, next] = model.apply({ params, state }, rows([20, 6], 9), { training: false });
  disposeTree(next);
  return [...(y.dataSync() as Float32Array)];
};

/** Models of six inputs, each with the number of its layers that can be quantised. */
export function modelsQuantise(models: readonly [string, Model, number][]): void {
  describe.each(models)("quantisableLayers of %s", (_, model, layers) => {
    it("gives pieces of the same outputs, which can be quantised", () => {
      const expected = outputsOf(model, trained(model));
      const { pieces, variables } = quantisableLayers(model, trained(model));
      expect(elasticNetwork(pieces).layers).toBe(layers);
      const got = outputsOf(sequential(pieces), variables);
      expect(Math.max(...got.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
    });
  });
}
