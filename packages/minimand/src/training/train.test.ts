import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../test/support/leaks.ts";
import { type AsyncCompile, compileWithJit } from "../engine/compile.ts";
import { leavesOf, type Tree } from "../engine/tree.ts";
import { crossEntropy } from "../losses/index.ts";
import { metricById } from "../metrics/index.ts";
import { adamw, sgd } from "../optimizers/index.ts";
import { minibatches } from "./batches.ts";
import { compilerOfBlocks } from "./blocks.fixture.ts";
import { fit, NonFiniteError } from "./fit.ts";
import { type BatchLoss, objectiveOf } from "./objective.ts";
import { predictor } from "./predict.ts";
import { disposeState, keepState } from "./states/keep-state.ts";
import { batchesOf, halfPlanes, model } from "./steps.fixture.ts";
import { supervised } from "./supervised.ts";
import { type EpochRecord, train } from "./train.ts";
import type { SupervisedState } from "./train-step.ts";
import { validationOn } from "./validation.ts";

const loss: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
const step = supervised({
  model,
  objective: objectiveOf(model, loss),
  optimizer: ({ learningRate }) => adamw(learningRate),
  hyper: { learningRate: 0.05 },
});
const data = batchesOf();
const start = (learningRate?: number) => step.init(random.key(1), { hyper: { learningRate } });
const numbersOf = ({ params, optimizer, modelState }: SupervisedState) =>
  leavesOf([params, optimizer, modelState]).map((leaf) => [...leaf.ref.dataSync()]);
/** Validations that were thought up, one an epoch, and what came of them. */
const withValues = async (values: number[], options: object = {}) => {
  let epoch = 0;
  const states: SupervisedState[] = [];
  const result = await train({
    step,
    state: start(),
    data,
    epochs: values.length,
    validation: () => values[epoch++],
    onEpoch: ({ state }) => void states.push(keepState(state)),
    ...options,
  });
  return { ...result, after: states.map(numbersOf) };
};

