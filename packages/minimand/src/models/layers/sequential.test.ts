import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { relu } from "../../engine/numerics.ts";
import { keyOf } from "../../engine/random.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/index.ts";
import { adamw } from "../../optimizers/index.ts";
import { minibatches } from "../../training/batches.ts";
import { objectiveOf } from "../../training/objective.ts";
import { supervised } from "../../training/supervised.ts";
import { flat } from "../flat.ts";
import { linear, mlp } from "../mlp.ts";
import type { FeatureModel, Model } from "../model.ts";
import { floats } from "./conformance.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { batchNorm } from "./normalization.ts";
import { residual } from "./residual.ts";
import { sequential } from "./sequential.ts";

type DenseParams = { weight: np.Array; bias: np.Array; norm: Tree };
const evaluation = { training: false };

describe("sequential", () => {
  it("of the layers of a perceptron is the perceptron", () => {
    const whole = mlp({ inputs: 6, hidden: [5], outputs: 3, batchNorm: true });
    const { params, state } = whole.init(keyOf(1));
    const [first, last] = params as DenseParams[];
    const layers = sequential([
      dense({ inputs: 6, outputs: 5 }),
      relu,
      batchNorm(5),
      dense({ inputs: 5, outputs: 3 }),
    ]);
    const { norm, ...hidden } = first;
    const own = { params: [hidden, {}, norm, last], state: [{}, {}, (state as Tree[])[0], {}] };
    const [x, options] = [floats([4, 6]), { training: true }];
    const [expected, nextState] = whole.apply(
      { params: refTree(params), state: refTree(state) },
      x.ref,
      options,
    );
    const [y, [, , next]] = layers.apply(own, x, options) as [np.Array, Tree[]];
    expect(y.js()).toEqual(expected.js());
    const numbers = (t: Tree) => (t as { mean: np.Array }).mean.js();
    expect(numbers(next)).toEqual(numbers((nextState as Tree[])[0]));
  });

  it("gives its features where its last layer does", () => {
    const model: FeatureModel = sequential([
      dense({ inputs: 6, outputs: 5 }),
      np.tanh,
      linear({ inputs: 5, outputs: 3, initial: "random" }),
    ]);
    expect([model.featureSize, model.outputSize]).toEqual([5, 3]);
    const { params, state } = model.init(keyOf(1));
    const x = floats([4, 6]);
    const given = () => ({ params: refTree(params), state: refTree(state) });
    const [{ features, output }] = model.applyWithFeatures(given(), x.ref, evaluation);
    expect(features.shape).toEqual([4, 5]);
    expect(output.js()).toEqual(model.apply(given(), x, evaluation)[0].js());
    const other = sequential([dense({ inputs: 6, outputs: 5 }), np.tanh]);
    expect("applyWithFeatures" in other).toBe(false);
  });

  it("gives each piece a key of its own", () => {
    const model = sequential([dropout(0.5), (x) => x.mul(3), dropout(0.5)]);
    const x = np.ones([1, 2000]);
    const [y] = model.apply(model.init(keyOf(1)), x, { training: true, key: keyOf(2) });
    const kept = (y.js() as number[][])[0].filter((v) => v > 0).length / 2000;
    // Both with the same mask would keep one half.
    expect(kept).toBeGreaterThan(0.2);
    expect(kept).toBeLessThan(0.3);
    const same = sequential([dense({ inputs: 3, outputs: 3 }), dense({ inputs: 3, outputs: 3 })]);
    const [a, b] = same.init(keyOf(1)).params as DenseParams[];
    expect(a.weight.js()).not.toEqual(b.weight.js());
  });

  it("trains the same with its parameters in one vector", () => {
    const model = sequential([
      embedding({ vocabulary: 5, size: 3 }),
      (x) => x.mean(1),
      dense({ inputs: 3, outputs: 2 }),
    ]);
    const [rows, time] = [6, 4];
    const lossesOf = (model: Model): number[] => {
      const step = supervised({
        model,
        objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
        optimizer: adamw(0.05),
      });
      const x = Int32Array.from({ length: rows * time }, (_, i) => (i * i) % 5);
      const y = Int32Array.from({ length: rows }, (_, i) => i % 2);
      const batches = minibatches({ x, shape: [time], y }, { size: rows, seed: 1 });
      let state = step.init(keyOf(1));
      return Array.from({ length: 5 }, (_, epoch) => {
        const [next, { loss }] = step.update(state, [...batches.epoch(epoch)][0]);
        state = next;
        return loss.item();
      });
    };
    const [expected, losses] = [lossesOf(model), lossesOf(flat(model))];
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected[i], 6);
    });
    expect(losses[4]).toBeLessThan(losses[0]);
  });

  it("of nothing is the identity, and of what is no layer is refused", () => {
    const [y] = sequential([]).apply(sequential([]).init(keyOf(1)), floats([2, 2]), evaluation);
    expect(y.js()).toEqual(floats([2, 2]).js());
    expect(() => sequential([relu, 3 as never])).toThrow(
      "sequential, piece 1: expected a model or a function, got 3",
    );
  });
});

