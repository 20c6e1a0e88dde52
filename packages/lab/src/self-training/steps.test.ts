import { numpy as np, random } from "@jax-js/jax";
import { disposeTree, leavesOf } from "minimand/engine";
import { crossEntropy } from "minimand/losses";
import { mlp } from "minimand/models";
import { adam } from "minimand/optimizers";
import type { SupervisedState, TrainStep } from "minimand/training";
import { type Batch, minibatches, objectiveOf, supervised } from "minimand/training";
import { describe, expect, it } from "vitest";
import {
  distributionallyRobust,
  entropyMinimization,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "./index.ts";
import { unlabeledOrder } from "./unlabeled-rows.ts";

const model = mlp({ inputs: 2, hidden: [8], outputs: 2 });
const optimizer = adam(0.02);
const count = 24;
const x = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(7 * i + 1));
const y = Int32Array.from({ length: count }, (_, i) => Number(x[2 * i] > 0));
const batches = minibatches({ x, shape: [2], y, classes: 2 }, { size: 8, seed: 1 });
const unlabeled = Float32Array.from({ length: 2 * 30 }, (_, i) => 1.3 * Math.cos(5 * i));
const memory = { unlabeled };

type Made = { losses: number[]; parts: number[][]; params: number[] };
/** Some steps from one start. */
function train(
  step: TrainStep<SupervisedState>,
  hyper: object = {},
  given: object = memory,
  epochs = 2,
): Made {
  let state = step.init(random.key(3), { hyper: { ...hyper }, memory: { ...given } });
  const [losses, parts]: [number[], number[][]] = [[], []];
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const batch of batches.epoch(epoch)) {
      const [next, { loss, labeled, unlabeled }] = step.update(state, batch);
      state = next;
      losses.push(loss.item());
      parts.push([labeled, unlabeled].map((v) => v?.item()));
    }
  const params = leavesOf(step.params(state)).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  return { losses, parts, params };
}
const expectClose = (a: number[], b: number[], digits = 5) =>
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i], digits);
  });
const plain = () =>
  train(
    supervised({
      model,
      objective: objectiveOf(model, (f, t, { weights }) => crossEntropy(f, t, { weights })),
      optimizer,
    }),
  );

