import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { randomSource } from "../engine/random.ts";
import { disposeTree } from "../engine/tree.ts";
import { aldrInit, truncatedGceInit, truncatedGcePrune } from "../losses/index.ts";
import { rocAuc } from "../metrics/index.ts";
import { mlp } from "../models/index.ts";
import { sgd } from "../optimizers/index.ts";
import {
  aldrObjective,
  fit,
  injectLabelNoise,
  minibatches,
  predictor,
  remember,
  type SupervisedState,
  supervised,
  truncatedGceObjective,
} from "./index.ts";

// Three well separated clouds with a fifth of the labels moved to the next class.
const count = 150;
const draw = randomSource(7);
const truth = Int32Array.from({ length: count }, (_, i) => i % 3);
const x = Float32Array.from(
  { length: count * 2 },
  (_, i) => 3 * Math.cos((truth[i >> 1] * 2 * Math.PI) / 3 - (i % 2) * (Math.PI / 2)) + draw() - 0.5,
);
const { labels, flipped } = injectLabelNoise(truth, { kind: "next", rate: 0.2, classes: 3, seed: 5 });
const model = mlp({ inputs: 2, hidden: [16], outputs: 3 });
const batches = minibatches({ x, shape: [2], y: labels, classes: 3 }, { size: 32, seed: 1 });
const optimizer = sgd(0.1, { momentum: 0.9 });
const free = (state: SupervisedState) => disposeTree([state.params, state.optimizer, state.modelState]);

async function train(step: ReturnType<typeof supervised>, state: SupervisedState, from: number, to: number) {
  let current = state;
  for (let epoch = from; epoch < to; epoch++)
    current = await fit({ step, state: current, batches: batches.epoch(epoch) });
  return current;
}

describe("aldrObjective", () => {
  const step = supervised({
    model,
    objective: aldrObjective(model, ({ lambda0 }) => ({ lambda0 })),
    optimizer,
  });

  it("learns through fit while the memory moves, example by example, within its range", async () => {
    const memory = aldrInit(count, { lambda0: 1 });
    let state = step.init(random.key(2), { hyper: { lambda0: 1 }, memory: { ...memory } });
    state = await train(step, state, 0, 15);
    expect(new Set(memory.lambda).size).toBeGreaterThan(count / 2);
    expect(memory.lambda.every((v) => v >= 0.5 && v <= 1)).toBe(true);
    const predict = predictor(model);
    const all = np.array(new Float32Array(x), { shape: [count, 2] });
    const scores = predict(state.params, state.modelState, all).dataSync();
    const right = truth.filter((label, i) =>
      [0, 1, 2].every((k) => scores[3 * i + k] <= scores[3 * i + label]),
    );
    expect(right.length / count).toBeGreaterThan(0.95);
    free(state);
    predict.dispose();
  });

  it("updates only the memory of the ids in a batch, whatever the padding", () => {
    const memory = aldrInit(count, { lambda0: 1 });
    const state = step.init(random.key(2), { hyper: { lambda0: 1 }, memory: { ...memory } });
    const [next, metrics] = step.update(state, batches.at(Int32Array.from([140, 3, 77])));
    metrics.loss.dispose();
    const moved = [...memory.lambda.keys()].filter((i) => memory.lambda[i] !== 1);
    expect(moved).toEqual([3, 77, 140]);
    free(next);
  });

  it("serves every lambda0 with one program and leaves no array alive", () => {
    const once = (lambda0: number) => {
      const state = step.init(random.key(2), {
        hyper: { lambda0 },
        memory: { ...aldrInit(count, { lambda0 }) },
      });
      const [next, metrics] = step.update(state, batches.at(Int32Array.from([1, 2])));
      const loss = metrics.loss.item();
      free(next);
      return loss;
    };
    expect(once(0.1)).not.toBe(once(10));
    expect(leakOf(() => once(3))).toBe(0);
  });
});

describe("truncatedGceObjective", () => {
  it("after a pruning pass over the training set trains on examples it believes, which are the clean ones", async () => {
    const step = supervised({ model, objective: truncatedGceObjective(model, { q: 0.7 }), optimizer });
    const memory = truncatedGceInit(count);
    let state = step.init(random.key(3), { memory: { ...memory } });
    state = await train(step, state, 0, 12);
    const predict = predictor(model);
    for (const { x: inputs, y, weights, ids } of batches.epoch(0)) {
      weights.dispose();
      const scores = predict(state.params, state.modelState, inputs);
      await remember(memory.keep, ids, truncatedGcePrune(scores, y, { k: 0.5 }));
    }
    expect(
      rocAuc(
        flipped.map((f) => Number(!f)),
        memory.keep,
      ),
    ).toBeGreaterThan(0.9);
    const pruned = [...memory.keep];
    expect(pruned.some((v) => v === 0)).toBe(true);
    state = await train(step, state, 12, 14);
    expect([...memory.keep]).toEqual(pruned);
    free(state);
    predict.dispose();
    step.dispose();
  });
});
