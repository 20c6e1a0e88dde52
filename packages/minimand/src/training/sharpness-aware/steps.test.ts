import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { disposeTree, leavesOf, type Tree } from "../../engine/tree.ts";
import { crossEntropy, squaredError } from "../../losses/index.ts";
import { linear, mlp } from "../../models/index.ts";
import { sgd } from "../../optimizers/index.ts";
import { type Batch, minibatches } from "../batches.ts";
import { type BatchLoss, objectiveOf } from "../objective.ts";
import { batchesOf, halfPlanes, model } from "../steps.fixture.ts";
import { supervised } from "../supervised.ts";
import type { InitOptions, SupervisedState, TrainStep } from "../train-step.ts";
import { asam, esam, gsam, lookSam, mesa, outputHistory, saf, sam } from "./index.ts";

const loss: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
const parts = { model, objective: objectiveOf(model, loss), optimizer: sgd(0.1, { momentum: 0.9 }) };
const perExample = { model, optimizer: parts.optimizer };
const numbers = (t: Tree): number[] =>
  leavesOf(t).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
const history = (lag = 2) => outputHistory({ examples: 90, outputs: 2, lag });
const epochs = { stepsPerEpoch: 3, startEpoch: 2 };

/** Parameters and losses after some epochs of three steps. */
function run(step: TrainStep<SupervisedState>, options: InitOptions = {}, count = 5) {
  const batches = batchesOf();
  let state = step.init(random.key(1), options);
  const losses: number[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    for (const batch of batches.epoch(epoch)) {
      const [next, metrics] = step.update(state, batch);
      state = next;
      losses.push(metrics.loss.item());
    }
  }
  const params = numbers(step.params(state));
  return { params, losses, state };
}

const same = (a: readonly number[], b: readonly number[], tolerance = 1e-5) => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(Math.abs(v - b[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b[i])));
  });
};
const other = (a: readonly number[], b: readonly number[]) =>
  expect(Math.max(...a.map((v, i) => Math.abs(v - b[i])))).toBeGreaterThan(1e-3);

const plain = run(supervised(parts));
const ofSam = run(sam(parts), { hyper: { rho: 0.2 } });

describe("a perturbation of radius 0", () => {
  it.each([
    ["sam", sam(parts), {}],
    ["asam", asam(parts), {}],
    ["gsam", gsam(parts), {}],
    ["lookSam", lookSam({ ...parts, k: 2 }), { alpha: 0 }],
    ["esam on all examples", esam({ ...perExample, loss, gamma: 1 }), {}],
  ] as const)("makes %s plain training", (_, step, hyper) => {
    const { params, losses } = run(step, { hyper: { rho: 0, ...hyper } });
    same(params, plain.params);
    same(losses, plain.losses);
  });
});

describe("limits at which methods are SAM", () => {
  it.each([
    ["esam with beta = gamma = 1", esam({ ...perExample, loss, gamma: 1 }), { rho: 0.2, beta: 1 }],
    ["lookSam with k = 1", lookSam({ ...parts, k: 1 }), { rho: 0.2 }],
    ["gsam with alpha = 0", gsam(parts), { rho: 0.2, alpha: 0 }],
    ["asam without scaled parameters", asam({ ...parts, scaled: () => false }), { rho: 0.2 }],
  ] as const)("%s", (_, step, hyper) => {
    same(run(step, { hyper }).params, ofSam.params, 1e-4);
  });

  it("are away from them what they say: other directions", () => {
    other(ofSam.params, plain.params);
    for (const [step, hyper] of [
      [esam({ ...perExample, loss }), { rho: 0.2 }],
      [lookSam({ ...parts, k: 3 }), { rho: 0.2 }],
      [gsam(parts), { rho: 0.2, alpha: 0.5 }],
      [asam(parts), { rho: 0.2 }],
    ] as const) {
      const { params } = run(step, { hyper });
      other(params, ofSam.params);
      other(params, plain.params);
    }
  });
});

