import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/index.ts";
import { mlp } from "../../models/index.ts";
import { adamw, sgd } from "../../optimizers/index.ts";
import type { Batch } from "../batches.ts";
import { fit } from "../fit.ts";
import { predictor } from "../predict.ts";
import { supervised } from "../supervised.ts";
import {
  aggregateLinearFit,
  aggregateObjective,
  bagBatches,
  bagMeans,
  bagProportions,
  makeBags,
} from "./index.ts";

const inputs = 3;
function linearData(rows: number, seed: number) {
  const next = randomSource(seed);
  const x = Float32Array.from({ length: rows * inputs }, () => 2 * next() - 1);
  const y = Array.from({ length: rows }, (_, i) => 1 + 2 * x[3 * i] - x[3 * i + 1] + 0.3 * (next() - 0.5));
  return { x, y };
}
const dispose = ({ x, y, weights }: Batch) => {
  for (const array of [x, y, weights]) array.dispose();
};

describe("bagBatches", () => {
  const { x, y } = linearData(23, 1);
  const bagIds = makeBags(23, 4, { seed: 1 });
  const examples = { x, shape: [inputs], bagIds, means: bagMeans(y, bagIds) };

  it("gives every bag once an epoch, whole, in batches of one size", () => {
    const batches = bagBatches(examples, { bagsPerBatch: 2, seed: 4 });
    expect([batches.count, batches.perEpoch, batches.size]).toEqual([5, 3, 10]);
    const seen: number[] = [];
    for (const batch of batches.epoch(0)) {
      expect(batch.x.shape).toEqual([10, inputs]);
      const rows = batch.y.ref.js() as number[][];
      const weights = batch.weights.ref.js() as number[];
      const sizes = new Map<number, number>();
      batch.ids.forEach((id, i) => {
        sizes.set(bagIds[id], (sizes.get(bagIds[id]) ?? 0) + 1);
        expect(rows[i][1]).toBeCloseTo(examples.means[bagIds[id]], 5);
        expect(rows[i][0]).toBe([...new Set([...batch.ids].map((r) => bagIds[r]))].indexOf(bagIds[id]));
      });
      for (const [bag, size] of sizes) expect(size).toBe(bagSizes(bagIds)[bag]);
      expect(weights).toEqual(weights.map((_, i) => Number(i < batch.rows)));
      seen.push(...batch.ids);
      dispose(batch);
    }
    expect(seen.sort((a, b) => a - b)).toEqual([...bagIds.keys()]);
    const order = (n: number) =>
      [...batches.epoch(n)].map((batch) => {
        dispose(batch);
        return [...batch.ids];
      });
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });

  it("refuses examples that don't fit", () => {
    const run = (changes: object, bagsPerBatch = 2) =>
      bagBatches({ ...examples, ...changes } as never, { bagsPerBatch, seed: 1 });
    expect(() => run({}, 0)).toThrow(/^bagsPerBatch: /);
    expect(() => run({ x: [1, 2] })).toThrow(TypeError);
    expect(() => run({ x: x.slice(1) })).toThrow(/^x: expected 69 numbers/);
    expect(() => run({ means: [1] })).toThrow(/^means: expected 5 numbers/);
    expect(() => run({ means: [1, 2, 3, 4, Number.NaN] })).toThrow(/^means, entry 4: /);
    expect(() => run({ bagIds: bagIds.map((b) => (b === 2 ? 3 : b)) })).toThrow(/none in bag 2/);
    expect(() => run({ classes: 2, means: Array(10).fill(0.6) })).toThrow(
      /^means, bag 0: expected proportions that sum to 1/,
    );
    expect(() => run({ classes: 2, means: Array(5).fill([-1, 2]).flat() })).toThrow(
      /^means, bag 0: expected proportions >= 0/,
    );
    expect(() => run({}).at([0, 1, 2])).toThrow(/^bags: expected 1 to 2 bags/);
    expect(() => run({}).at([7])).toThrow(/^bags: /);
  });
});

describe("aggregateObjective", () => {
  it("arrives at the closed form of the linear fit, with rho an input of one program", async () => {
    const { x, y } = linearData(40, 2);
    const bagIds = makeBags(40, 3, { seed: 2 });
    const means = bagMeans(y, bagIds);
    const model = mlp({ inputs, hidden: [], outputs: 1, initial: "zeros" });
    const batches = bagBatches({ x, shape: [inputs], bagIds, means }, { bagsPerBatch: 13, seed: 1 });
    const step = supervised({
      model,
      objective: aggregateObjective(model, { bagsPerBatch: 13, loss: ({ rho }) => ({ rho }) }),
      optimizer: sgd(0.3),
    });
    for (const rho of [0.1, 1]) {
      let state = step.init(random.key(0), { hyper: { rho } });
      for (let epoch = 0; epoch < 400; epoch++)
        state = await fit({ step, state, batches: batches.epoch(epoch) });
      const exact = aggregateLinearFit(x, bagIds, means, { rho, intercept: true });
      const predict = predictor(model);
      const rows = np.array(x.slice(), { shape: [40, inputs] });
      const found = predict(step.params(state), step.modelState(state), rows).dataSync();
      found.forEach((v, i) => {
        const linear = exact.theta.reduce((sum, t, j) => sum + t * x[inputs * i + j], exact.intercept);
        expect(v).toBeCloseTo(linear, 2);
      });
    }
    step.dispose();
  });

  it("learns three classes from proportions alone", async () => {
    const next = randomSource(7);
    const rows = 300;
    const labels = Array.from({ length: rows }, (_, i) => i % 3);
    const corner = [
      [2, 0],
      [-1, 1.7],
      [-1, -1.7],
    ];
    const x = Float32Array.from({ length: rows * 2 }, (_, i) => corner[labels[i >> 1]][i % 2] + next() - 0.5);
    const bagIds = makeBags(rows, 5, { seed: 1 });
    const means = bagProportions(labels, bagIds, 3);
    const model = mlp({ inputs: 2, hidden: [8], outputs: 3 });
    const batches = bagBatches({ x, shape: [2], bagIds, means, classes: 3 }, { bagsPerBatch: 10, seed: 1 });
    const step = supervised({
      model,
      objective: aggregateObjective(model, { bagsPerBatch: 10, loss: { loss: "softmax", kind: "bag" } }),
      optimizer: adamw(0.03),
    });
    let state = step.init(random.key(1));
    for (let epoch = 0; epoch < 30; epoch++)
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    const logits = predictor(model)(
      step.params(state),
      step.modelState(state),
      np.array(x, { shape: [rows, 2] }),
    );
    const best = np.argmax(logits, -1).js() as number[];
    expect(best.filter((label, i) => label === labels[i]).length / rows).toBeGreaterThan(0.95);
    step.dispose();
  });

  it("refuses other batches", () => {
    const model = mlp({ inputs: 2, hidden: [], outputs: 1 });
    expect(() => aggregateObjective(model, { bagsPerBatch: 0 })).toThrow(/^bagsPerBatch: /);
    const step = supervised({
      model,
      objective: aggregateObjective(model, { bagsPerBatch: 2 }),
      optimizer: sgd(0.1),
    });
    const batch = {
      x: np.zeros([2, 2]),
      y: np.zeros([2]),
      weights: np.ones([2]),
      ids: Int32Array.of(0, 1),
      rows: 2,
    };
    expect(() => step.update(step.init(random.key(0)), batch)).toThrow(
      /^y: expected a float array \[rows, 1 \+ responses\]/,
    );
  });
});