describe("steps with unlabelled rows", () => {
  it.each([
    ["robustSelfTraining", () => robustSelfTraining({ model, optimizer }), {}],
    ["selfTraining", () => selfTraining({ model, optimizer }), { warmup: 0 }],
    ["entropyMinimization", () => entropyMinimization({ model, optimizer }), {}],
    ["virtualAdversarial", () => virtualAdversarial({ model, optimizer }), {}],
  ])("%s without its unlabelled part is plain training", (_, make, own) => {
    const { losses, params } = train(make(), { lambda: 0, ...own });
    const expected = plain();
    expectClose(losses, expected.losses);
    expectClose(params, expected.params, 4);
  });

  it("robustSelfTraining with both parts robust and lambda 0 is distributionally robust training", () => {
    const both = train(robustSelfTraining({ model, optimizer, robustLabeled: true }), {
      lambda: 0,
      gamma: 1.5,
    });
    const alone = train(distributionallyRobust({ model, optimizer }), { gamma: 1.5 }, {});
    expectClose(both.losses, alone.losses);
    expectClose(both.params, alone.params, 4);
  });

  it("have a loss made of their parts, which grows as moving inputs gets cheaper", () => {
    const at = (gammaPrime: number) =>
      train(robustSelfTraining({ model, optimizer, steps: 10 }), { gammaPrime, lambda: 0.5 }, memory, 1);
    const { losses, parts } = at(2);
    losses.forEach((v, i) => {
      expect(v).toBeCloseTo(parts[i][0] + 0.5 * parts[i][1], 5);
    });
    expect(at(0.8).parts[0][1]).toBeGreaterThan(parts[0][1]);
    expect(parts[0][1]).toBeGreaterThan(at(1e4).parts[0][1]);
    // With gammaPrime infinite the unlabelled term is the loss at the model's own labels, at most log 2.
    expect(at(1e4).parts[0][1]).toBeLessThan(Math.log(2));
  });

  it("ignore padding", () => {
    const rows = Int32Array.of(0, 1, 2);
    const spoiled = (): Batch => {
      const batch = batches.at(rows);
      const cells = batch.x.dataSync().slice() as Float32Array<ArrayBuffer>;
      cells.fill(1.5, 6);
      return { ...batch, x: np.array(cells, { shape: [8, 2] }) };
    };
    for (const [step, hyper] of [
      [robustSelfTraining({ model, optimizer, robustLabeled: true }), {}],
      [entropyMinimization({ model, optimizer }), {}],
      [virtualAdversarial({ model, optimizer }), {}],
      [selfTraining({ model, optimizer }), { warmup: 0 }],
    ] as const) {
      const loss = (batch: Batch) =>
        step.update(step.init(random.key(0), { hyper, memory }), batch)[1].loss.item();
      expect(loss(spoiled())).toBeCloseTo(loss(batches.at(rows)), 5);
      step.dispose();
    }
  });

  it("use teachers' labels given beforehand, and those of the warm-up when it is over", () => {
    const given = { unlabeled, pseudo: new Float32Array(30).fill(1) };
    const taught = train(selfTraining({ model, optimizer }), {}, given);
    expect(taught.parts[0][1]).toBeGreaterThan(0);
    const { parts, losses } = train(selfTraining({ model, optimizer }), { warmup: 4 });
    expect(parts.map(([, u]) => u > 0)).toEqual([false, false, false, false, true, true]);
    expectClose(losses.slice(0, 4), plain().losses.slice(0, 4));
  });

  it("label once or again and again", () => {
    const labelings = (every: number) => {
      const step = selfTraining({ model, optimizer: adam(0.3) });
      let state = step.init(random.key(3), { hyper: { warmup: 1, every }, memory });
      const seen: Float32Array[] = [];
      for (let epoch = 0; epoch < 4; epoch++)
        for (const batch of batches.epoch(epoch)) {
          const [next, { loss }] = step.update(state, batch);
          state = next;
          loss.item();
          if (state.memory.pseudo !== undefined) seen.push(state.memory.pseudo);
        }
      step.dispose();
      return new Set(seen).size;
    };
    expect(labelings(0)).toBe(1);
    expect(labelings(3)).toBe(4);
    expect(memory).not.toHaveProperty("pseudo");
  });

  it("see every unlabelled row once in each pass", () => {
    const order = unlabeledOrder();
    const seen = Array.from({ length: 6 }, (_, step) => [...order(5, step, 10, 5)]).flat();
    for (const pass of [0, 1, 2]) expect(new Set(seen.slice(10 * pass, 10 * pass + 10)).size).toBe(10);
    expect(seen.slice(0, 10)).not.toEqual(seen.slice(10, 20));
    const again = unlabeledOrder();
    expect([...again(5, 3, 10, 5)]).toEqual(seen.slice(15, 20));
    expect(new Set(again(5, 0, 3, 8)).size).toBe(3);
  });

  it("refuse what makes no sense", () => {
    const step = robustSelfTraining({ model, optimizer, robustLabeled: true });
    const init =
      (hyper: object, given: object = memory) =>
      () =>
        step.init(random.key(0), { hyper: { ...hyper }, memory: { ...given } });
    expect(init({}, {})).toThrow(
      "memory.unlabeled: expected a Float32Array of inputs, row by row, got undefined",
    );
    expect(init({}, { unlabeled: new Float32Array(0) })).toThrow(
      "memory.unlabeled: expected at least one row",
    );
    expect(init({}, { unlabeled: unlabeled.with(7, Infinity) })).toThrow(
      "memory.unlabeled[7]: expected finite numbers",
    );
    expect(init({ lambda: -1 })).toThrow("hyper.lambda: expected a finite number >= 0, got -1");
    expect(init({ lambda: Number.NaN })).toThrow("hyper.lambda: expected a finite number, got NaN");
    expect(init({ gamma: 0 })).toThrow("hyper.gamma: expected a finite number > 0, got 0");
    expect(init({ gammaPrime: -2 })).toThrow("hyper.gammaPrime: expected a finite number > 0, got -2");
    expect(init({ ascentRate: 0 })).toThrow("hyper.ascentRate: expected a finite number > 0, got 0");
    const odd = step.init(random.key(0), { memory: { unlabeled: new Float32Array(3) } });
    expect(() => step.update(odd, batches.at(Int32Array.of(0)))).toThrow(
      "memory.unlabeled: expected rows of 2 numbers",
    );
    step.dispose();
    expect(() => robustSelfTraining({ model, optimizer, steps: 0 })).toThrow(
      "steps: expected an integer >= 1 and <= 20",
    );
    expect(() => robustSelfTraining({ model, optimizer, cost: "l1" as never })).toThrow(
      /^cost: expected one of/,
    );
    expect(() => robustSelfTraining({ model, optimizer, unlabeledBatch: 0 })).toThrow(
      "unlabeledBatch: expected an integer >= 1",
    );
    const pseudo = selfTraining({ model, optimizer });
    const given = (hyper: object) => () => pseudo.init(random.key(0), { hyper: { ...hyper }, memory });
    expect(given({ warmup: -1 })).toThrow("hyper.warmup: expected an integer >= 0, got -1");
    expect(given({ every: 0.5 })).toThrow("hyper.every: expected an integer >= 0, got 0.5");
    pseudo.dispose();
    const vat = virtualAdversarial({ model, optimizer });
    expect(() => vat.init(random.key(0), { hyper: { epsilon: 0 }, memory })).toThrow(
      "hyper.epsilon: expected a finite number > 0",
    );
    vat.dispose();
    const drl = distributionallyRobust({ model, optimizer });
    expect(() => drl.init(random.key(0), { hyper: { lambda: 1 } })).toThrow(
      "hyper.lambda: expected 0 without unlabelled rows, got 1",
    );
    drl.dispose();
  });
});