describe("esam", () => {
  it("draws masks by the state's key, anew at each step", () => {
    const step = esam({ ...perExample, loss });
    const hyper = { rho: 0.3, beta: 0.5 };
    const [one, again] = [run(step, { hyper }), run(step, { hyper })];
    expect(again.params).toEqual(one.params);
    other(run(esam({ ...perExample, loss, granularity: "scalar" }), { hyper }).params, one.params);
  });

  it("takes its second gradient on the share of the examples of a padded batch", () => {
    const step = esam({ ...perExample, loss, gamma: 0.5 });
    const batches = batchesOf();
    const rows = Int32Array.of(3, 14, 15, 92 % 90, 65, 35);
    const after = (batch: Batch) => {
      const state = step.init(random.key(1), { hyper: { rho: 0.1 } });
      const [next, metrics] = step.update(state, batch);
      metrics.loss.item();
      return numbers(step.params(next));
    };
    const small = minibatches(halfPlanes(), { size: 6, seed: 3 });
    same(after(batches.at(rows)), after(small.at(rows)), 1e-4);
  });

  it("refuses shares outside of (0, 1] and unknown granularities", () => {
    expect(() => esam({ ...perExample, loss, gamma: 0 })).toThrow(
      "gamma: expected a finite number > 0 and <= 1, got 0",
    );
    // @ts-expect-error no such granularity
    expect(() => esam({ ...perExample, loss, granularity: "row" })).toThrow("granularity: expected one of");
    const init = (hyper: { [name: string]: number }) => () =>
      esam({ ...perExample, loss }).init(random.key(0), { hyper });
    expect(init({ beta: 0 })).toThrow("hyper.beta: expected a finite number > 0 and <= 1, got 0");
    expect(init({ rho: -1 })).toThrow("hyper.rho: expected a finite number >= 0, got -1");
  });
});

describe("lookSam", () => {
  it("follows its formula between two looks", () => {
    // Two steps of plain descent on one batch: the second uses what the first has kept.
    const line = linear({ inputs: 2, outputs: 2, initial: "random" });
    const own = { model: line, objective: objectiveOf(line, loss), optimizer: sgd(1) };
    const batch = () => batchesOf().at(Int32Array.from({ length: 32 }, (_, i) => i));
    const hyper = { rho: 0.3, alpha: 0.6 };
    const paramsAfter = (step: TrainStep<SupervisedState>, steps: number, from?: number[]) => {
      let state = step.init(random.key(4));
      if (from !== undefined) {
        const layers = (state.params as Tree[])[0] as { weight: np.Array; bias: np.Array };
        const weight = Float32Array.from(from.slice(0, layers.weight.size));
        const bias = Float32Array.from(from.slice(layers.weight.size));
        const params = [
          { weight: np.array(weight, { shape: layers.weight.shape }), bias: np.array(bias) },
        ] as Tree;
        state = { ...state, params };
      }
      for (let i = 0; i < steps; i++) {
        const [next, metrics] = step.update(state, batch());
        metrics.loss.item();
        state = next;
      }
      const { weight, bias } = (state.params as Tree[])[0] as { weight: np.Array; bias: np.Array };
      return numbers([weight, bias] as Tree);
    };
    const minus = (a: number[], b: number[]) => a.map((v, i) => v - b[i]);
    const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const plainStep = supervised(own);
    const start = paramsAfter(plainStep, 0);
    const g = minus(start, paramsAfter(plainStep, 1));
    const gs = minus(start, paramsAfter(sam({ ...own, hyper: { rho: 0.3 } }), 1));
    const gv = gs.map((v, i) => v - (dot(gs, g) / dot(g, g)) * g[i]);
    const middle = paramsAfter(lookSam({ ...own, k: 2, hyper }), 1);
    same(minus(start, middle), gs, 1e-4);
    const h = minus(middle, paramsAfter(plainStep, 1, middle));
    const again = (0.6 * Math.sqrt(dot(h, h))) / Math.sqrt(dot(gv, gv));
    const end = paramsAfter(lookSam({ ...own, k: 2, hyper }), 2);
    same(
      minus(middle, end),
      h.map((v, i) => v + again * gv[i]),
      1e-3,
    );
  });

  it("refuses a k that is no count", () => {
    expect(() => lookSam({ ...parts, k: 0 })).toThrow("k: expected an integer >= 1, got 0");
  });
});

