import { random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { randomSource } from "../engine/random.ts";
import { disposeTree, leavesOf } from "../engine/tree.ts";
import { mlp } from "../models/index.ts";
import { sgd } from "../optimizers/index.ts";
import { minibatches } from "./batches.ts";
import { ensLossTrainer } from "./ens-loss.ts";
import { predictor } from "./predict.ts";
import type { SupervisedState, TrainStep } from "./train-step.ts";

const rows = 90;
const model = mlp({ inputs: 2, hidden: [8], outputs: 1 });
const optimizer = sgd(0.1, { momentum: 0.9 });
const next = randomSource(4);
const x = Float32Array.from({ length: rows * 2 }, () => 2 * next() - 1);
const y = Int32Array.from({ length: rows }, (_, i) => Number(x[2 * i] + x[2 * i + 1] > 0));
const batches = minibatches({ x, shape: [2], y, classes: 2 }, { size: 32, seed: 1 });

function train(step: TrainStep<SupervisedState>, epochs: number, hyper?: { boxCoxLambda: number }) {
  let state = step.init(random.key(3), { hyper });
  const lambdas: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of batches.epoch(epoch)) {
      const [after, metrics] = step.update(state, batch);
      expect(Number.isFinite(metrics.loss.item())).toBe(true);
      lambdas.push(after.hyper.boxCoxLambda);
      state = after;
    }
  }
  return { state, lambdas };
}

function weights(state: SupervisedState): number[] {
  return leavesOf(state.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
}

describe("ensLossTrainer", () => {
  it("learns a separable problem from random derivatives, in batches of which the last is padded", () => {
    const step = ensLossTrainer({ model, optimizer });
    const { state } = train(step, 40);
    const predict = predictor(model);
    const all = minibatches({ x, shape: [2], y }, { size: rows, seed: 0 }).at(
      Int32Array.from({ length: rows }, (_, i) => i),
    );
    const scores = predict(state.params, state.modelState, all.x).dataSync();
    const right = y.filter((label, i) => Number(scores[i] > 0) === label).length;
    expect(right / rows).toBeGreaterThan(0.95);
  });

  it("gives the same parameters from the same key, and draws other derivatives at every update", () => {
    const step = ensLossTrainer({ model, optimizer });
    expect(weights(train(step, 2).state)).toEqual(weights(train(step, 2).state));
    let state = step.init(random.key(3));
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      // The same rows each time, with a learning rate that leaves the scores all but unchanged.
      const still = ensLossTrainer({ model, optimizer: sgd(1e-12) });
      const [after, metrics] = still.update(state, batches.at(Int32Array.of(0, 1, 2, 3)));
      losses.push(metrics.loss.item());
      state = after;
      still.dispose();
    }
    expect(new Set(losses).size).toBe(3);
  });

  it("keeps lambda where it is told, or draws it anew from (-1, 1) after each period", () => {
    const step = ensLossTrainer({ model, optimizer, period: 4 });
    const { lambdas } = train(step, 4);
    expect(lambdas.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(new Set(lambdas).size).toBe(3);
    expect(lambdas.slice(4, 8).every((l) => l === lambdas[4])).toBe(true);
    expect(lambdas.every((l) => l > -1 && l < 1)).toBe(true);
    expect(train(step, 4).lambdas).toEqual(lambdas);
    expect(new Set(train(ensLossTrainer({ model, optimizer }), 2, { boxCoxLambda: 0.5 }).lambdas)).toEqual(
      new Set([0.5]),
    );
  });

  it("takes two logits an example and the options of the law", () => {
    const two = mlp({ inputs: 2, hidden: [], outputs: 2 });
    const step = ensLossTrainer({ model: two, optimizer, tail: "inverse-log2", phantomZero: true });
    expect(weights(train(step, 1).state).every(Number.isFinite)).toBe(true);
    expect(() => ensLossTrainer({ model, optimizer, period: 1.5 })).toThrow(
      /^period: expected an integer >= 0, got 1.5$/,
    );
  });

  it("leaves no array alive", () => {
    const step = ensLossTrainer({ model, optimizer, period: 2 });
    expect(
      leakOf(() => {
        const { state } = train(step, 1);
        disposeTree(state.params);
        disposeTree(state.optimizer);
        disposeTree(state.modelState);
      }, 3),
    ).toBe(0);
  });
});
