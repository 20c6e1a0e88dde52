import { describe, expect, it } from "vitest";
import { keyOf } from "../engine/random.ts";
import { crossEntropy } from "../losses/index.ts";
import { dense, mlp, sequential } from "../models/index.ts";
import { adamw } from "../optimizers/index.ts";
import { minibatches } from "./batches.ts";
import { objectiveOf } from "./objective.ts";
import { predictor } from "./predict.ts";
import { saveState } from "./save-state.ts";
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
  ])("%s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});
