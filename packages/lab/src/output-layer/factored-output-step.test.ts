import { numpy as np, random } from "@jax-js/jax";
import { disposeTree, leavesOf } from "minimand/engine";
import { oneHotSquaredError, squaredErrorSpec, zLoss, zLossSpec } from "minimand/losses";
import { type Model, mlp } from "minimand/models";
import { adam, sgd } from "minimand/optimizers";
import { fit, minibatches, objectiveOf, predictor, supervised } from "minimand/training";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { FactoredOutputLayer } from "./factored-output-layer.ts";
import { factoredOutputStep, trainWithFactoredOutput } from "./factored-output-step.ts";
import { initialOutputWeights } from "./initial-output-weights.ts";
import { difference, uniform } from "./naive.fixture.ts";

const [classes, features, rows] = [40, 6, 50];
const x = Float32Array.from(uniform(rows * 3, 5));
const y = Int32Array.from({ length: rows }, (_, i) => 10 * Math.floor(2 * (x[3 * i] + 1)));
// The last batch is padded.
const batches = minibatches({ x, shape: [3], y, classes }, { size: 16, seed: 1 });
const body = mlp({ inputs: 3, hidden: [8], outputs: features, activation: "tanh", batchNorm: true });
const layerOf = () =>
  new FactoredOutputLayer(initialOutputWeights({ classes, features, seed: 2 }), { classes, features });

/** The body with a linear layer of all classes on top, every score computed. */
function whole(weights: ArrayLike<number>): Model {
  return {
    init(key) {
      const { params, state } = body.init(key);
      const w = np.array(Float32Array.from(weights), { shape: [classes, features] });
      return { params: { body: params, w }, state };
    },
    apply({ params, state }, input, options) {
      const { body: own, w } = params as { body: np.Array; w: np.Array };
      const [hidden, next] = body.apply({ params: own, state }, input, options);
      return [np.matmul(hidden, w.transpose()), next];
    },
  };
}

describe("factoredOutputStep", () => {
  it.each([
    [
      "Z-loss",
      0.1,
      zLossSpec({ a: 0.5, b: 2 }),
      (f: np.Array, labels: np.Array, o: { weights: np.Array }) =>
        zLoss(f, labels, { a: 0.5, b: 2, weights: o.weights }),
    ],
    [
      "squared error",
      0.01,
      squaredErrorSpec,
      (f: np.Array, labels: np.Array, o: { weights: np.Array }) =>
        oneHotSquaredError(f, labels, { weights: o.weights }),
    ],
  ] as const)(
    "trains as the whole network does under gradient descent, with the %s",
    async (_, rate, spec, loss) => {
      const layer = layerOf();
      const ours = factoredOutputStep({ body, layer, loss: spec, optimizer: sgd(rate), learningRate: rate });
      const model = whole(layer.toDense());
      const theirs = supervised({ model, objective: objectiveOf(model, loss), optimizer: sgd(rate) });
      let a = ours.init(random.key(3));
      let b = theirs.init(random.key(3));
      const seen: [number[], number[]] = [[], []];
      for (let epoch = 0; epoch < 3; epoch++) {
        const noted = (list: number[]) => (r: { metrics: { loss: number } }) =>
          void list.push(r.metrics.loss);
        a = await fit({ step: ours, state: a, batches: batches.epoch(epoch), onStep: noted(seen[0]) });
        b = await fit({ step: theirs, state: b, batches: batches.epoch(epoch), onStep: noted(seen[1]) });
      }
      expect(seen[0].length).toBe(12);
      expect(difference(seen[0], seen[1])).toBeLessThan(1e-4);
      const { body: own, w } = theirs.params(b) as { body: np.Array; w: np.Array };
      expect(difference(layer.toDense(), w.dataSync())).toBeLessThan(1e-4);
      const params = leavesOf(ours.params(a)).map((leaf) => leaf.dataSync());
      leavesOf(own).forEach((leaf, i) => {
        expect(difference(leaf.dataSync(), params[i])).toBeLessThan(1e-4);
      });
    },
  );

  it("keeps the number of live buffers, also where a step throws, and then the layer is as before", async () => {
    const layer = layerOf();
    const options = { body, layer, loss: zLossSpec(), optimizer: adam(1e-2) };
    const step = factoredOutputStep({ ...options, learningRate: 0.1 });
    let state = step.init(random.key(3));
    for (let epoch = 0; epoch < 2; epoch++) state = await fit({ step, state, batches: batches.epoch(epoch) });
    const before = liveBuffers();
    for (let epoch = 2; epoch < 6; epoch++) state = await fit({ step, state, batches: batches.epoch(epoch) });
    expect(liveBuffers()).toBe(before);
    expect(() => factoredOutputStep({ ...options, outputRate: -1 } as never)).toThrow(
      "learningRate: expected a finite number >= 0, got -1",
    );
    const failing = factoredOutputStep({ ...options, learningRate: () => Number.NaN });
    const saved = layer.save();
    const fail = (): void => {
      const [batch] = [...batches.epoch(0)].slice(0, 1);
      expect(() => failing.update(state, batch)).toThrow(
        "learningRate: expected a finite number >= 0, got NaN",
      );
    };
    const count = (): number => {
      const all = [...batches.epoch(0)];
      const now = liveBuffers();
      const [first, ...others] = all;
      expect(() => failing.update(state, first)).toThrow(
        "learningRate: expected a finite number >= 0, got NaN",
      );
      const after = liveBuffers();
      for (const { x, y, weights } of others) disposeTree([x, y, weights]);
      return after - now;
    };
    fail();
    // Inputs and labels of the batch; equal weights own no buffer.
    expect(count()).toBe(-2);
    expect(layer.save()).toEqual(saved);
  });

  it("refuses a body of another width", async () => {
    const narrow = mlp({ inputs: 3, hidden: [], outputs: 5 });
    const step = factoredOutputStep({
      body: narrow,
      layer: layerOf(),
      loss: zLossSpec(),
      optimizer: adam(0.1),
      learningRate: 1,
    });
    await expect(fit({ step, state: step.init(random.key(0)), batches: batches.epoch(0) })).rejects.toThrow(
      "body: expected an output [16, 6], got float32[16, 5]",
    );
  });
});

describe("trainWithFactoredOutput", () => {
  it("learns classes from inputs", async () => {
    const layer = layerOf();
    const body = mlp({ inputs: 3, hidden: [32], outputs: features, activation: "tanh" });
    const options = { body, layer, loss: zLossSpec({ a: 1, b: 3 }), optimizer: adam(1e-2) };
    function* epochs() {
      for (let epoch = 0; epoch < 150; epoch++) yield* batches.epoch(epoch);
    }
    const rate = (count: number): number => 0.1 * (1 - count / 600);
    const { params, state } = await trainWithFactoredOutput({
      ...options,
      learningRate: rate,
      key: random.key(1),
      batches: epochs(),
    });
    const hidden = predictor(body)(
      params,
      state,
      np.array(x, { shape: [rows, 3] }),
    ).dataSync() as Float32Array;
    const scores = layer.scores(hidden);
    let right = 0;
    for (let i = 0; i < rows; i++) {
      const own = scores.subarray(i * classes, (i + 1) * classes);
      right += Number(own.indexOf(Math.max(...own)) === y[i]);
    }
    expect(right / rows).toBeGreaterThan(0.8);
  });
});
