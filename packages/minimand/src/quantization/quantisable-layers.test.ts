import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { keyOf } from "../engine/random.ts";
import { disposeTree, mapTree, type Tree } from "../engine/tree.ts";
import {
  batchNorm,
  dense,
  dropout,
  heads,
  layerNorm,
  type Model,
  mlp,
  relu,
  residual,
  sequential,
  type Variables,
} from "../models/index.ts";
import { withEnhancer } from "../vision/index.ts";
import { elasticNetwork, quantisableLayers } from "./index.ts";
import { rows } from "./networks.fixture.ts";

/** Variables as after training: no statistic and no bias is where it starts. */
function trained(model: Model): Variables {
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

const nested = sequential([
  sequential([dense({ inputs: 6, outputs: 12 }), batchNorm(12), dropout(0.3), relu]),
  residual([layerNorm(12), dense({ inputs: 12, outputs: 12 }), relu]),
  dropout(0.1),
  batchNorm(12),
  dense({ inputs: 12, outputs: 3 }),
]);

const models: [string, Model, number][] = [
  ...heads.map((head): [string, Model, number] => [
    `an mlp with a ${head} head`,
    mlp({ inputs: 6, hidden: [12, 12], outputs: 3, head }),
    3,
  ]),
  [
    "an mlp of tanh with batch normalisation",
    mlp({ inputs: 6, hidden: [12, 12], outputs: 3, batchNorm: true, activation: "tanh" }),
    3,
  ],
  ["a linear model", mlp({ inputs: 6, hidden: [], outputs: 3 }), 1],
  ["layers of layers with dropout", nested, 2],
  [
    "a network behind an enhancer",
    withEnhancer(
      sequential([dense({ inputs: 6, outputs: 6 }), relu]),
      mlp({ inputs: 6, hidden: [12], outputs: 3 }),
    ),
    3,
  ],
];

describe.each(models)("quantisableLayers of %s", (_, model, layers) => {
  it("gives pieces of the same outputs, which can be quantised", () => {
    const expected = outputsOf(model, trained(model));
    const { pieces, variables } = quantisableLayers(model, trained(model));
    expect(elasticNetwork(pieces).layers).toBe(layers);
    const got = outputsOf(sequential(pieces), variables);
    expect(Math.max(...got.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
  });
});

describe("quantisableLayers", () => {
  it("consumes the variables, and leaves nothing alive", () => {
    const [, model] = models[4];
    expect(
      leakOf(() => {
        const { variables } = quantisableLayers(model, model.init(keyOf(1)));
        disposeTree([variables.params, variables.state]);
      }),
    ).toBe(0);
  });

  it("refuses what is no model, and batch normalisation that can't be folded", () => {
    expect(() => quantisableLayers(3 as never, { params: [], state: [] })).toThrow(
      "model: expected a model, got 3",
    );
    const within = sequential([residual([dense({ inputs: 6, outputs: 6 }), batchNorm(6)])]);
    expect(() => quantisableLayers(within, within.init(keyOf(1)))).toThrow(
      "model: expected batch normalisation beside its layers alone, where it can be folded, got",
    );
  });
});
