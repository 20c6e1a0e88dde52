import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import type { AsyncCompile } from "../engine/compile.ts";
import { keyOf } from "../engine/random.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { binaryMargins, crossEntropy, logisticLoss } from "../losses/index.ts";
import { handedByObjective } from "../losses/loss-options.ts";
import { dense, embedding, flatten, mlp, sequential } from "../models/index.ts";
import { adamw, linearSchedule } from "../optimizers/index.ts";
import { loopedCompiler } from "./batched/looped.fixture.ts";
import { minibatches } from "./batches.ts";
import { featureObjective } from "./bottleneck/index.ts";
import { fit } from "./fit.ts";
import { type BatchLoss, objectiveOf } from "./objective.ts";
import { predictor } from "./predict.ts";
import { someBatches } from "./some-batches.ts";
import { disposeState } from "./states/keep-state.ts";
import { saveState } from "./states/save-state.ts";
import { supervised } from "./supervised.ts";
import { train } from "./train.ts";
import { validationOn } from "./validation.ts";

const model = mlp({ inputs: 2, hidden: [], outputs: 2 });
const objective = objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights }));
const step = supervised({ model, objective, optimizer: adamw(0.1), hyper: { learningRate: 0.1 } });
const data = minibatches(
  { x: new Float32Array(8), shape: [2], y: new Int32Array(4), classes: 2 },
  { size: 4, seed: 0 },
);
const start = () => step.init(keyOf(0));

/** From plain JavaScript. */
const loose = (value: unknown): never => value as never;