describe("train", () => {
  it("makes the steps of fit epoch by epoch, and tells of each", async () => {
    let state = start();
    for (let epoch = 0; epoch < 3; epoch++) state = await fit({ step, state, batches: data.epoch(epoch) });
    const told: EpochRecord[] = [];
    const trained = await train({
      step,
      state: start(),
      data,
      epochs: 3,
      onEpoch: ({ epoch, loss: mean, validation, best, state: reached }) => {
        expect([best, reached.count]).toEqual([true, 3 * (epoch + 1)]);
        told.push({ epoch, loss: mean, validation });
      },
    });
    expect(numbersOf(trained.state)).toEqual(numbersOf(state));
    expect(trained.history).toEqual(told);
    expect(told.map(({ epoch, validation }) => [epoch, validation])).toEqual([
      [0, null],
      [1, null],
      [2, null],
    ]);
    expect(told[2].loss).toBeLessThan(told[0].loss);
    expect([trained.bestEpoch, trained.stopped]).toEqual([2, "epochs"]);
  });

  it("gives the state of the best epoch, the first of equal ones, and stops when patience is lost", async () => {
    const early = await withValues([5, 3, 4, 3, 6, 1], { patience: 3 });
    expect([early.bestEpoch, early.stopped, early.history.length]).toEqual([1, "patience", 5]);
    expect(numbersOf(early.state)).toEqual(early.after[1]);
    const whole = await withValues([5, 3, 4, 3, 6, 1], { patience: 4 });
    expect([whole.bestEpoch, whole.stopped, whole.history.length]).toEqual([5, "epochs", 6]);
    expect(numbersOf(whole.state)).toEqual(whole.after[5]);
  });

  it("takes larger values for better ones where it is told so, and NaN for the worst", async () => {
    const values = [Number.NaN, 0.2, 0.9, Number.NaN, 0.5];
    let epoch = 0;
    const validation = { score: () => values[epoch++], higherIsBetter: true };
    const { bestEpoch } = await train({ step, state: start(), data, epochs: 5, validation });
    expect(bestEpoch).toBe(2);
    expect((await withValues([Number.NaN, 1])).bestEpoch).toBe(1);
    await expect(withValues([Number.NaN, Number.NaN])).rejects.toThrow(
      "validation: expected a number after at least one epoch, got NaN",
    );
    await expect(withValues([Number.NaN, Number.NaN, 1], { patience: 1 })).rejects.toThrow("validation: ");
    const stopped = await withValues([Number.NaN, 1], { onEpoch: () => false });
    expect([stopped.stopped, stopped.bestEpoch]).toEqual(["callback", 0]);
  });

  it("multiplies the learning rate by the schedule, compiles nothing anew, and leaves it whole between epochs", async () => {
    const rates: number[] = [];
    const { state } = await train({
      step,
      state: start(0.08),
      data,
      epochs: 4,
      schedule: (epoch, epochs) => 1 - epoch / epochs,
      onStep: (report) => void rates.push(report.state.hyper.learningRate),
      onEpoch: ({ state: reached }) => expect(reached.hyper.learningRate).toBe(0.08),
    });
    expect(rates).toEqual([0.08, 0.08, 0.08, 0.06, 0.06, 0.06, 0.04, 0.04, 0.04, 0.02, 0.02, 0.02]);
    expect(state.hyper.learningRate).toBe(0.08);
  });

  it("stops with the best state where a callback says so", async () => {
    const told = await withValues([1, 2, 3], { onEpoch: ({ epoch }: EpochRecord) => epoch < 1 });
    expect([told.stopped, told.bestEpoch, told.history.length]).toEqual(["callback", 0, 2]);
    let steps = 0;
    const seen = await train({ step, state: start(), data, epochs: 5, onStep: () => ++steps < 4 });
    expect([seen.stopped, seen.state.count]).toEqual(["callback", 4]);
  });

  it("goes on after a history as if it had not been interrupted", async () => {
    const values = [4, 2, 3, 2.5, 5, 6, 1];
    const whole = await withValues(values, { patience: 3 });
    for (const cut of [1, 2, 3, 4]) {
      let [last, best]: (SupervisedState | undefined)[] = [];
      let at = 0;
      const first = await train({
        step,
        state: start(),
        data,
        epochs: cut,
        patience: 3,
        validation: () => values[at++],
        onEpoch({ state, best: isBest }) {
          last = keepState(state);
          if (isBest) best = keepState(state);
        },
      });
      const again = await train<SupervisedState>({
        step,
        data,
        epochs: values.length,
        patience: 3,
        state: last as SupervisedState,
        history: first.history,
        best,
        validation: () => values[at++],
      });
      expect([again.history, again.bestEpoch, again.stopped]).toEqual([
        whole.history,
        whole.bestEpoch,
        whole.stopped,
      ]);
      expect(numbersOf(again.state)).toEqual(numbersOf(whole.state));
    }
  });

  it("keeps a best state whose memory later steps don't write into", async () => {
    const remembering = supervised({
      model,
      objective: (params, context, batch) => {
        const [scalar, made] = objectiveOf(model, loss)(params, context, batch);
        return [scalar, { ...made, memory: { seen: context.memory.seen.add(1) } }];
      },
      optimizer: sgd(0.1),
    });
    let epoch = 0;
    const { state } = await train({
      step: remembering,
      data,
      epochs: 4,
      state: remembering.init(random.key(0), { memory: { seen: new Float32Array(90) } }),
      validation: () => [3, 1, 2, 2][epoch++],
    });
    expect(state.memory.seen).toEqual(new Float32Array(90).fill(2));
    remembering.dispose();
  });

  it("makes several steps in one call where the compiler can", async () => {
    let blocks = 0;
    const compile = compilerOfBlocks(() => ++blocks > 0);
    const together = supervised({
      model,
      objective: objectiveOf(model, loss),
      optimizer: adamw(0.05),
      compile,
    });
    const { state } = await train({ step: together, state: together.init(random.key(1)), data, epochs: 2 });
    expect(blocks).toBeGreaterThan(0);
    const { state: alone } = await train({ step, state: start(), data, epochs: 2 });
    expect(numbersOf(state)).toEqual(numbersOf(alone));
    together.dispose();
  });

  it("waits for the updates of an asynchronous compiler", async () => {
    const compile: AsyncCompile = <A extends Tree[], R extends Tree>(f: (...args: A) => R) => {
      const program = compileWithJit(f);
      const call = async (...args: A): Promise<R> => program(...args);
      return Object.assign(call, { dispose: () => program.dispose() });
    };
    const parts = { model, objective: objectiveOf(model, loss), optimizer: adamw(0.05) };
    const [later, now] = [supervised({ ...parts, compile }), supervised(parts)];
    const of = { data, epochs: 2, validation: ({ count }: SupervisedState) => -count };
    const a = await train({ step: later, state: later.init(random.key(1)), ...of });
    const b = await train({ step: now, state: now.init(random.key(1)), ...of });
    expect(a.history).toEqual(b.history);
    expect(numbersOf(a.state)).toEqual(numbersOf(b.state));
    for (const each of [later, now]) each.dispose();
  });

  it("leaves nothing behind, whether it ends, is aborted, diverges or is thrown out of", async () => {
    const validation = validationOn({ step, model, loss, data });
    const ends: [string, object][] = [
      ["", {}],
      ["aborted", { signal: AbortSignal.abort(new Error("aborted")) }],
      ["no more", { onEpoch: () => Promise.reject(new Error("no more")) }],
      ["validation: expected a number", { validation: () => "good" }],
      ["schedule: expected a finite number", { schedule: (epoch: number) => (epoch === 1 ? Number.NaN : 1) }],
      ["at least one batch in epoch 1", { data: { epoch: (n: number) => (n === 1 ? [] : data.epoch(n)) } }],
    ];
    const run = async (options: object): Promise<string> => {
      try {
        const options_ = { step, state: start(), data, epochs: 3, patience: 2, validation, ...options };
        disposeState((await train(options_)).state);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const [message, options] of ends) {
      await run(options);
      const before = liveBuffers();
      expect(await run(options)).toContain(message);
      expect(liveBuffers(), message).toBe(before);
    }
    await expect(train({ step, state: start(1e30), data, epochs: 5 })).rejects.toThrow(NonFiniteError);
    validation.dispose();
  });

  it.each([50, 3])("can be aborted between epochs, and after the last of %d", async (epochs) => {
    const controller = new AbortController();
    let made = 0;
    const aborted = train({
      step,
      state: start(),
      data,
      epochs,
      signal: controller.signal,
      onEpoch({ epoch }) {
        made++;
        if (epoch === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(aborted).rejects.toThrow("enough");
    expect(made).toBe(3);
  });

  it("refuses what can't be, before it takes the state", async () => {
    const { x, y } = halfPlanes();
    const wide = minibatches(
      { x: new Float32Array(3 * y.length).fill(x[0]), shape: [3], y },
      { size: 32, seed: 0 },
    );
    const history = [
      { epoch: 0, loss: 1, validation: 1 },
      { epoch: 1, loss: 1, validation: 2 },
    ];
    const plain = supervised({ model, objective: objectiveOf(model, loss), optimizer: adamw(0.05) });
    const state = start();
    const cases: [object, string][] = [
      [{ epoch: 3 }, `got "epoch": did you mean 'epochs'?`],
      [{ epochs: 0 }, "epochs: expected an integer >= 1, got 0"],
      [{ data: [1] }, "data: expected batches by epochs, as of minibatches, got an array of length 1"],
      [{ patience: 3 }, "patience: expected a validation to be looked at, got undefined"],
      [{ validation: 3 }, "validation: expected validationOn(...) or a function of the state, got 3"],
      [
        { validation: validationOn({ step, model, loss, data: wide }) },
        "validation: expected examples of shape [2], as in training, got [3]",
      ],
      [
        { history, validation: () => 1 },
        "best: expected the state of the best epoch of history, got undefined",
      ],
      [{ best: state }, "best: expected nothing without validation and history, got object"],
      [{ history: history.slice(1) }, "history[0]: expected epoch 0, got 1"],
      [
        { state: plain.init(random.key(0)), schedule: () => 1 },
        "schedule: expected a state with the hyperparameter learningRate, got undefined",
      ],
    ];
    for (const [options, message] of cases)
      await expect(train({ step, state, data, epochs: 3, ...options } as never)).rejects.toThrow(message);
    expect(leavesOf(state.params).map(({ refCount }) => refCount)).toEqual([1, 1, 1, 1]);
  });
});

describe("validationOn", () => {
  const { x, y } = halfPlanes();
  const state = start();
  const { params, modelState } = state;
  const logits = () =>
    predictor(model)(params, modelState, np.array(Float32Array.from(x), { shape: [y.length, 2] }));
  const held = minibatches({ x, shape: [2], y, classes: 2 }, { size: 32, seed: 0 });

  it("gives the mean loss of all examples, padding left out", async () => {
    const labels = np.array(Int32Array.from(y));
    const expected = crossEntropy(logits(), labels).mean().item();
    const { score, higherIsBetter } = validationOn({ step, model, loss, data: held });
    expect(await score(state)).toBeCloseTo(expected, 5);
    expect(higherIsBetter).toBe(false);
    const scalar: BatchLoss = (f, labels, { weights }) =>
      crossEntropy(f, labels, { weights: weights.ref }).sum().div(weights.sum());
    expect(await validationOn({ step, model, loss: scalar, data: held }).score(state)).toBeCloseTo(
      expected,
      5,
    );
  });

  it("gives the hyperparameters of the state to the loss", async () => {
    const { score } = validationOn({
      step,
      model,
      data: held,
      loss: (f, labels, { weights, hyper }) => crossEntropy(f, labels, { weights }).mul(hyper.learningRate),
    });
    const whole = await validationOn({ step, model, loss, data: held }).score(state);
    expect(await score({ ...state, hyper: { learningRate: 0.5 } })).toBeCloseTo(whole / 2, 6);
  });

  it("gives a metric of the class probabilities of all examples", async () => {
    const values = logits().dataSync();
    const right = [...y].filter((label, i) => Number(values[2 * i + 1] > values[2 * i]) === label).length;
    const { score, higherIsBetter } = validationOn({
      step,
      model,
      data: held,
      metric: metricById("accuracy"),
    });
    expect(await score(state)).toBeCloseTo(right / y.length, 12);
    expect(higherIsBetter).toBe(true);
  });

  it("refuses both loss and metric, and neither", () => {
    expect(() => validationOn({ step, model, data: held })).toThrow(
      "validationOn: expected either loss or metric, got undefined",
    );
    expect(() => validationOn({ step, model, data: held, loss, metric: metricById("roc-auc") })).toThrow(
      'got "both"',
    );
    expect(() => validationOn({ step, model, data: held, los: loss } as never)).toThrow(
      "did you mean 'loss'?",
    );
  });
});

it("a kept state is another owner's, and is given up without the first", () => {
  const keep = () => {
    const state = start();
    const kept = keepState(state);
    disposeState(state);
    expect(leavesOf(kept.params).map(({ refCount }) => refCount)).toEqual([1, 1, 1, 1]);
    disposeState(kept);
  };
  expect(leakOf(keep)).toBe(0);
});
