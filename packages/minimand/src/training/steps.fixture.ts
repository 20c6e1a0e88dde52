import { numpy as np } from "@jax-js/jax";
import type { Compile } from "../engine/compile.ts";
import { aldrInit, crossEntropy } from "../losses/index.ts";
import { dense, type Model, mlp, relu, sequential } from "../models/index.ts";
import { adamw, sgd } from "../optimizers/index.ts";
import {
  calibrateElastic,
  elasticNetwork,
  elasticStep,
  quantizedModel,
  uniformConfigs,
} from "../quantization/index.ts";
import { advCompSum, adversarialTraining, trades } from "./adversarial/index.ts";
import { type Examples, minibatches } from "./batches.ts";
import { nonlinearBottleneck, variationalBottleneck } from "./bottleneck/index.ts";
import { auxiliaryHead, distill } from "./distillation/index.ts";
import { ensLossTrainer } from "./ens-loss.ts";
import { aldrObjective } from "./memory-objective.ts";
import { objectiveOf } from "./objective.ts";
import { asam, esam, gsam, lookSam, mesa, outputHistory, saf, sam } from "./sharpness-aware/index.ts";
import { type Hyper, supervised } from "./supervised.ts";
import type { TrainStep } from "./train-step.ts";

/** Two noisy half planes: 90 examples with 2 inputs. */
export function halfPlanes(): Examples {
  const rows = 90;
  const x = Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(12.9898 * i + 4.1) * 2);
  const y = Int32Array.from({ length: rows }, (_, i) => Number(x[2 * i] + 0.5 * x[2 * i + 1] > 0));
  return { x, shape: [2], y, classes: 2 };
}

export const model = mlp({ inputs: 2, hidden: [16], outputs: 2 });

/** Logits of a teacher that knows the half planes, one row an example. */
export function teacherOfHalfPlanes(): Float32Array {
  const { x, y } = halfPlanes();
  return Float32Array.from({ length: 2 * y.length }, (_, i) => {
    const row = Math.floor(i / 2);
    return (i % 2 === 0 ? -2 : 2) * (x[2 * row] + 0.5 * x[2 * row + 1]);
  });
}

/** A training step as the conformance suite makes it. */
export interface ConformingStep {
  name: string;
  make: (compile?: Compile) => TrainStep<unknown>;
  /** Hyperparameters beside the learning rate. */
  hyper?: Hyper;
  memory?: () => { [name: string]: Float32Array };
  /** The model it trains, where it isn't the one of all. */
  model?: Model;
}

export const labels = (f: np.Array, y: np.Array, { weights }: { weights: np.Array }): np.Array =>
  crossEntropy(f, y, { weights });
const plain = objectiveOf(model, labels);
export const optimizer = ({ learningRate }: { [name: string]: np.Array }) => adamw(learningRate);
export const attack = { model, optimizer, steps: 2 };

const elastic = elasticNetwork(
  [
    dense({ inputs: 2, outputs: 16, initial: "he" }),
    relu,
    dense({ inputs: 16, outputs: 16, initial: "he" }),
    relu,
    dense({ inputs: 16, outputs: 2 }),
  ],
  { bits: [3, 8] },
);
const calibrated = (key: np.Array) => {
  const { x, y } = halfPlanes();
  const rows = np.array(Float32Array.from(x), { shape: [y.length, 2] });
  return calibrateElastic(elastic, sequential(elastic.pieces).init(key), rows);
};

/** Every training step joins the conformance suite by one line here. */
export const conformingSteps: readonly ConformingStep[] = [
  { name: "supervised", make: (compile) => supervised({ model, objective: plain, optimizer, compile }) },
  {
    name: "supervised, sgd with momentum",
    make: (compile) =>
      supervised({
        model,
        objective: plain,
        optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9 }),
        compile,
      }),
  },
  {
    name: "supervised, ALDR-KL with memory",
    make: (compile) => supervised({ model, objective: aldrObjective(model), optimizer, compile }),
    memory: () => aldrInit(90),
  },
  {
    name: "ensLossTrainer",
    make: (compile) => ensLossTrainer({ model, optimizer, compile, period: 5 }),
  },
  {
    name: "distill, one head",
    make: (compile) => distill({ student: model, optimizer, compile }),
    memory: () => ({ teacher: teacherOfHalfPlanes() }),
  },
  {
    name: "distill, two heads and gradient alignment",
    make: (compile) =>
      distill({
        student: model,
        auxiliary: auxiliaryHead({ features: 16, classes: 2, kind: "nonlinear", hidden: 8 }),
        gradientAlignment: true,
        optimizer,
        compile,
      }),
    memory: () => ({ teacher: teacherOfHalfPlanes() }),
  },
  {
    name: "variationalBottleneck",
    make: (compile) => variationalBottleneck({ model, loss: labels, optimizer, compile }),
    hyper: { beta: 1e-3 },
  },
  {
    name: "nonlinearBottleneck",
    make: (compile) => nonlinearBottleneck({ model, loss: labels, optimizer, compile }),
  },
  {
    name: "nonlinearBottleneck, noise trained",
    make: (compile) =>
      nonlinearBottleneck({
        model,
        loss: labels,
        optimizer,
        compile,
        noiseStd: "trained",
        form: "squared",
      }),
  },
  { name: "advCompSum", make: (compile) => advCompSum({ ...attack, compile }), hyper: { gamma: 0.1 } },
  { name: "trades", make: (compile) => trades({ ...attack, compile }), hyper: { gamma: 0.1 } },
  {
    name: "adversarialTraining",
    make: (compile) => adversarialTraining({ ...attack, compile }),
    hyper: { gamma: 0.1 },
  },
  { name: "sam", make: (compile) => sam({ model, objective: plain, optimizer, compile }) },
  { name: "asam", make: (compile) => asam({ model, objective: plain, optimizer, compile }) },
  { name: "gsam", make: (compile) => gsam({ model, objective: plain, optimizer, compile }) },
  { name: "lookSam", make: (compile) => lookSam({ model, objective: plain, optimizer, compile, k: 3 }) },
  {
    name: "esam",
    make: (compile) => esam({ model, loss: labels, optimizer, compile }),
  },
  {
    name: "saf",
    make: (compile) => saf({ model, objective: plain, optimizer, compile }),
    hyper: { stepsPerEpoch: 3, startEpoch: 2 },
    memory: () => outputHistory({ examples: 90, outputs: 2, lag: 2 }),
  },
  {
    name: "mesa",
    make: (compile) => mesa({ model, objective: plain, optimizer, compile }),
    hyper: { stepsPerEpoch: 3, startEpoch: 2, decay: 0.8 },
  },
  {
    name: "elasticStep",
    model: quantizedModel(elastic, uniformConfigs(3, { bits: 3 }), calibrated),
    make: (compile) => elasticStep({ network: elastic, start: calibrated, optimizer, compile, wdr: {} }),
  },
];

export const batchesOf = (size = 32) => minibatches(halfPlanes(), { size, seed: 3 });
