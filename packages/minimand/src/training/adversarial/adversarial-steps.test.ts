import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { disposeTree } from "../../engine/tree.ts";
import { crossEntropy } from "../../losses/index.ts";
import { mlp } from "../../models/index.ts";
import { adam } from "../../optimizers/index.ts";
import { type Batch, minibatches } from "../batches.ts";
import { fit } from "../fit.ts";
import { objectiveOf } from "../objective.ts";
import { supervised } from "../supervised.ts";
import type { SupervisedState, TrainStep } from "../train-step.ts";
import { advCompSum, adversarialTraining, robustAccuracy, trades } from "./index.ts";

const model = mlp({ inputs: 2, hidden: [16], outputs: 3 });
const options = {
  model,
  optimizer: ({ learningRate }: { [name: string]: np.Array }) => adam(learningRate),
  steps: 3,
  clip: [-2, 2] as const,
};

/** Three noisy clouds: class k around the k-th corner. */
const count = 90;
const corners = [
  [-1, -1],
  [1, -1],
  [0, 1],
];
const noise = (i: number) => 0.45 * Math.sin(12.9898 * (i + 1) + 78.233 * ((i * i) % 17));
const points = Float32Array.from(
  { length: 2 * count },
  (_, i) => corners[Math.floor(i / 2) % 3][i % 2] + noise(i),
);
const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
const batches = minibatches({ x: points, shape: [2], y: labels, classes: 3 }, { size: 32, seed: 7 });
const x = () => np.array(points, { shape: [count, 2] });
const y = () => np.array(labels);

function train(
  step: TrainStep<SupervisedState>,
  hyper: { [name: string]: number },
  epochs: number,
  seed = 0,
) {
  let state = step.init(random.key(seed), { hyper: { learningRate: 0.02, ...hyper } });
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of batches.epoch(epoch)) {
      const [next, { loss }] = step.update(state, batch);
      state = next;
      losses.push(loss.item());
    }
  }
  return { state, losses };
}

const plain = () =>
  supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: options.optimizer,
  });

