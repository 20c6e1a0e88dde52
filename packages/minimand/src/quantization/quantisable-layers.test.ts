import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { keyOf } from "../engine/random.ts";
import { disposeTree } from "../engine/tree.ts";
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
} from "../models/index.ts";
import { quantisableLayers } from "./index.ts";
import { modelsQuantise } from "./quantisable-layers.fixture.ts";

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
];

modelsQuantise(models);

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