describe("saf", () => {
  const step = saf(parts);
  const init = (hyper: { [name: string]: number }, memory = history()) => ({
    hyper: { ...epochs, ...hyper },
    memory,
  });

  it("is bit for bit plain training at lambda = 0, and before its start", () => {
    expect(run(step, init({ lambda: 0 })).params).toEqual(plain.params);
    expect(run(step, init({ lambda: 5, startEpoch: 9 })).params).toEqual(plain.params);
    expect(run(step, init({ lambda: 5, startEpoch: 0 }, history(7))).params).toEqual(plain.params);
    expect(run(step, init({ lambda: 5, startEpoch: 2, endEpoch: 2 })).params).toEqual(plain.params);
  });

  it("adds a term from the epoch of its start on, until its end", () => {
    const { losses, params } = run(step, init({ lambda: 5 }));
    expect(losses.slice(0, 6)).toEqual(plain.losses.slice(0, 6));
    expect(losses[6]).toBeGreaterThan(plain.losses[6] + 1e-3);
    other(params, plain.params);
    const ended = run(step, init({ lambda: 5, endEpoch: 3 }));
    expect(ended.losses.slice(0, 9)).toEqual(losses.slice(0, 9));
    expect(ended.losses[9]).toBeLessThan(losses[9]);
  });

  it("records every example once an epoch, in the row of that epoch, and no padding", () => {
    const { state } = run(step, init({}));
    const { epochs: written } = state.memory;
    expect(Array.from({ length: 90 }, (_, i) => [...written.slice(3 * i, 3 * i + 3)])).toEqual(
      Array(90).fill([3, 4, 2]),
    );
  });

  it("takes a change of its hyperparameters on the way", () => {
    const batches = batchesOf();
    let state = step.init(random.key(1), init({ lambda: 0 }));
    const [first] = [...batches.epoch(0)];
    state = step.update(state, first)[0];
    state = { ...state, hyper: { ...state.hyper, lambda: 0.5 } };
    expect(step.update(state, batches.at(Int32Array.of(1, 2)))[1].loss.item()).toBeGreaterThan(0);
  });

  it("holds a regression to its past outputs by their squared distance", () => {
    const line = mlp({ inputs: 2, hidden: [8], outputs: 1 });
    const objective = objectiveOf(line, (f, y, { weights }) => squaredError(f.reshape([-1]), y, { weights }));
    const regress = saf({ model: line, objective, optimizer: sgd(0.02), distance: "squared-error" });
    const { x, shape } = halfPlanes();
    const y = Float32Array.from({ length: 90 }, (_, i) => x[2 * i] - 0.5 * x[2 * i + 1]);
    const batches = minibatches({ x, shape, y }, { size: 90, seed: 1 });
    const after = (lambda: number) => {
      const memory = outputHistory({ examples: 90, outputs: 1, lag: 1 });
      let state = regress.init(random.key(0), { hyper: { stepsPerEpoch: 1, startEpoch: 1, lambda }, memory });
      const losses = [0, 1].map((epoch) => {
        const [next, metrics] = regress.update(state, [...batches.epoch(epoch)][0]);
        state = next;
        return metrics.loss.item();
      });
      return { losses, outputs: state.memory.outputs };
    };
    const [free, held] = [after(0), after(2)];
    const moved = Array.from({ length: 90 }, (_, i) => held.outputs[2 * i + 1] - held.outputs[2 * i]);
    const term = moved.reduce((sum, v) => sum + v * v, 0) / 2 / 90;
    expect(term).toBeGreaterThan(1e-4);
    expect(held.losses[1] - free.losses[1]).toBeCloseTo(2 * term, 4);
  });

  it("refuses batches whose examples are unknown, missing or repeated", () => {
    const batches = batchesOf();
    const update = (ids: unknown, memory = history()) => {
      const state = step.init(random.key(1), init({}, memory));
      return () => step.update(state, { ...batches.at(Int32Array.of(1, 2)), ids: ids as Int32Array });
    };
    expect(update(Int32Array.of(5, 5))).toThrow("ids: expected different example ids");
    expect(update(Int32Array.of(5))).toThrow("ids: expected 2 example ids, one for each row");
    expect(update(undefined)).toThrow("ids: expected an Int32Array of example ids, got undefined");
    const few = outputHistory({ examples: 4, outputs: 2, lag: 2 });
    expect(update(Int32Array.of(1, 4), few)).toThrow("ids: expected example ids from 0 to 3, got 4");
  });

  it("refuses a memory that is no history, and hyperparameters out of range", () => {
    const start =
      (hyper: { [name: string]: number }, memory = history()) =>
      () =>
        step.init(random.key(0), { hyper: hyper as typeof epochs, memory });
    // @ts-expect-error a history is needed
    expect(() => step.init(random.key(0), { hyper: epochs })).toThrow(
      "memory.outputs: expected a Float32Array of outputHistory(...), got undefined",
    );
    expect(start(epochs, { ...history(), epochs: new Float32Array(7) })).toThrow("memory.epochs: expected 3");
    const wide = start(epochs, outputHistory({ examples: 90, outputs: 3 }))();
    expect(() => step.update(wide, batchesOf().at(Int32Array.of(1, 2)))).toThrow(
      new RangeError("memory.outputs: expected rows of 2 numbers, the outputs of the network, got 3"),
    );
    disposeTree([wide.params, wide.optimizer]);
    expect(start({})).toThrow("hyper.stepsPerEpoch: expected an integer >= 1, got undefined");
    expect(start({ ...epochs, lambda: -0.1 })).toThrow(
      "hyper.lambda: expected a finite number >= 0, got -0.1",
    );
    expect(start({ ...epochs, lambda: Number.NaN })).toThrow("hyper.lambda: expected a finite number");
    expect(start({ ...epochs, tau: 0 })).toThrow("hyper.tau: expected a finite number > 0, got 0");
    expect(start({ ...epochs, startEpoch: 1.5 })).toThrow(
      "hyper.startEpoch: expected an integer >= 0, got 1.5",
    );
    expect(start({ ...epochs, endEpoch: 1 })).toThrow(
      "hyper.endEpoch: expected a number >= hyper.startEpoch = 2, got 1",
    );
    // @ts-expect-error no such distance
    expect(() => saf({ ...parts, distance: "cosine" })).toThrow("distance: expected one of");
  });
});