describe.each([
  ["advCompSum", advCompSum, { nu: 0.3 }],
  ["trades", trades, { beta: 3 }],
  ["adversarialTraining", adversarialTraining, {}],
] as const)("%s", (_, factory, hyper) => {
  it("learns: the loss falls, and the model is right on most points", async () => {
    const step = factory(options);
    const { state, losses } = train(step, { gamma: 0.2, ...hyper }, 12);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-3))).toBeLessThan(0.5 * mean(losses.slice(0, 3)));
    const evaluate = robustAccuracy(model, { steps: 5, restarts: 1 });
    const variables = { params: step.params(state), state: step.modelState(state) };
    const { clean, robust } = await evaluate(variables, x(), y(), { gamma: 0.2, key: random.key(1) });
    expect(clean).toBeGreaterThan(0.9);
    expect(robust).toBeGreaterThan(0.8);
    step.dispose();
    evaluate.dispose();
  });

  it("has a loss that grows with the radius: the attacked inputs count", () => {
    const first = (gamma: number) => {
      const step = factory(options);
      const { losses } = train(step, { gamma, ...hyper }, 1);
      step.dispose();
      return losses[0];
    };
    expect(first(0.1)).toBeGreaterThan(first(0));
    expect(first(0.5)).toBeGreaterThan(first(0.1));
  });

  it("gives the same numbers for the same key, and others for another", () => {
    const run = (seed: number) => {
      const step = factory(options);
      const { losses } = train(step, { gamma: 0.2, ...hyper }, 1, seed);
      step.dispose();
      return losses;
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it("serves all sizes of attack by one set of programs", () => {
    let programs = 0;
    const traced = <A extends unknown[], R>(f: (...args: A) => R) => {
      return ((...args: A) => {
        programs++;
        return f(...args);
      }) as typeof f;
    };
    const step = factory({ ...options, model: { ...model, apply: traced(model.apply) } });
    train(step, { gamma: 0.2, ...hyper }, 1).state;
    const before = programs;
    train(step, { gamma: 0.4, stepSize: 0.3, ...hyper }, 1);
    expect(programs).toBe(before);
    step.dispose();
  });

  it("leaves no array alive from step to step", () => {
    const step = factory(options);
    let state = step.init(random.key(0), { hyper: { learningRate: 0.01, gamma: 0.1, ...hyper } });
    const rows = Int32Array.from({ length: 32 }, (_, i) => i);
    const run = () => {
      const [next, { loss }] = step.update(state, batches.at(rows));
      state = next;
      loss.item();
    };
    expect(leakOf(run)).toBe(0);
    step.dispose();
  });

  it("asks for the radius of the attack", () => {
    const step = factory(options);
    const init = (given: { [name: string]: number }) => () =>
      step.init(random.key(0), { hyper: { learningRate: 0.01, gamma: undefined as never, ...given } });
    expect(init({})).toThrow("hyper.gamma: expected a finite number >= 0, got undefined");
    expect(init({ gamma: -0.1 })).toThrow("hyper.gamma: expected a finite number >= 0, got -0.1");
    expect(init({ gamma: 0.1, stepSize: -1 })).toThrow("stepSize: expected a finite number >= 0, got -1");
    step.dispose();
  });

  it("ignores padding", () => {
    const step = factory(options);
    // A quarter of a batch, alone and with other padding: same update.
    const rows = Int32Array.from({ length: 8 }, (_, i) => i);
    const spoiled = (): Batch => {
      const batch = batches.at(rows);
      const cells = batch.x.dataSync().slice() as Float32Array<ArrayBuffer>;
      cells.fill(1.5, 16);
      return { ...batch, x: np.array(cells, { shape: [32, 2] }) };
    };
    const update = (batch: Batch) => {
      const state = step.init(random.key(0), { hyper: { learningRate: 0.01, gamma: 0.1, ...hyper } });
      const [, { loss }] = step.update(state, batch);
      return loss.item();
    };
    expect(update(spoiled())).toBeCloseTo(update(batches.at(rows)), 5);
    step.dispose();
  });
});

describe("the adversarial steps without an attack (gamma = 0)", () => {
  it("are plain supervised training with cross-entropy", () => {
    const reference = train(plain(), {}, 2).losses;
    for (const factory of [advCompSum, trades, adversarialTraining]) {
      const { losses } = train(factory(options), { gamma: 0 }, 2);
      losses.forEach((v, i) => {
        expect(v).toBeCloseTo(reference[i], 4);
      });
    }
  });
});

describe("robustAccuracy", () => {
  const variables = () => {
    const step = plain();
    const { state } = train(step, {}, 12);
    return { params: step.params(state), state: step.modelState(state) };
  };

  it("falls as the ball grows, from the clean accuracy at gamma = 0", async () => {
    const trained = variables();
    const evaluate = robustAccuracy(model, { steps: 10, restarts: 2 });
    const at = (gamma: number) => evaluate(trained, x(), y(), { gamma, key: random.key(0) });
    const results = [await at(0), await at(0.6), await at(0.9), await at(5)];
    expect(results[0].robust).toBe(results[0].clean);
    expect(results[1].robust).toBeLessThan(results[0].robust);
    expect(results[2].robust).toBeLessThan(results[1].robust);
    expect(results[3].robust).toBe(0);
    for (const { clean } of results) expect(clean).toBe(results[0].clean);
    evaluate.dispose();
  });

  it("counts an example as robust only if no restart breaks it", async () => {
    const trained = variables();
    const shares: number[] = [];
    for (const restarts of [1, 12]) {
      const evaluate = robustAccuracy(model, { steps: 1, restarts });
      // Without a step the attack tries its random starts: twelve find what one does not.
      const size = { gamma: 1, stepSize: 0, key: random.key(0) };
      shares.push((await evaluate(trained, x(), y(), size)).robust);
      evaluate.dispose();
    }
    expect(shares[1]).toBeLessThan(shares[0] - 0.1);
  });

  it("refuses labels out of range and impossible options", async () => {
    const trained = variables();
    const evaluate = robustAccuracy(model, { steps: 1, restarts: 1 });
    const bad = np.array(labels.map((v, i) => (i === 4 ? 3 : v)));
    await expect(evaluate(trained, x(), bad, { gamma: 0.1, key: random.key(0) })).rejects.toThrow(
      "labels: expected class ids from 0 to 2, got 3",
    );
    expect(() => robustAccuracy(model, { restarts: 0 })).toThrow("restarts: expected an integer >= 1, got 0");
    evaluate.dispose();
  });
});

describe("a compiler that can make several steps in one call", () => {
  it.each([
    ["adversarialTraining", adversarialTraining],
    ["trades", trades],
    ["advCompSum", advCompSum],
  ] as const)("makes single steps of %s, each with its attack", async (_, make) => {
    const block = (): never => {
      throw new Error("a block of steps has no attacks");
    };
    const single: Compile = (f) => compileWithJit(f);
    const compile: Compile = Object.assign(single, { loop: () => Object.assign(block, { dispose() {} }) });
    const hyper = { learningRate: 0.02, gamma: 0.2 };
    const losses: number[][] = [];
    for (const compiler of [undefined, compile]) {
      const step = make({ ...options, compile: compiler });
      const state = await fit({
        step,
        state: step.init(random.key(0), { hyper }),
        batches: batches.epoch(0),
      });
      const [next, { loss }] = step.update(state, batches.at(Int32Array.of(0, 1, 2)));
      losses.push([loss.item()]);
      disposeTree([next.params, next.optimizer, next.modelState]);
      step.dispose();
    }
    expect(losses[1]).toEqual(losses[0]);
  });
});