describe("what plain JavaScript may pass by mistake is refused by its name", () => {
  it.each<[string, () => unknown, string]>([
    [
      "no model",
      () => supervised(loose({ objective, optimizer: adamw(1) })),
      "model: expected a model, got undefined",
    ],
    [
      "an optimizer's name",
      () => supervised(loose({ model, objective, optimizer: "adam" })),
      "optimizer: expected an optimizer",
    ],
    ["a number as key", () => step.init(loose(0)), "key: expected a key, e.g. keyOf(0), got 0"],
    [
      "a rate below 0",
      () => step.init(keyOf(0), { hyper: { learningRate: -1 } }),
      "hyper.learningRate: expected a finite number >= 0, got -1",
    ],
    [
      "a state that isn't awaited, in update",
      () => step.update(loose(Promise.resolve(start())), data.epoch(0).next().value!),
      "state: expected a state of the step, e.g. step.init(keyOf(0)), got a promise",
    ],
    [
      "steps that are no number",
      () => someBatches(data, loose(undefined)),
      "steps: expected an integer >= 0, got undefined",
    ],
    [
      "an option of others",
      () => mlp(loose({ inputs: 2, hidden: [], outputs: 2, dropout: 0.5 })),
      "mlp: expected only the options",
    ],
    [
      "one width",
      () => mlp(loose({ inputs: 2, hidden: 8, outputs: 2 })),
      "hidden: expected a list of widths, got 8",
    ],
    [
      "layers one by one",
      () => sequential(loose(dense({ inputs: 2, outputs: 2 }))),
      "sequential: expected a list of layers, got",
    ],
    ["a step as model", () => predictor(loose(step)), "model: expected a model, got"],
    [
      "a metric's name",
      () => validationOn(loose({ step, model, data, metric: "accuracy" })),
      'metric: expected a metric, e.g. metricById("accuracy"), got "accuracy"',
    ],
    [
      "loss and model the other way round",
      () => objectiveOf(loose(crossEntropy), loose(model)),
      "model: expected a model, got",
    ],
    ["a model and no loss", () => objectiveOf(model, loose("crossEntropy")), "loss: expected a function"],
    [
      "a layer that wasn't called",
      () =>
        predictor(sequential(loose([flatten, dense({ inputs: 2, outputs: 2 })])))({}, {}, np.zeros([1, 2])),
      "sequential, piece 0 (flatten): expected a function that returns an array, got object: did you mean 'flatten()'?",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "train without a step",
      () => train(loose({ data, epochs: 1 })),
      "step: expected a training step, got undefined",
    ],
    [
      "train without a state",
      () => train(loose({ step, data, epochs: 1 })),
      "state: expected a state of the step",
    ],
    [
      "a number as schedule",
      () => train(loose({ step, state: {}, data, epochs: 1, schedule: 0.1 })),
      "schedule: expected a function, got 0.1",
    ],
    [
      "a number to be told",
      () => train(loose({ step, state: {}, data, epochs: 1, onEpoch: 3 })),
      "onEpoch: expected a function, got 3",
    ],
    [
      "a state that isn't there",
      () => saveState(step, loose(undefined)),
      "state: expected a state of the step, with its parameters, got undefined",
    ],
    [
      "step and state the other way round",
      () => saveState(loose(start()), loose(step)),
      "step: expected a training step, got",
    ],
    [
      "all that train returns",
      async () => saveState(step, loose(await train({ step, state: start(), data, epochs: 1 }))),
      "state: expected the state alone: what train returns holds it as .state",
    ],
    [
      "a schedule of steps",
      () => train(loose({ step, state: start(), data, epochs: 1, schedule: linearSchedule(0.1, 10) })),
      "schedule: expected a function (epoch, epochs) => share of the learning rate (schedules of steps, as oneCycleSchedule, are given to an optimizer)",
    ],
    [
      "a step that isn't awaited",
      () => fit({ step: loose(Promise.resolve(step)), state: start(), batches: data.epoch(0) }),
      "step: expected a training step, got a promise",
    ],
    [
      "a state that isn't awaited",
      () => fit({ step, state: loose(Promise.resolve(start())), batches: data.epoch(0) }),
      "state: expected a state of the step, e.g. step.init(keyOf(0)), got a promise",
    ],
    [
      "batches that aren't awaited",
      () => fit({ step, state: start(), batches: loose(Promise.resolve(data.epoch(0))) }),
      "batches: expected batches to go through, e.g. data.epoch(0), got a promise",
    ],
    [
      "all batches of a data set, and not those of an epoch",
      () => fit({ step, state: start(), batches: loose(data) }),
      "batches: expected batches to go through, e.g. data.epoch(0), got object",
    ],
    [
      "a step that isn't awaited, in train",
      () => train({ step: loose(Promise.resolve(step)), state: start(), data, epochs: 1 }),
      "step: expected a training step, got a promise",
    ],
    [
      "a state that isn't awaited, in train",
      () => train({ step, state: loose(Promise.resolve(start())), data, epochs: 1 }),
      "state: expected a state of the step, e.g. step.init(keyOf(0)), got a promise",
    ],
    [
      "data that aren't awaited",
      () => train({ step, state: start(), data: loose(Promise.resolve(data)), epochs: 1 }),
      "data: expected batches by epochs, as of minibatches, got a promise",
    ],
    [
      "a schedule of a learning rate that nobody reads",
      () => train({ step, state: start(), data, epochs: 1, schedule: () => 0.5 }),
      "schedule: expected a step that reads hyper.learningRate",
    ],
  ])("%s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

describe("ids beyond the vocabulary", () => {
  const words = sequential([
    embedding({ vocabulary: 3, size: 2 }),
    (x) => x.sum(1),
    dense({ inputs: 2, outputs: 2 }),
  ]);
  const ids = (last: number) => np.array(Int32Array.of(0, last), { shape: [1, 2] });
  const refused = /^x of sequential\(embedding\(3, 2\).*: expected ids from 0 to 2, got 3$/;

  it("are refused by predictors and steps, which leave the state to the caller", () => {
    const reader = supervised({
      model: words,
      objective: objectiveOf(words, crossEntropy),
      optimizer: adamw(0.1),
    });
    const state = reader.init(keyOf(0));
    const batch = (last: number) => ({
      x: ids(last),
      y: np.array(Int32Array.of(1)),
      weights: np.array([1]),
      ids: Int32Array.of(0),
      rows: 1,
    });
    const read = predictor(words);
    const wrong = ids(3);
    expect(() => read(state.params, state.modelState, wrong)).toThrow(refused);
    expect(wrong.refCount).toBe(0);
    expect(read(state.params, state.modelState, ids(2)).shape).toEqual([1, 2]);
    expect(() => reader.update(state, batch(3))).toThrow(refused);
    const [next, { loss }] = reader.update(state, batch(2));
    expect(loss.item()).toBeGreaterThan(0);
    disposeState(next);
    for (const { dispose } of [reader, read]) dispose();
  });
});

it("what objectives hand to every loss is what losses of the library let through", () => {
  const handed: { [Name in Exclude<keyof Parameters<BatchLoss>[2], "weights">]: true } = handedByObjective;
  expect(Object.keys(handed)).toEqual(["key", "hyper"]);
});

describe("a network that has no output for some class", () => {
  const three = minibatches(
    { x: new Float32Array(8), shape: [2], y: Int32Array.of(0, 1, 1, 0), classes: 3 },
    { size: 4, seed: 0 },
  );

  it.each([
    ["under jit", undefined],
    ["in blocks, and together with others", loopedCompiler()],
  ])("is refused when its step is traced, %s, and the state is as it was", async (_, compile) => {
    const own = supervised({ model, objective, optimizer: adamw(0.1), compile });
    const state = own.init(keyOf(0));
    const refused = "logits: expected at least 3 columns, one a class of the labels, got 2";
    expect(() => own.update(state, three.epoch(0).next().value!)).toThrow(refused);
    const [next, { loss }] = own.update(state, data.epoch(0).next().value!);
    loss.dispose();
    disposeState(next);
    const other = supervised({ model, objective, optimizer: adamw(0.1), compile });
    const batches = [three, three].flatMap((rows) => [...rows.epoch(0)]);
    await expect(fit({ step: other, state: other.init(keyOf(0)), batches })).rejects.toThrow(refused);
    own.dispose();
    other.dispose();
  });

  it("may have more outputs than classes, or scores of its own", () => {
    const wide = mlp({ inputs: 2, hidden: [], outputs: 4 });
    const embedded = objectiveOf(model, (f, _, { weights }) => f.sum(1).mul(weights));
    for (const own of [
      supervised({
        model: wide,
        optimizer: adamw(0.1),
        objective: objectiveOf(wide, (f, y, { weights }) => crossEntropy(f, y, { weights })),
      }),
      supervised({ model, objective: embedded, optimizer: adamw(0.1) }),
    ]) {
      const [state, { loss }] = own.update(own.init(keyOf(0)), three.epoch(0).next().value!);
      loss.dispose();
      disposeState(state);
      own.dispose();
    }
  });
});

describe("labels that the network has no output for, of which no classes are given", () => {
  const labelled = (y: Int32Array | Float32Array, weights?: Float32Array) =>
    minibatches({ x: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2], y, weights }, { size: 2, seed: 0 });
  const own = (loss: BatchLoss, outputs = 2) => {
    const net = mlp({ inputs: 2, hidden: [], outputs });
    return supervised({ model: net, objective: objectiveOf(net, loss), optimizer: adamw(0.1) });
  };
  const entropy: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
  /** Loss of a first update on rows that the two labels out of range aren't among. */
  const first = (trained: ReturnType<typeof own>, rows: ReturnType<typeof labelled>): number => {
    const state = trained.init(keyOf(0));
    try {
      const [next, { loss }] = trained.update(state, rows.at(Int32Array.of(0, 1)));
      disposeState(next);
      return loss.item();
    } catch (error) {
      disposeState(state);
      throw error;
    } finally {
      trained.dispose();
    }
  };

  it.each([
    [Int32Array.of(1, 1, 1, 2), 2],
    [Int32Array.of(1, 1, -1, 0), -1],
  ])("%s are refused when the step is traced, whichever rows it sees first", (y, wrong) => {
    const refused = new RangeError(`labels: expected class ids from 0 to 1, got ${wrong}`);
    expect(() => first(own(entropy), labelled(y))).toThrow(refused);
    expect(() =>
      first(
        own((f, labels, { weights }) => logisticLoss(binaryMargins(f, labels), { weights })),
        labelled(y),
      ),
    ).toThrow(refused);
  });

  it("go on where the rows have no weight, or the loss gives them none", () => {
    expect(
      first(own(entropy), labelled(Int32Array.of(1, 0, 5, -1), Float32Array.of(1, 1, 0, 0))),
    ).toBeGreaterThan(0);
    const known: BatchLoss = (f, y, { weights }) =>
      crossEntropy(f, y.ref, { weights: weights.mul(y.greaterEqual(0).astype(weights.dtype)) });
    expect(first(own(known), labelled(Int32Array.of(1, 0, -1, -1)))).toBeGreaterThan(0);
  });

  it("go on in losses that know other labels, and of other shapes", () => {
    const signs: BatchLoss = (f, y, { weights }) =>
      np.square(f.reshape([-1]).sub(y.astype(np.float32))).mul(weights);
    expect(first(own(signs, 1), labelled(Int32Array.of(-1, 1, 1, -1)))).toBeGreaterThan(0);
    expect(first(own(signs, 1), labelled(Float32Array.of(-7, 1, 9, -1)))).toBeGreaterThan(0);
    const several = minibatches(
      { x: Float32Array.of(1, 2, 3, 4), shape: [2], y: Int32Array.of(0, 5, 1, -1), targetShape: [2] },
      { size: 2, seed: 0 },
    );
    const ofFirst: BatchLoss = (f, y, { weights }) => f.mul(y.astype(np.float32)).sum(1).mul(weights);
    expect(Number.isFinite(first(own(ofFirst), several))).toBe(true);
  });
});

it("a loss that gives neither one value an example nor a scalar is refused", () => {
  const square: BatchLoss = (f) => f.ref.mul(f);
  const own = supervised({ model, objective: objectiveOf(model, square), optimizer: adamw(0.1) });
  const state = own.init(keyOf(0));
  expect(() => own.update(state, data.epoch(0).next().value!)).toThrow(
    "loss: expected one value an example, [batch], or one scalar",
  );
  disposeState(state);
  own.dispose();
});

it.each<[string, unknown, string]>([
  ["nothing", () => undefined, "undefined"],
  ["a number", () => 1, "1"],
  ["a promise", async () => np.array(1), "a promise"],
])("a loss that gives %s is refused, in objectives and validations", async (_, given, got) => {
  const refused = `loss: expected one value an example, [batch], or one scalar, got ${got}`;
  const loss = given as BatchLoss;
  const batch = () => data.epoch(0).next().value!;
  const features = mlp({ inputs: 2, hidden: [3], outputs: 2 });
  for (const objective of [objectiveOf(features, loss), featureObjective(features, loose(loss))]) {
    const own = supervised({ model: features, objective, optimizer: adamw(0.1) });
    const state = own.init(keyOf(0));
    expect(() => own.update(state, batch())).toThrow(refused);
    disposeState(state);
    own.dispose();
  }
  const state = start();
  const { score, dispose } = validationOn({ step, model, data, loss });
  await expect(score(state)).rejects.toThrow(refused);
  disposeState(state);
  dispose();
});

it.each([
  ["under jit", undefined],
  ["where several steps are one program", loopedCompiler()],
])("a state that was consumed is refused by its name, %s", async (_, compile) => {
  const own = supervised({ model, objective, optimizer: adamw(0.1), compile });
  const state = own.init(keyOf(0));
  disposeState(await fit({ step: own, state, batches: data.epoch(0) }));
  const refused = "state: expected a state that no step has consumed (keepState keeps one)";
  expect(() => own.update(state, data.epoch(0).next().value!)).toThrow(refused);
  const batches = data.epoch(0);
  await expect(fit({ step: own, state, batches })).rejects.toThrow(refused);
  await expect(train({ step: own, state, data, epochs: 1 })).rejects.toThrow(refused);
  own.dispose();
});

it("a program that loses the state when it fails is heard by its own words", async () => {
  const losing: AsyncCompile = () =>
    Object.assign(
      (...given: Tree[]) => {
        disposeTree(given);
        return Promise.reject(new Error("the device is lost"));
      },
      { dispose() {} },
    ) as never;
  const own = supervised({ model, objective, optimizer: adamw(0.1), compile: losing });
  const failed = own.update(own.init(keyOf(0)), data.epoch(0).next().value!);
  await expect(failed).rejects.toThrow("the device is lost");
  own.dispose();
});
