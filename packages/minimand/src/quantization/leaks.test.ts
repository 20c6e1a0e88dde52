import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { asyncLeakOf, leakOf } from "../../../../test/support/leaks.ts";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { keyOf } from "../engine/random.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { batchNorm, dense, sequential } from "../models/index.ts";
import { predictor } from "../training/index.ts";
import {
  calibrateElastic,
  elasticApply,
  elasticNetwork,
  exportQuantized,
  fakeQuant,
  foldBatchNorm,
  gpgLoss,
  initScale,
  layerSizes,
  quantizedModel,
  refElastic,
  trainAccuracyPredictor,
  uniformConfigs,
  wdrLoss,
} from "./index.ts";
import { calibrated, convolutional, perceptron, rows } from "./networks.fixture.ts";

const logits = (seed: number) => rows([3, 4], seed);
const { network, start } = calibrated(perceptron, [3]);
const configs = uniformConfigs(3, { bits: 2, granularity: "channel", weightSymmetric: false });

it.each<[string, () => Tree]>([
  ["fakeQuant", () => fakeQuant(logits(1), 0.3, 0.1, { bits: 3 })],
  [
    "fakeQuant by channel",
    () => fakeQuant(logits(1), np.array([0.3, 0.2, 0.1, 0.4]), 0, { bits: 3, axis: 1 }),
  ],
  [
    "fakeQuant, snapped",
    () => fakeQuant(logits(1), np.array([0.3]), np.array([0.2]), { bits: 3, snapZeroPoint: true }),
  ],
  ["wdrLoss", () => wdrLoss([logits(1), logits(2)], { skipFirst: true })],
  [
    "gpgLoss",
    () =>
      gpgLoss({ high: logits(1), random: [logits(2)], low: logits(3) }, np.array(Int32Array.of(0, 1, 2)), {
        weights: np.array([1, 0, 2]),
      }),
  ],
  ["elasticApply", () => elasticApply(network, start, rows([5, 3], 4), configs)],
  [
    "elasticApply, snapped",
    () => elasticApply(network, start, rows([5, 3], 4), configs, { snapZeroPoint: true }),
  ],
  [
    "quantizedModel",
    () => {
      const model = quantizedModel(network, configs, (key) => {
        key.dispose();
        return refElastic(start);
      });
      const run = predictor(model);
      const { params, state } = model.init(keyOf(1));
      const y = run(params, state, rows([5, 3], 4));
      run.dispose();
      disposeTree([params, state]);
      return y;
    },
  ],
  [
    "calibrateElastic",
    () => {
      const other = elasticNetwork(convolutional, { bits: [2, 8] });
      const variables = sequential(convolutional).init(keyOf(2));
      return calibrateElastic(other, variables, rows([2, 4, 4, 2], 3)) as unknown as Tree;
    },
  ],
  [
    "foldBatchNorm",
    () => {
      const pieces = [dense({ inputs: 2, outputs: 3 }), batchNorm(3)];
      const { params, state } = foldBatchNorm(pieces, sequential(pieces).init(keyOf(2))).variables;
      return [params, state];
    },
  ],
])("%s leaves nothing alive", (_, make) => {
  expect(leakOf(() => disposeTree(make()))).toBe(0);
});

it("what only looks leaves what it looked at", () => {
  const x = rows([4, 3], 2);
  const look = (): void => {
    initScale(x, { bits: 4, axis: 1 });
    exportQuantized(network, start, configs);
    layerSizes(network, start, x.ref);
  };
  expect(leakOf(look)).toBe(0);
  expect(x.refCount).toBe(1);
});

it("the gradient of a quantised tensor leaves nothing alive", () => {
  const run = compiledValueAndGrad((at: np.Array[]) => fakeQuant(at[0], at[1], at[2], { bits: 3 }).sum());
  expect(
    leakOf(() => {
      disposeTree(run([logits(1), np.array([0.3]), np.array([0.1])]));
    }),
  ).toBe(0);
  run.dispose();
});

it("a predictor leaves nothing alive", async () => {
  const train = async (): Promise<void> => {
    const features = [
      [1, 0],
      [0, 1],
    ];
    const fitted = await trainAccuracyPredictor(features, [0.1, 0.9], { hidden: [4], epochs: 2, seed: 1 });
    await fitted.predict(features);
    fitted.dispose();
  };
  expect(await asyncLeakOf(train)).toBe(0);
});