describe("mesa", () => {
  const step = mesa(parts);
  it("is plain training at lambda = 0, and where the average is the present weights (decay 0)", () => {
    expect(run(step, { hyper: { ...epochs, lambda: 0, decay: 0.5 } }).params).toEqual(plain.params);
    same(run(step, { hyper: { ...epochs, lambda: 5, decay: 0 } }).params, plain.params, 1e-4);
  });

  it("keeps the start as its teacher at decay 1", () => {
    const start = step.init(random.key(1), { hyper: epochs });
    const first = numbers(step.averagedParams(start));
    const { state, params } = run(step, { hyper: { ...epochs, lambda: 5, decay: 1 } });
    expect(numbers(step.averagedParams(state))).toEqual(first);
    other(params, plain.params);
    disposeTree([start.params, start.optimizer]);
  });

  it("averages parameters and running statistics after each update", () => {
    const normed = mlp({ inputs: 2, hidden: [6], outputs: 2, batchNorm: true });
    const own = mesa({ model: normed, objective: objectiveOf(normed, loss), optimizer: sgd(0.1) });
    const batches = batchesOf();
    let state = own.init(random.key(1), { hyper: { ...epochs, decay: 0.75 } });
    const both = (s: SupervisedState) => [numbers(own.params(s)), numbers(own.modelState(s))];
    let average = both(state);
    for (const batch of batches.epoch(0)) {
      const [next, metrics] = own.update(state, batch);
      metrics.loss.item();
      state = next;
      average = both(state).map((values, k) => values.map((v, i) => 0.75 * average[k][i] + 0.25 * v));
    }
    same(numbers(own.averagedParams(state)), average[0]);
    same(numbers(own.averagedModelState(state)), average[1]);
  });

  it("refuses decays and temperatures out of range", () => {
    const start = (hyper: { [name: string]: number }) => () =>
      step.init(random.key(0), { hyper: hyper as typeof epochs });
    expect(start({ ...epochs, decay: 1.01 })).toThrow(
      "hyper.decay: expected a finite number >= 0 and <= 1, got 1.01",
    );
    expect(start({ ...epochs, tau: -1 })).toThrow("hyper.tau: expected a finite number > 0, got -1");
    expect(start({ lambda: 1 })).toThrow("hyper.stepsPerEpoch: expected an integer >= 1, got undefined");
  });
});