describe("dense", () => {
  it.each([
    ["lecun", 1 / 300],
    ["he", 2 / 300],
    ["glorot", 2 / 500],
    ["zeros", 0],
  ] as const)("starts with the variance of %s", (initial, variance) => {
    const { params } = dense({ inputs: 300, outputs: 200, initial }).init(keyOf(3));
    const { weight, bias } = params as DenseParams;
    const values = [...weight.dataSync()];
    const found = values.reduce((s, v) => s + v * v, 0) / values.length;
    expect(Math.abs(found - variance)).toBeLessThanOrEqual(0.03 * variance);
    expect(new Set(bias.dataSync())).toEqual(new Set([0]));
  });

  it("refuses sizes that are none, and mistyped options", () => {
    expect(() => dense({ inputs: 0, outputs: 2 })).toThrow("inputs: expected an integer >= 1, got 0");
    expect(() => dense({ inputs: 1, outputs: 2.5 })).toThrow("outputs: expected an integer >= 1, got 2.5");
    expect(() => dense({ inputs: 1, outputs: 2, biass: true } as never)).toThrow("did you mean 'bias'?");
    const layer = dense({ inputs: 8, outputs: 64 });
    expect(() => layer.apply(layer.init(keyOf(1)), floats([32, 30]), evaluation)).toThrow(
      "x of dense(8, 64): expected shape [..., 8], got float32[32, 30]",
    );
  });
});

describe("dropout", () => {
  it("drops its share and divides the rest by what is left", () => {
    const [y] = dropout(0.2).apply({ params: {}, state: {} }, np.ones([50, 200]), {
      training: true,
      key: keyOf(1),
    });
    const values = [...y.dataSync()];
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    expect(values.filter((v) => v === 0).length / values.length).toBeCloseTo(0.2, 1);
  });

  it("refuses a rate outside [0, 1), and training without a key", () => {
    for (const rate of [-0.1, 1, 1.5, Number.NaN])
      expect(() => dropout(rate)).toThrow(`rate: expected a finite number >= 0 and < 1, got ${rate}`);
    expect(() => dropout(0.1).apply({ params: {}, state: {} }, floats([2]), { training: true })).toThrow(
      "key of dropout(0.1): expected a key while training, got undefined",
    );
    const none = dropout(0).apply({ params: {}, state: {} }, floats([2]), { training: true });
    expect(none[0].js()).toEqual(floats([2]).js());
  });
});

it("residual adds what went in, and refuses layers that change the shape", () => {
  const double = residual([(x) => x.mul(2)]);
  expect(double.apply(double.init(keyOf(1)), np.array([1, 5]), evaluation)[0].js()).toEqual([3, 15]);
  const narrow = residual([dense({ inputs: 4, outputs: 2 })]);
  expect(() => narrow.apply(narrow.init(keyOf(1)), floats([3, 4]), evaluation)).toThrow(
    "output of residual(dense(4, 2)): expected shape [3, 4], that of x, got float32[3, 2]",
  );
});
